"""Where people who moved inside the country came from: sums by origin, and the matrix of origin and destination.

Only mart_internal_origins belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import bar_chart, by_category, crossed, leader, lumps_last, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 44
MART = "mart_internal_origins"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category whose origins were told."""
    if facts.is_survey:
        return None
    subs, asked = by_category(
        facts, t, MART, "origins", lambda rows, code: _origin(facts, lumps_last(rows, "origin_code"), code, t)
    )
    gone = (
        t.say("Places of origin: nobody told them, or they are withheld")
        if asked
        else t.say("Places of origin: not asked in this round")
    )
    absent = [] if subs else [gone]
    return Part("origins", t.say("Where they came from inside the country"), subs, absent)


def _origin(facts: Facts, rows: list[Row], category: str, t: Tongue) -> list[Any]:
    shown = [(t.say("People"), "individuals", "number"), (t.say("Households"), "households", "number"),
             (t.say("Of those whose origin was told"), "share_of_origins", "share"),
             (t.say("Of the people in communities that told origins"), "share_of_total", "share")]  # fmt: skip
    name = t.named(rows[0], "category_name")
    caption = t.say("{category} by place of origin", category=name)
    made = table(
        MART, rows, t, name="origin_name", head=t.say("Place of origin"), columns=shown, caption=caption, folded=True
    )
    if len(rows) < 2:
        return [table(MART, rows, t, name="origin_name", head=t.say("Place of origin"), columns=shown, caption=caption)]
    chart = bar_chart(
        rows,
        t,
        made,
        label="origin_name",
        value="individuals",
        title=_title(rows, name, t) or caption,
        alt=caption,
        color=category,
        sort=False,
    )
    return [chart, *_matrix(facts, rows, category, t)]


def _title(rows: list[Row], category: str, t: Tongue) -> Any:
    """The place that most came from, where it is safe to say."""
    first = leader(rows, "individuals", "origin_code")
    if first is None or first["share_of_origins"] is None:
        return None
    return phrase(
        t.say("{category}: {share} came from {place}"), category=category, place=t.named(first, "origin_name"),
        share=cell(MART, first, "share_of_origins", t, "share"),
    )  # fmt: skip


def _matrix(facts: Facts, rows: list[Row], category: str, t: Tongue) -> list[Any]:
    level = facts.main_level or 1
    found = facts.mart(
        MART, "place_level = ? AND population_category = ? AND value_status <> 'not_asked'", level, category
    )
    return [crossed(
        MART, found, t, line=("place_code", "place_name"), across=("origin_code", "origin_name"), column="individuals",
        head=t.say("Lives in, came from"), caption=t.say("From where to where: a line for each destination, a column for each origin"),
        order=[row["origin_code"] for row in rows],
        notes=[t.say("Where the line and the column name the same place, people moved within it.")],
    )] if len(found) > len(rows) else []  # fmt: skip
