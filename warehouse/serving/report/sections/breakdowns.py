"""Other parts that a round tells of its people, by whatever dimension its form has: kinds of settlement, groups, …

Only mart_population_breakdown belongs here; years, countries, origins and reasons have sections of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part, Sub
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import LUMPS, bar_chart, leader, lumps_last, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 50
MART = "mart_population_breakdown"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category and dimension; None where the round has no such parts."""
    rows = facts.mart(MART, "place_level = 0 AND value_status <> 'not_asked'")
    keys = list(dict.fromkeys((row["population_category"], row["dimension"]) for row in rows))
    rows = _places_named(facts, rows)
    subs = [_sub([row for row in rows if (row["population_category"], row["dimension"]) == key], t) for key in keys]
    return Part("parts", t.say("More about them"), subs) if subs else None


def _places_named(facts: Facts, rows: list[Row]) -> list[Row]:
    """Parts that are places (their item is a code of the gazetteer) by the name of the place."""
    codes = sorted({str(row["item"]) for row in rows if row["item"] == row["item_name_en"]})
    if not codes or not facts.has("dim_place"):
        return rows
    places = facts.ask(
        f"SELECT * FROM dim_place WHERE operation = ? AND place_code IN ({', '.join('?' for _ in codes)}) "
        "ORDER BY place_code, geography_vintage = ?, geography_vintage",
        facts.round["operation"], *codes, facts.round["geography_vintage"],
    )  # fmt: skip
    known = {row["place_code"]: row for row in places}  # of several vintages that of the round, which comes last
    return [
        {**row, **{f"item_name_{lang}": known[row["item"]][f"place_name_{lang}"] for lang in ("en", "ru", "ky")}}
        if row["item"] in known else row for row in rows
    ]  # fmt: skip


def _title(rows: list[Row], t: Tongue) -> Any:
    """The largest part, where it is safe to say."""
    first = leader(rows, "individuals", "item")
    if first is None:
        return None
    said = t.say("The largest part: {part}, {number} people")
    return phrase(said, part=t.named(first, "item_name"), number=cell(MART, first, "individuals", t))


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
    chart = bar_chart(rows, t, made, label="item_name", value="individuals", title=_title(rows, t) or title, alt=title, color=code, sort=False,
                      notes=[note] if note else ())  # fmt: skip
    return Sub(title, [chart], code, f"parts-{code}-{rows[0]['dimension']}")


def _ordered(rows: list[Row]) -> list[Row]:
    """Years as they follow each other, all else the largest first."""
    if all(str(row["item"]).isdigit() for row in rows if row["item"] not in LUMPS):
        return sorted(rows, key=lambda row: (row["item"] in LUMPS, str(row["item"])))
    return lumps_last(rows, "item")
