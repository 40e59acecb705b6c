"""Places that only the delivery names, and that may be another one: spellings, codes under two names, codes at two places.

Finding them belongs here, and the rows that name them; words are in `place_findings.py`, the file for a person in `place_review.py`.
A place is told by its row in `FoundPlaces.places`; equal ones (in different chains) are one place, told by the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

import polars as pl

from warehouse.codebooks.folding import fold_key
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.names import plain, skeleton
from warehouse.gazetteer.suggest import alike
from warehouse.normalize.found_places import FoundPlaces
from warehouse.normalize.places import RowPlaces

SAME = ["code", "level", "parent", "name_en", "name_ru", "name_ky", "delivered_code"]  # of equal places


def spellings(found: FoundPlaces) -> list[tuple[int, int, int, float]]:
    """Pairs of places of one parent whose names are nearly the same: level, the two places, score."""
    own = _own(found, "level", pl.col("parent").fill_null(""), "code", "place", "name_en")
    pairs = []
    for (level, _), rows in groupby(own.sort("level", "parent", maintain_order=True).iter_rows(), lambda r: r[:2]):
        first: dict[str, tuple[int, str]] = {}
        for _, _, code, place, name in rows:
            first.setdefault(code, (place, name))
        members = list(first.values())
        pairs += [(level, members[i][0], members[j][0], s) for i, j, s in alike([name for _, name in members])]
    return pairs


def two_names(found: FoundPlaces) -> list[list[int]]:
    """Places of one code whose names are no spellings of each other."""
    several = _own(found, "place", "code").filter(pl.col("code").is_duplicated())
    own = several.select("place").hstack(found.places[several["place"]])
    own = own.unique(SAME, keep="first", maintain_order=True).filter(pl.col("code").is_duplicated())
    told = []
    for _, members in own.group_by("code", maintain_order=True):
        names = list({skeleton(name): name for name in members["name_en"].to_list()}.values())
        if len(names) > 1 and len(alike(names)) < len(names) - 1:
            told.append(members["place"].to_list())
    return told


def reused(found: FoundPlaces) -> list[tuple[int, list[int]]]:
    """Delivered codes that stand at places of different names: level and places."""
    coded = found.places.with_row_index("place").filter(pl.col("delivered_code") != "")
    folded = pl.Series("folded", [fold_code(code) for code in coded["delivered_code"]], dtype=pl.String)
    coded = coded.select("place", "level", pl.col("parent").fill_null(""), "name_en", folded)
    twice = coded.filter(pl.struct("level", "folded").is_duplicated()).sort("level", "folded", maintain_order=True)
    told = []
    for (level, _), rows in groupby(
        twice.select("level", "folded", "place", "parent", "name_en").iter_rows(), lambda r: r[:2]
    ):
        seen = [(place, parent, skeleton(plain(fold_key(name)))) for _, _, place, parent, name in rows]
        if len({(parent, name) for _, parent, name in seen}) > 1:
            told.append((level, [place for place, _, _ in seen]))
    return told


def rows_of(places: RowPlaces, wanted: Iterable[int]) -> dict[int, list[int]]:
    """The rows that name a place, or an equal one, at any level of their chain; in order."""
    tops = pl.DataFrame({"top": sorted(set(wanted))}, schema={"top": pl.UInt32})
    table = places.found.places.with_row_index("place")
    near = table.filter(pl.col("code").is_in(table["code"].gather(tops["top"]).implode()))
    asked = tops.join(near.rename({"place": "top"}), on="top", how="left")
    within = asked.join(near, on=SAME, how="inner", nulls_equal=True).select("top", "place")
    steps, above = [within], table.select("place", "above")
    while steps[-1].height:
        steps.append(
            steps[-1].join(above, left_on="place", right_on="above").select("top", pl.col("place_right").alias("place"))
        )
    leaves = places.found.results.select("place").with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("combination")
    )
    named = pl.concat(steps).join(leaves, on="place").select("top", "combination").unique()
    rows = places.rows.select("row_number", "combination").join(named, on="combination")
    found: dict[int, list[int]] = defaultdict(list)
    found |= dict(rows.sort("row_number").group_by("top").agg("row_number").iter_rows())
    return found


def _own(found: FoundPlaces, *columns: str | pl.Expr) -> pl.DataFrame:
    """Columns of the places below the country that the gazetteer does not know and no person decided."""
    ours = ~pl.col("in_gazetteer") & ~pl.col("is_decided") & (pl.col("level") != 0)
    own = found.places.select(ours).to_series()
    return found.places.with_row_index("place").select(columns).filter(own)


__all__ = ["reused", "rows_of", "spellings", "two_names"]
