"""Annex tables: every headline beside what was published, finer places, all answers of a survey.

Whole tables without a word on them belong here; they are folded on the screen and open in print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Paragraph, Part, Table
from warehouse.serving.report.cells import cell
from warehouse.serving.report.pieces import table
from warehouse.serving.report.sections.headlines import form_of

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 90
ROWS = 250  # a table of more places is left to the data package


def build(facts: Facts, t: Tongue) -> Part | None:
    """The tables that the round has."""
    tables = [*_headlines(facts, t), *(_answers(facts, t) if facts.is_survey else _places(facts, t))]
    return Part("annex", t.say("Annex: all tables"), tables) if tables else None


def _headlines(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_headlines"
    rows = [row for row in facts.mart(mart, order="sort_order") if row["value"] is not None]
    lines = [_headline(mart, row, t) for row in rows]
    head = [
        t.say("Headline"),
        t.say("Value"),
        t.say("Place or country"),
        t.say("Published"),
        t.say("Difference"),
        t.say("Published in"),
    ]
    notes = [t.say("Difference: ours, rounded as the publication rounds, less the published figure.")]
    return [Table(t.say("All headline figures"), head, lines, [mart], notes, folded=True)] if lines else []


def _headline(mart: str, row: Row, t: Tongue) -> list[Any]:
    form = "signed_percent" if str(row["headline_code"]).startswith("change.") else form_of(row)
    shown: list[Any] = [t.named(row, "headline_name"), cell(mart, row, "value", t, form), t.named(row, "value_text")]
    if row["published_value"] is not None:
        difference = cell(mart, row, "difference", t, "signed" if form == "number" else "points")
        shown += [cell(mart, row, "published_value", t, form), difference]
    else:
        shown += [row["published_text"] or "", ""]
    return [*shown, row["published_source"] or ""]


def _places(facts: Facts, t: Tongue) -> list[Any]:
    """Coverage and totals of the levels beside the one of the chapters, as far as a page can hold them."""
    made: list[Any] = []
    for level in [level for level in facts.levels if level != facts.main_level]:
        coverage = facts.mart("mart_round_coverage", "place_level = ?", level)
        name = facts.level_name(level, t)
        if len(coverage) > ROWS:
            made.append(Paragraph(t.count("{n} place of the level “{level}” is in the data package of the release.",
                                          "{n} places of the level “{level}” are in the data package of the release.",
                                          len(coverage), level=name)))  # fmt: skip
            continue
        made += [_totals(facts, level, name, t), _coverage(facts, coverage, name, t)]
    return [one for one in made if one is not None]


def _totals(facts: Facts, level: int, name: str, t: Tongue) -> Table | None:
    mart = "mart_population"
    rows = facts.mart(mart, "place_level = ? AND sex = 'all' AND age_group = 'all'", level)
    above = _names(facts, level - 1, t)
    found = {(row["place_code"], row["population_category"]): row for row in rows}
    places = {row["place_code"]: row for row in rows}
    codes = [(str(c["population_category"]), t.named(c, "category_name")) for c in facts.categories]
    order = sorted(places.values(), key=lambda row: (str(row["parent_code"]), str(row["place_code"])))
    lines = [
        [t.named(row, "place_name"), above.get(row["parent_code"], ""),
         *(cell(mart, found[row["place_code"], code], "individuals", t) if (row["place_code"], code) in found else "" for code, _ in codes)]
        for row in order
    ]  # fmt: skip
    head = [name.capitalize(), facts.level_name(level - 1, t).capitalize(), *(title for _, title in codes)]
    return Table(t.say("People by place ({level})", level=name), head, lines, [mart], folded=True) if lines else None


def _names(facts: Facts, level: int, t: Tongue) -> dict[Any, str]:
    return {
        row["place_code"]: t.named(row, "place_name")
        for row in facts.mart("mart_round_coverage", "place_level = ?", level)
    }


def _coverage(facts: Facts, rows: list[Row], name: str, t: Tongue) -> Table | None:
    columns = [
        (t.say("Communities assessed"), "communities", "number"), (t.say("Known to exist"), "communities_in_frame", "number"),
        (t.say("Of those known"), "coverage_of_frame_percent", "percent"), (t.say("Key informants"), "informants", "number"),
        (t.say("First interview"), "first_interview_date", "day"), (t.say("Last interview"), "last_interview_date", "day"),
    ]  # fmt: skip
    rows = sorted(rows, key=lambda row: (str(row["parent_code"]), str(row["place_code"])))
    return table("mart_round_coverage", rows, t, name="place_name", head=name.capitalize(), columns=columns,
                 caption=t.say("Coverage by place ({level})", level=name), folded=True) if rows else None  # fmt: skip


def _answers(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_survey_estimates"
    if not facts.has(mart, "dim_indicator", "dim_indicator_option"):
        return []
    rows = facts.ask(
        f"SELECT e.* FROM {mart} e LEFT JOIN dim_indicator i USING (operation, component, indicator_code) "
        "LEFT JOIN dim_indicator_option o USING (operation, component, indicator_code, option_code) "
        "WHERE e.round_key = ? AND e.domain_type = 'national' ORDER BY i.sort_order, e.indicator_code, o.sort_order, e.option_code",
        facts.round_key,
    )  # fmt: skip
    lines = [_answer(mart, row, t) for row in rows]
    head = [
        t.say("Question and answer"),
        t.say("Answered"),
        t.say("Estimate"),
        t.say("Interval from"),
        t.say("to"),
        t.say("Design effect"),
    ]
    return [Table(t.say("All answers, all respondents"), head, lines, [mart], folded=True)] if lines else []


def _answer(mart: str, row: Row, t: Tongue) -> list[Any]:
    form = "share" if row["statistic"] == "share" else "decimal"
    values = [cell(mart, row, column, t, form) for column in ("estimate", "ci_low", "ci_high")]
    name = f"{t.named(row, 'indicator_name')}: {t.named(row, 'option_name')}"
    sure = {
        "reliable": t.say("reliable"),
        "use_with_caution": t.say("use with caution"),
        "unreliable": t.say("unreliable"),
    }.get(str(row["reliability"]), "")
    return [name, cell(mart, row, "n", t), *values, cell(mart, row, "design_effect", t, "ratio"), sure]
