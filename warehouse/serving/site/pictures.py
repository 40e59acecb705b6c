"""The pictures of the first page: the first figure of the newest round by place, or its answers with their intervals.

Choosing the rows and their caption belongs here; drawing is done in `serving/charts`. Pictures are files beside the page,
so that the site needs no styles inside its pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.serving.charts import Picture
    from warehouse.serving.site.catalogue import Catalogue
    from warehouse.serving.words import Tongue

Row = dict[str, Any]
FOLDER = "assets/pictures"
MOST = 20  # places in a picture of the first page; the report has them all
PLACES = """SELECT operation, place_code, place_name_en, place_name_ru, place_name_ky, individuals, is_suppressed, category_name_en, category_name_ru,
            category_name_ky FROM mart_population WHERE round_key = ? AND population_category = ? AND place_level = 1
            AND sex = 'all' AND age_group = 'all' ORDER BY individuals DESC NULLS LAST, place_code"""


def rows_by_place(c: Catalogue, round_key: str) -> tuple[str, list[Row]]:
    """The first category of people that the round's headlines have, and its figures by place of the first level."""
    codes = [
        h["headline_code"] for h in c.facts["headlines"] if h["round_key"] == round_key and h["unit"] == "individuals"
    ]
    with c.source.opened() as asker:
        for code in codes:
            if found := asker.rows(PLACES, [round_key, code]):
                return str(code), found[:MOST]
    return "", []


def answers(c: Catalogue, round_key: str) -> list[Row]:
    """The shares among the headlines of a round that have an interval."""
    return [
        {**h, "is_suppressed": h["value"] is None}
        for h in c.facts["headlines"]
        if h["round_key"] == round_key and h["headline_code"].startswith("share.") and h["ci_low"] is not None
    ]


def picture(c: Catalogue, round_key: str, t: Tongue, site: Path) -> Row | None:
    """Draw a round's picture into the site: `wide` and `narrow` addresses, alternative text and caption. None without figures."""
    from warehouse.serving.charts import bars

    category, places = rows_by_place(c, round_key)
    if places:
        caption = t.say("{category} by place, as the round counts them", category=t.named(places[0], "category_name"))
        if len(places) == MOST:
            caption = t.say(
                "{category} by place: the {n} places with the most",
                category=t.named(places[0], "category_name"),
                n=MOST,
            )
        drawn = _places(places, t, category, caption)
    elif shares := answers(c, round_key):
        caption = t.say("What respondents said, with 95% confidence intervals")
        drawn = bars(
            shares, t, label="headline_name", value="value", low="ci_low", high="ci_high", unit="percent", digits=1,
            alt=caption,
        )  # fmt: skip
    else:
        return None
    return _written(drawn, f"{round_key}.{t.lang}", caption, site)


def _places(places: list[Row], t: Tongue, category: str, caption: str) -> Picture:
    """A tile map where the operation lays out all of these places, else bars."""
    from warehouse.gazetteer.tiles import renamed, tiles_of
    from warehouse.serving.charts import bars, tile_map

    tiles = tiles_of(str(places[0]["operation"]))
    if tiles and {str(place["place_code"]) for place in places} <= tiles.by_code.keys():
        return tile_map(tiles, places, t, value="individuals", alt=caption, color=category)
    named = [renamed(place, tiles) for place in places]
    return bars(named, t, label="place_name", value="individuals", color=category, alt=caption)


def _written(drawn: Picture, name: str, caption: str, site: Path) -> Row:
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    told: Row = {"alt": drawn.alt, "caption": caption}
    for kind, svg in (("wide", drawn.svg), ("narrow", drawn.narrow_svg)):
        told[kind] = f"{FOLDER}/{name}.{kind}.svg"
        (site / told[kind]).write_text(svg, encoding="utf-8")
    return told
