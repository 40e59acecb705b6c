"""Other parts that a round tells of its people, by whatever dimension its form has: kinds of settlement, groups, …

Only mart_population_breakdown belongs here; years, countries, origins and reasons have sections of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part, Sub
from warehouse.serving.report.pieces import LUMPS, bar_chart, lumps_last, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 50
MART = "mart_population_breakdown"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category and dimension; None where the round has no such parts."""
    rows = facts.mart(MART, "place_level = 0 AND value_status <> 'not_asked'")
    keys = list(dict.fromkeys((row["population_category"], row["dimension"]) for row in rows))
    subs = [_sub([row for row in rows if (row["population_category"], row["dimension"]) == key], t) for key in keys]
    return Part("parts", t.say("More about them"), subs) if subs else None


def _sub(rows: list[Row], t: Tongue) -> Sub:
    rows = _ordered(rows)
    category, code = t.named(rows[0], "category_name"), str(rows[0]["population_category"])
    title = t.say("{category}: {table}", category=category, table=t.named(rows[0], "dimension_name"))
    shown = [(t.say("People"), "individuals", "number"), (t.say("Households"), "households", "number"),
             (t.say("Of the people in communities that told this"), "share_of_total", "share")]  # fmt: skip
    made = table(
        MART,
        rows,
        t,
        name="item_name",
        head=t.named(rows[0], "dimension_name"),
        columns=shown,
        caption=title,
        folded=True,
    )
    notes: dict[Any, str] = {
        "several": t.say("A person may be in several parts: they are not to be added up."),
        "some": t.say("Only some parts are asked: they need not add up to the total."),
    }
    note = notes.get(rows[0]["parts_rule"])
    chart = bar_chart(rows, t, made, label="item_name", value="individuals", title=title, alt=title, color=code, sort=False,
                      notes=[note] if note else ())  # fmt: skip
    return Sub(title, [chart], code, f"parts-{code}-{rows[0]['dimension']}")


def _ordered(rows: list[Row]) -> list[Row]:
    """Years as they follow each other, all else the largest first."""
    if all(str(row["item"]).isdigit() for row in rows if row["item"] not in LUMPS):
        return sorted(rows, key=lambda row: (row["item"] in LUMPS, str(row["item"])))
    return lumps_last(rows, "item")
