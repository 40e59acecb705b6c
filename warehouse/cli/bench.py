"""Commands that measure: `mtm bench …`, each with the ratio to what it is compared with.

Only asking and printing belongs here; what is measured is in `warehouse/bench`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.cli.capacity import capacity, queue
from warehouse.cli.output import json_option, print_json, print_table, prose

GOAL = {True: "met", False: "missed", None: ""}


def _sizes(_: click.Context, __: click.Parameter, told: str | None) -> tuple[int, ...]:
    parts = [part.strip() for part in (told or "").split(",") if part.strip()]
    if not all(part.isdigit() and int(part) for part in parts):
        raise click.BadParameter("whole numbers from 1 on, with commas between")
    return tuple(sorted({int(part) for part in parts}))


@click.group(invoke_without_command=True)
@click.option("--only", metavar="NAMES", default="", help="These figures only, with commas between: overhead,readers.")
@click.option(
    "--all", "large", is_flag=True, help="Growth and engines up to 1,000 times too: hours, and some 30 GB of disk."
)
@click.option("--sizes", metavar="TIMES", callback=_sizes, help="Of growth and engines, with commas between: 1,100.")
@click.option("--turns", type=click.IntRange(1), default=3, show_default=True, help="Measurements of each way.")
@click.option("--delivery", type=click.Path(path_type=Path, exists=True, dir_okay=False), envvar="MTM_BENCH_DELIVERY",
              help="A real workbook for the peers; without it one is made.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer as JSON into a file too."
)
@json_option
@click.pass_context
def bench(
    context: click.Context,
    only: str,
    large: bool,
    sizes: tuple[int, ...],
    turns: int,
    delivery: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """How fast it is, against the floor and its peers: each figure a ratio in one run, beside its goal.

    Everything happens in a folder of its own, on made rounds: no home is read or written.
    """
    if context.invoked_subcommand:
        return
    from warehouse.bench.figure import GROUPS
    from warehouse.bench.suite import Asked, run_bench

    names = frozenset(name.strip() for name in only.split(",") if name.strip()) or frozenset(GROUPS)
    answer = run_bench(Asked(names, turns, large, delivery, sizes))
    if out:
        from warehouse.releases.journal import write_json

        write_json(out, answer)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _show(answer: dict[str, Any]) -> None:
    facts = answer["machine"]
    clock = ", ".join(f"{name} {told['wall']:.3f} s" for name, told in answer["calibration"].items())
    click.echo(
        f"{facts['cores']} cores, {facts['memory_mb']:,} MB, load {facts['load_before']}; a fixed piece of work takes {clock}"
    )
    rows = [
        (
            f["what"],
            _amount(f["value"], f["unit"]),
            f["against_what"],
            _amount(f["against"], f["unit"]),
            _ratio(f),
            _goal(f),
            GOAL[f["is_met"]],
        )
        for f in answer["figures"]
    ]
    print_table(["what", "value", "compared with", "takes", "ratio", "goal", ""], rows)
    for note in dict.fromkeys(f["note"] for f in answer["figures"] if f["note"]):
        prose(note)
    click.echo(
        f"{answer['turns']} turns, {answer['seconds']:.0f} s; SYNTHETIC rounds; medians. What is measured and how: docs/performance.md"
    )


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return (
        f"{value:,.1f} ms"
        if unit == "ms"
        else f"{value:,.3g}"
        if unit in ("slope", "reads", "share")
        else f"{value:,.2f} {unit}"
    )


def _ratio(figure: dict[str, Any]) -> str:
    if figure["ratio"] is None:
        return ""
    return f"{figure['ratio']:.2f}" + (" × as fast" if figure["ratio_is"].startswith("against") else "")


def _goal(figure: dict[str, Any]) -> str:
    from warehouse.bench.figure import Goal

    return Goal(**figure["goal"]).words(figure["unit"]) if figure["goal"] else ""


bench.add_command(capacity)
bench.add_command(queue)


@bench.command()
@click.option("--questions", type=click.IntRange(1), default=150, show_default=True, help="Questions of the form.")
@click.option(
    "--respondents", type=click.IntRange(20), default=1734, show_default=True, help="Respondents of the round."
)
@click.option("--turns", type=click.IntRange(1), default=7, show_default=True, help="Measurements of each way.")
@json_option
def estimates(questions: int, respondents: int, turns: int, as_json: bool) -> None:
    """Estimates of a whole survey round beside one GROUP BY over the same answers.

    The round is made, with weights, strata and clusters; every figure has its standard error and its intervals.
    """
    from warehouse.bench.estimates import bench_estimates
    from warehouse.bench.survey_round import Size

    answer = bench_estimates(Size(respondents, questions), turns)
    if as_json:
        print_json(answer)
        return
    click.echo(f"{answer['questions']} questions, {answer['respondents']} respondents, {answer['rows']['answers']:,} answers, "
               f"{answer['rows']['long']:,} rows with domains, {answer['cells']:,} estimates")  # fmt: skip
    ratios = answer["ratios"]
    print_table(
        ["what", "seconds", "estimates take × as long"],
        [(way, f"{seconds:.4f}", ratios.get(f"estimates / {way}", "")) for way, seconds in answer["seconds"].items()],
    )
