"""Countries abroad: destinations of emigrants, countries of return, nationalities of international migrants.

Only mart_country_links belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part, Sub
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import bar_chart, crossed, leader, lumps_last, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 42
MART = "mart_country_links"
ACROSS = 6  # countries in the table by place


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each kind of link that the round has."""
    if facts.is_survey:
        return None
    subs, absent = [], []
    for link, name in (("return", t.say("Countries of return")), ("destination", t.say("Countries of destination")),
                       ("nationality", t.say("Nationalities"))):  # fmt: skip
        rows = facts.mart(MART, "place_level = 0 AND link_type = ? AND value_status <> 'not_asked'", link)
        if any(row["individuals"] is not None for row in rows):
            rows = lumps_last(rows, "country_iso3")
            subs.append(
                Sub(name, _link(facts, link, rows, name, t), str(rows[0]["population_category"]), f"countries-{link}")
            )
        elif link not in {row.get("link_type") for row in facts.categories}:
            continue  # nobody counted the people of the link: their countries are not missed
        elif rows:
            absent.append(t.say("{table}: nobody told them, or they are withheld", table=name))
        else:
            absent.append(t.say("{table}: not asked in this round", table=name))
    return Part("countries", t.say("Countries"), subs, absent)


def _link(facts: Facts, link: str, rows: list[Row], name: str, t: Tongue) -> list[Any]:
    shown = [(t.say("Rank"), "rank", "number"), (t.say("People"), "individuals", "number"),
             (t.say("Of those whose country was told"), "share_of_links", "share"),
             (t.say("Of the people in communities that told countries"), "share_of_total", "share")]  # fmt: skip
    category = t.named(rows[0], "category_name")
    caption = phrase(t.say("{category}: {table}"), category=category, table=name)
    made = table(MART, rows, t, name="country_name", head=t.say("Country"), columns=shown, caption=caption, folded=True)
    chart = bar_chart(rows, t, made, label="country_name", value="individuals", title=_title(rows, category, t) or caption,
                      alt=f"{category}: {name}", color=str(rows[0]["population_category"]), sort=False)  # fmt: skip
    return [chart, *_by_place(facts, link, rows, name, t)]


def _title(rows: list[Row], category: str, t: Tongue) -> Any:
    first = leader([row for row in rows if not row["is_suppressed"]], "individuals", "country_iso3")
    if first is None or first["rank"] != 1 or first["share_of_links"] is None:
        return None
    return phrase(
        t.say("{category}: {country} {share}"), category=category, country=t.named(first, "country_name"),
        share=cell(MART, first, "share_of_links", t, "share"),
    )  # fmt: skip


def _by_place(facts: Facts, link: str, rows: list[Row], name: str, t: Tongue) -> list[Any]:
    level = facts.main_level or 1
    found = facts.mart(MART, "place_level = ? AND link_type = ? AND value_status <> 'not_asked'", level, link)
    place = facts.level_name(level, t)
    return [crossed(
        MART, found, t, line=("place_code", "place_name"), across=("country_iso3", "country_name"), column="individuals",
        head=place.capitalize(), caption=t.say("{table}: the most frequent ones by place ({level})", table=name, level=place),
        order=[row["country_iso3"] for row in rows][:ACROSS],
    )] if found else []  # fmt: skip
