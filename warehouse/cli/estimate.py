"""The command `mtm estimate`: the survey estimator on any table.

Only asking and printing belongs here; the work is done in `survey/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import UsageError

COLUMNS = ["indicator", "option", "domain", "n", "estimate", "se", "ci_low", "ci_high", "df", "deff"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--design", "design_file", type=click.Path(path_type=Path), required=True, help="How the sample was drawn."
)
@click.option("--indicator", "asked", multiple=True, required=True, metavar="KIND:COLUMN",
              help="mean:X, total:X, prop:X, ratio:A/B, median:X or quantile25:X; may come again.")  # fmt: skip
@click.option("--by", multiple=True, metavar="COLUMN", help="A column that makes domains; may come again.")
@click.option("--interval", type=click.Choice(["logit", "beta", "wald"]), default=None,
              help="The interval of shares: logit, with the exact bounds at 0 and 1, unless another is asked for.")  # fmt: skip
@click.option("--level", type=float, default=0.95, show_default=True, help="The level of the intervals.")
@json_option
def estimate(
    file: Path,
    design_file: Path,
    asked: tuple[str, ...],
    by: tuple[str, ...],
    interval: Any,
    level: float,
    as_json: bool,
) -> None:
    """Estimates of a complex sample in any table, with their errors and intervals.

    \b
    mtm estimate people.csv --design design.yml --by oblast
        --indicator mean:age --indicator prop:plans

    The design (strata, clusters, weight, fpc, post-strata, lonely units) and what is computed: docs/estimates.md.
    """
    from warehouse.survey.design import load_design
    from warehouse.survey.estimate import estimate as answers_to
    from warehouse.survey.indicators import parse_indicator
    from warehouse.survey.sample import Sample
    from warehouse.survey.table import read_table

    if not 0 < level < 1:
        raise UsageError("the level is not between 0 and 1", expected="--level 0.95", code="bad_level")
    indicators = [parse_indicator(text) for text in asked]
    by = tuple(column.strip() for text in by for column in text.split(","))
    design = load_design(design_file)
    sample = Sample.of(read_table(file), design)
    answers = [answer for one in indicators for answer in answers_to(sample, one, by, interval, level)]
    for note in [*sample.notes, *_in_no_domain(sample, by), *dict.fromkeys(map(_doubt, answers))]:
        if note:
            say(f"note: {note}")
    if as_json:
        print_json([answer.as_dict() for answer in answers])
        return
    rows = [answer.as_dict() for answer in answers]
    print_table(COLUMNS, [[_shown(row[column]) for column in COLUMNS] for row in rows])


def _in_no_domain(sample: Any, by: tuple[str, ...]) -> list[str]:
    from warehouse.survey.table import is_missing

    missing = {column: int(is_missing(sample.table.labels(column)).sum()) for column in by}
    return [f"without {column}, so in no domain: {count} rows" for column, count in missing.items() if count]


def _doubt(answer: Any) -> str:
    """What a reader of the answer should know: who is left out, and errors that show less than there is."""
    about = f"{answer.indicator}, {answer.domain}: "
    doubts = (
        [f"left out without an answer: {answer.n_missing} of {answer.n_missing + answer.n} rows"]
        if answer.n_missing
        else []
    )
    if answer.units == 1 < answer.n:
        doubts.append("all are in one unit of the first stage, so the error says nothing of other units")
    if answer.estimate is None and answer.n:
        doubts.append("no estimate: the denominator adds up to 0")
    if answer.estimate == 0 and answer.indicator.startswith("prop:") and "=" in answer.indicator:
        doubts.append("nobody gave this answer; is it written as in the table?")
    return about + "; ".join(doubts) if doubts else ""


def _shown(value: Any) -> Any:
    """Seven figures of a number; whole ones from a hundred thousand on."""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1e5 else f"{value:.7g}"
    return value
