"""Commands that measure: `mtm bench …`, each with the ratio to what it is compared with.

Only asking and printing belongs here; what is measured is in `bench/`.
"""

from __future__ import annotations

import click

from warehouse.cli.capacity import capacity, queue
from warehouse.cli.output import json_option, print_json, print_table


@click.group()
def bench() -> None:
    """Benchmarks, with their ratios."""


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
