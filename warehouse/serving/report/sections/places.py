"""Where the people are: each category by the coarsest level of places, as a map, as bars and as a table with ranks.

Only mart_place_ranks and the totals of mart_population belong here; finer places are in the annex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Paragraph, Part, Sub
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import bar_chart, leader, table
from warehouse.serving.report.places import level_map

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 30
MART = "mart_place_ranks"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category."""
    if facts.is_survey:
        return None
    subs = [_category(facts, category, t) for category in facts.categories]
    return Part("places", t.say("Where they are"), [sub for sub in subs if sub])


def _category(facts: Facts, category: Row, t: Tongue) -> Sub | None:
    code = str(category["population_category"])
    level = facts.main_level or 1
    whole = facts.mart(
        "mart_population", "place_level = 0 AND population_category = ? AND sex = 'all' AND age_group = 'all'", code
    )
    rows = facts.mart(MART, "population_category = ? AND place_level = ?", code, level, order="place_rank NULLS LAST")
    told: list[Any] = [_total(row, t) for row in whole]
    told += _pictures(facts, rows, level, code, t) if rows else []
    return Sub(t.named(category, "category_name"), told, code, f"places-{code}") if told else None


def _total(row: Row, t: Tongue) -> Paragraph:
    mart = "mart_population"
    values = {name: cell(mart, row, name, t) for name in ("individuals", "households", "communities", "individuals_low", "individuals_high")}  # fmt: skip
    said = t.say("{individuals} people, told in {communities} communities.")
    if row["households"] is not None:
        said = t.say("{individuals} people in {households} households, told in {communities} communities.")
    if row["communities_with_several_informants"] and row["individuals_low"] is not None:
        said += " " + t.say("Where several informants spoke of one community, taking the lowest or the highest of them each time would make {individuals_low} or {individuals_high}.")  # fmt: skip
    return Paragraph(phrase(said, **values), "lead")


def _pictures(facts: Facts, rows: list[Row], level: int, category: str, t: Tongue) -> list[Any]:
    name = t.named(rows[0], "category_name")
    columns = [
        (t.say("Rank"), "place_rank", "number"), (t.say("People"), "individuals", "number"),
        (t.say("Of the country"), "share_of_country", "share"), (t.say("Per 1,000 residents"), "per_1000_residents", "decimal"),
        (t.say("Communities"), "communities", "number"),
    ]  # fmt: skip
    place = facts.level_name(level, t)
    made = table(MART, rows, t, name="place_name", head=place.capitalize(), columns=columns,
                 caption=t.say("{category} by place ({level})", category=name, level=place))  # fmt: skip
    alt = t.say("{category} by place ({level})", category=name, level=place)
    if len(rows) < 2:
        return [made]
    title = _title(facts, rows, name, t) or alt
    drawn = level_map(facts, rows, t, value="individuals", alt=alt, color=category)
    if drawn:
        return [Chart(title, drawn, made, t.say("People, as key informants estimate; the darker, the more"))]
    return [bar_chart(rows, t, made, label="place_name", value="individuals", title=title, alt=alt, color=category)]


def _title(facts: Facts, rows: list[Row], category: str, t: Tongue) -> Any:
    first = leader(rows, "individuals", "place_code")
    if first is None or first["share_of_country"] is None:
        return None
    return phrase(
        t.say("{category}: {share} in {place} alone"), category=category, place=t.named(first, "place_name"),
        share=cell(MART, first, "share_of_country", t, "share"),
    )  # fmt: skip
