"""Method and coverage: who was asked, where, of how many; of surveys also how answers are weighted.

How the round was done belongs here; what its figures can't say is in `limits.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Paragraph, Part, Table, Terms
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import table
from warehouse.serving.report.places import level_map
from warehouse.serving.report.titles import sex_name

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 20
MART = "mart_round_coverage"


def build(facts: Facts, t: Tongue) -> Part | None:
    """Text, the numbers of the round, the map and table of the coarsest level of places."""
    whole = next(iter(facts.mart(MART, "place_level = 0")), None)
    blocks: list[Any] = [Paragraph(_how(facts, t), "lead")]
    if whole:
        blocks.append(Terms(_numbers(facts, whole, t), brief=True))
    blocks += _by_place(facts, t)
    if facts.is_survey:
        blocks += _weighting(facts, t)
    return Part("method", t.say("Method and coverage"), blocks)


def _how(facts: Facts, t: Tongue) -> str:
    if facts.is_survey:
        return t.say("Returned migrants were interviewed in a sample of communities. The shares are of the people who were asked and answered; each stands with its 95% confidence interval.")  # fmt: skip
    if facts.round["row_grain"] == "informant":
        return t.say("Key informants of the assessed communities said how many people of each category live there or have left. The figures are their estimates within the reference window, not a count of people, and they are of the assessed communities alone.")  # fmt: skip
    return t.say("The assessment went from place to place and took down how many people of each category are present. The figures are estimates of the assessed places alone.")  # fmt: skip


def _numbers(facts: Facts, whole: Row, t: Tongue) -> list[tuple[Any, Any]]:
    titles = [
        ("communities", "number", t.say("Sampled communities in which anybody was interviewed") if facts.is_survey else t.say("Communities assessed")),
        ("planned_communities", "number", t.say("Communities planned")),
        ("coverage_percent", "percent", t.say("Assessed of those planned")),
        ("communities_in_frame", "number", t.say("Communities known to exist")),
        ("coverage_of_frame_percent", "percent", t.say("Assessed of those known to exist")),
        ("informants", "number", t.say("Key informants")),
        ("informants_per_community", "ratio", t.say("Key informants per community")),
        ("respondents", "number", t.say("Respondents")),
        ("first_interview_date", "day", t.say("First interview")),
        ("last_interview_date", "day", t.say("Last interview")),
    ]  # fmt: skip
    return [(title, cell(MART, whole, column, t, form)) for column, form, title in titles if whole[column] is not None]


def _by_place(facts: Facts, t: Tongue) -> list[Any]:
    level = facts.main_level
    rows = facts.mart(MART, "place_level = ?", level) if level else []
    if len(rows) < 2:
        return []
    made = _table(facts, rows, int(level or 1), t)
    title = t.say("Respondents by place") if facts.is_survey else t.say("Communities assessed, by place")
    value = "respondents" if facts.is_survey else "communities"
    drawn = level_map(facts, rows, t, value=value, alt=title)
    return [Chart(title, drawn, made)] if drawn else [made]


def _table(facts: Facts, rows: list[Row], level: int, t: Tongue) -> Table:
    columns = [
        (t.say("Communities assessed"), "communities", "number"), (t.say("Known to exist"), "communities_in_frame", "number"),
        (t.say("Of those known"), "coverage_of_frame_percent", "percent"), (t.say("Key informants"), "informants", "number"),
        (t.say("Per community"), "informants_per_community", "ratio"), (t.say("Respondents"), "respondents", "number"),
    ]  # fmt: skip
    return table(
        MART, rows, t, name="place_name", head=facts.level_name(level, t).capitalize(), columns=columns,
        caption=t.say("Coverage by place ({level})", level=facts.level_name(level, t)),
    )  # fmt: skip


def _weighting(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_survey_weighting"
    row = next(iter(facts.mart(mart)), None)
    if row is None:
        return []
    used = {
        "none, indicative": t.say("Each respondent counts once: the shares are of the sample, and indicative of all returned migrants."),
        "delivered weights": t.say("The weights that came with the delivery are used."),
        "raked weights": t.say("The answers are weighted so that places and sexes are as large as in the stock of returned migrants."),
    }.get(str(row["weight_scheme"]), str(row["weight_scheme"]))  # fmt: skip
    told: list[Any] = [Paragraph(used)]
    if row["raking_status"] == "raked" and not row["is_suppressed"]:
        said = t.say("Weights that would make the sample as the stock of {round} is lie between {low} and {high}; their design effect is {effect}.")  # fmt: skip
        told.append(Paragraph(phrase(
            said, round=row["stock_round_key"], low=cell(mart, row, "trimmed_weight_min", t, "ratio"),
            high=cell(mart, row, "trimmed_weight_max", t, "ratio"), effect=cell(mart, row, "design_effect_trimmed", t, "ratio"),
        )))  # fmt: skip
    return [*told, *_cells(facts, t)]


def _cells(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_survey_weights"
    rows = facts.mart(mart)
    forms = [("respondents", "number", t.say("Respondents")), ("share_of_sample", "share", t.say("Of the sample")),
             ("share_of_stock", "share", t.say("Of the stock")), ("trimmed_weight", "ratio", t.say("Weight"))]  # fmt: skip
    lines = [[f"{t.named(row, 'place_name')}, {sex_name(str(row['sex']), t)}",
              *(cell(mart, row, column, t, form) for column, form, _ in forms)] for row in rows]  # fmt: skip
    head = [t.say("Place and sex"), *(title for _, _, title in forms)]
    return (
        [Table(t.say("The sample beside the stock of returned migrants"), head, lines, [mart], folded=True)]
        if rows
        else []
    )
