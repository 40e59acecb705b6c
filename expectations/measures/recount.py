"""Totals of a round counted again from its canonical Parquet, independently of dbt, to hold the marts against.

Only the counting rules of the contract belong here: the median informant, sums of sites, parents by their column.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.people import COUNTED, KEY

GROUP = ["place_code", "population_category"]


def recount(given: RoundInput) -> pl.DataFrame:
    """place_level, place_code, population_category, individuals, households of levels 0 and 1; null: nothing counted."""
    rows = _wide(given)
    places = _median_informant(rows) if _grain(given) == "informant" else rows
    per_place = places.group_by(GROUP).agg(_sum("individuals"), _sum("households"))
    rolled = (
        per_place.join(_ancestors(given), on="place_code")
        .group_by("ancestor", "population_category")
        .agg(_sum("individuals"), _sum("households"))
    )
    levels = given.table("place").select(pl.col("place_code"), "place_level")
    return (
        rolled.rename({"ancestor": "place_code"})
        .join(levels, on="place_code")
        .filter(pl.col("place_level") <= 1)
        .sort("place_level", *GROUP)
    )


def _sum(column: str) -> pl.Expr:
    # the sum of nothing is not zero
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).alias(column)


def _grain(given: RoundInput) -> str:
    return next(book.row_grain for book in given.operation.codebooks if book.component == given.component)


def _wide(given: RoundInput) -> pl.DataFrame:
    """row_id, place_code, population_category, individuals, households (counted totals of a row)."""
    rows = given.table("population").filter(COUNTED & (pl.col("dimension") == "total"))
    units = [pl.col("value").filter(pl.col("unit") == unit) for unit in ("individuals", "households")]
    return rows.group_by(["place_code", *KEY]).agg(
        pl.when(unit.len() > 0).then(unit.sum()).alias(name)
        for unit, name in zip(units, ("individuals", "households"), strict=True)
    )


def _median_informant(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each place and category the row with the lower median of individuals; ties go to the smaller row_id."""
    heard = rows.filter(pl.col("individuals").is_not_null()).sort(*GROUP, "individuals", "row_id")
    position = pl.int_range(pl.len()).over(GROUP)
    return heard.filter(position == (pl.len().over(GROUP) - 1) // 2)


def _ancestors(given: RoundInput) -> pl.DataFrame:
    """place_code × ancestor, each place being an ancestor of itself."""
    parents = given.table("place").select("place_code", "parent_code")
    pairs = parents.select("place_code", ancestor="place_code")
    found = [pairs]
    for _ in range(given.table("place")["place_level"].n_unique()):
        up = pairs.join(parents, left_on="ancestor", right_on="place_code")
        pairs = up.filter(pl.col("parent_code").is_not_null()).select("place_code", ancestor="parent_code")
        found.append(pairs)
    return pl.concat(found).unique()
