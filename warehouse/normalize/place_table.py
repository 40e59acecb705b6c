"""The table `place` of a delivery: the places that its accepted rows name, and all that they lie in.

Choosing what is said of a place that several chains lead through belongs here; how chains come about does not.
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.found_places import FoundPlaces
from warehouse.normalize.schema import PLACE


def place_table(round_key: str, codes: pl.Series, sheets: list[FoundPlaces]) -> pl.DataFrame:
    """One row per place that accepted rows name, and per ancestor; equal contents give equal tables.

    `codes`: of the finest places; a later sheet tells of a place before an earlier one does.
    """
    left = codes.alias("code").unique().sort().to_frame().with_row_index("rank")
    parts = []
    for number, found in reversed(list(enumerate(sheets))):
        mine = found.finest().join(left, on="code", how="inner")
        left = left.join(mine, on="code", how="anti")
        parts.append(_named(found, mine["place"], mine["rank"]).with_columns(pl.lit(number).alias("sheet")))
    first = (
        pl.concat(parts).sort("rank", "level", maintain_order=True).unique("code", keep="first", maintain_order=True)
    )
    first = first.sort("code").select("sheet", "place")
    rows = [_rows(found, first.filter(pl.col("sheet") == number)["place"]) for number, found in enumerate(sheets)]
    table = pl.concat(rows).sort("place_code") if len(rows) > 1 else rows[0]
    return table.select(pl.lit(round_key).alias("round_key"), *list(PLACE)[1:]).cast(PLACE)  # type: ignore[arg-type]


def _named(found: FoundPlaces, place: pl.Series, rank: pl.Series) -> pl.DataFrame:
    """Finest places and all that they lie in, each with the first rank of a chain through it, its code and its level."""
    steps = [pl.DataFrame([place, rank])]
    while len(place):
        above = found.places["above"].gather(place).alias("place")
        place, rank = above.drop_nulls(), rank.filter(above.is_not_null())
        steps.append(pl.DataFrame([place, rank]))
    every = pl.concat(steps).group_by("place").agg(pl.col("rank").min())
    return every.hstack([found.places[name].gather(every["place"]) for name in ("code", "level")])


def _rows(found: FoundPlaces, places: pl.Series) -> pl.DataFrame:
    return found.places[places].select(
        pl.col("code").alias("place_code"), pl.col("level").alias("place_level"), pl.col("parent").alias("parent_code"),
        pl.col("name_en").alias("place_name_en"), pl.coalesce("name_ru", "name_en").alias("place_name_ru"),
        pl.coalesce("name_ky", "name_en").alias("place_name_ky"),
        pl.when(pl.col("delivered_code") != "").then("delivered_code").alias("delivered_code"), "in_gazetteer",
    )  # fmt: skip


__all__ = ["place_table"]
