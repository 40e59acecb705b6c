"""When people moved: returned migrants by year of return, emigrants by year of departure.

A year that the reference window cuts off is marked and never set beside others; years of two rounds are in `change.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Part, Sub
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import crossed, leader, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 40
KINDS = (("mart_returns_by_year", "return_year", "returned", "share_of_returns"),
         ("mart_departures_by_year", "departure_year", "emigrant", "share_of_departures"))  # fmt: skip


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each kind of year that the round has."""
    if facts.is_survey:
        return None
    subs, absent = [], []
    for mart, year, category, share in KINDS:
        rows = facts.mart(mart, "place_level = 0 AND value_status <> 'not_asked'")
        name = t.say("Years of return") if category == "returned" else t.say("Years of departure")
        if any(row["individuals"] is not None for row in rows):
            subs.append(Sub(name, _year(facts, rows, (mart, year, category, share), t), category, f"years-{category}"))
        elif category not in {row["population_category"] for row in facts.categories}:
            continue  # nobody counted them: their years are not missed
        elif rows:
            absent.append(t.say("{table}: nobody told them, or they are withheld", table=name))
        else:
            absent.append(t.say("{table}: not asked in this round", table=name))
    return Part("years", t.say("When they moved"), subs, absent)


def _year(facts: Facts, rows: list[Row], kind: tuple[str, str, str, str], t: Tongue) -> list[Any]:
    from warehouse.serving.charts import columns

    mart, year, category, share = kind
    marked = [{**row, "cut": not row["is_whole_year"], "year_name_en": _name(row, year, t), f"year_name_{t.lang}": _name(row, year, t)}
              for row in rows]  # fmt: skip
    subject = (
        t.say("Returned migrants by year of return")
        if category == "returned"
        else t.say("Emigrants by year of departure")
    )
    shown = [(t.say("People"), "individuals", "number"), (t.say("Of all years"), share, "share"),
             (t.say("Communities that told years"), "communities", "number")]  # fmt: skip
    made = table(mart, marked, t, name="year_name", head=t.say("Year"), columns=shown, caption=subject)
    picture = columns(marked, t, x=year, y="individuals", partial="cut", alt=subject, color=category)
    notes = [
        t.say("A year marked as part is cut off by the reference window: it must not be compared with whole years.")
    ]
    chart = Chart(_title(rows, mart, year, category, t) or subject, picture, made, t.say("People within the reference window, as key informants estimate"),
                  notes if any(row["cut"] for row in marked) else ())  # fmt: skip
    return [chart, *_by_place(facts, mart, year, t)]


def _title(rows: list[Row], mart: str, year: str, category: str, t: Tongue) -> Any:
    """The whole year with the most people, where it is safe to say; cut years are not set beside whole ones."""
    whole = [row for row in rows if row["is_whole_year"]]
    first = leader(whole, "individuals", year) if len(whole) > 1 else None
    if first is None:
        return None
    said = (
        t.say("Of the whole years, most returned in {year}: {number} people")
        if category == "returned"
        else t.say("Of the whole years, most left in {year}: {number} people")
    )
    return phrase(said, year=first[year], number=cell(mart, first, "individuals", t))


def _name(row: Row, year: str, t: Tongue) -> str:
    return str(row[year]) if row["is_whole_year"] else t.say("{year}, part of the year", year=row[year])


def _by_place(facts: Facts, mart: str, year: str, t: Tongue) -> list[Any]:
    level = facts.main_level or 1
    rows = facts.mart(mart, "place_level = ? AND value_status <> 'not_asked'", level)
    name = facts.level_name(level, t)
    return [crossed(
        mart, rows, t, line=("place_code", "place_name"), across=(year, "year"), column="individuals",
        head=name.capitalize(), caption=t.say("The same years by place ({level})", level=name),
        order=sorted({row[year] for row in rows}),
    )] if rows else []  # fmt: skip
