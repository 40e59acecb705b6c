"""What the figures can't say: limits of the method, what is withheld, parts that do not add up.

Limits of comparison are in `change.py`; checks of the gate in `provenance.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part, Points, Table
from warehouse.serving.report.cells import cell, phrase

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts
    from warehouse.serving.words import Tongue

ORDER = 80


def build(facts: Facts, t: Tongue) -> Part | None:
    """Sentences, and the table of parts beside totals."""
    told = [*(_of_survey(facts, t) if facts.is_survey else _of_counts(facts, t)), *_withheld(facts, t)]
    return Part("limits", t.say("Limits"), [Points(told), *_parts(facts, t)])


def _of_counts(facts: Facts, t: Tongue) -> list[Any]:
    told = [
        t.say("The figures are what people who know their community estimate. They are not a census, and have no sampling error that could be given."),
        t.say("They are of the assessed communities alone, and are not extrapolated to those that were not assessed."),
    ]  # fmt: skip
    if facts.round["window_start"]:
        told.append(
            t.say(
                "They count people who moved within the reference window. A round with another window counts other people."
            )
        )
    if facts.round["row_grain"] == "informant":
        told.append(
            t.say(
                "Where several informants spoke of one community, one of them is believed with all parts: the one with the lower median total."
            )
        )
    return [*told, t.say("Missing is not zero: what nobody told has no figure, and is in no total.")]


def _of_survey(facts: Facts, t: Tongue) -> list[Any]:
    return [
        t.say("The intervals tell of the chance of the sample only, not of who could not be reached, nor of answers that are not true."),
        t.say("Respondents were found in sampled communities; who left again was not at home. The shares are indicative of all returned migrants."),
        t.say("A share that is marked unreliable rests on few answers or has a wide interval: it must not be quoted alone."),
    ]  # fmt: skip


def _withheld(facts: Facts, t: Tongue) -> list[Any]:
    row, mart = facts.operation, "dim_operation"
    if not row:
        return []
    if facts.is_survey:
        said = t.say(
            "Figures that rest on fewer than {n} respondents are withheld, and with them figures from which they could be told."
        )
        return [phrase(said, n=cell(mart, row, "survey_minimum_n", t))]
    said = t.say(
        "Counts below {n} people of small places are withheld, and with them figures from which they could be told."
    )
    return [phrase(said, n=cell(mart, row, "small_cell_threshold", t))]


def _parts(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_parts_check"
    rows = [row for row in facts.mart(mart) if row["communities"]]
    columns = [
        ("individuals", "number", t.say("Sum of the parts")), ("total_where_told", "number", t.say("Totals of the same communities")),
        ("difference_from_total", "signed", t.say("Difference")), ("communities", "number", t.say("Communities")),
        ("communities_that_differ", "number", t.say("Of these differ")),
    ]  # fmt: skip
    lines = [[f"{t.named(row, 'category_name')}: {t.named(row, 'dimension_name')}",
              *(cell(mart, row, column, t, form) for column, form, _ in columns)] for row in rows]  # fmt: skip
    head = [t.say("Category and parts"), *(title for _, _, title in columns)]
    notes = [t.say("Parts and totals stand as they were told; they are not forced to agree. Where a person may be in several parts, the sum may be more.")]  # fmt: skip
    return (
        [Table(t.say("Whether the parts add up to the totals"), head, lines, [mart], notes, folded=True)]
        if lines
        else []
    )
