"""Where interviews were held: far from the place they tell of, without a position, with one that is not exact.

Distances are reckoned at the edge and positions dropped there: that several places were interviewed from one point can't be
seen any more, and is said to be not possible.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import more_than_others
from warehouse.collection.checks.result import Found, Lacking, Named, Outcome, Share, Values, of_interview


def gps_far(data: Collected, v: Values) -> Outcome:
    """Interviews held further from their place than the bound (and than the position is inexact)."""
    rows = data.real.filter(pl.col("gps_km").is_not_null())
    if rows.is_empty():
        return Lacking("no_positions")
    rows = rows.with_columns(_bound(rows, v).alias("most"))
    sure = pl.col("gps_km") - pl.col("gps_accuracy_m").fill_null(0) / 1000
    return [
        of_interview(
            row, n=rows.height, observed=row["gps_km"], threshold=row["most"],
            says={"km": row["gps_km"], "place": _place(data, row["place_code"])},
        )
        for row in rows.filter(sure > pl.col("most")).iter_rows(named=True)
    ]  # fmt: skip


def _bound(rows: pl.DataFrame, v: Values) -> pl.Expr:
    """The bound of each row: wider where only the place above has coordinates, none where only a larger one has."""
    if "gps_place_level" not in rows.columns:
        return pl.lit(v["most_km"])
    above = (pl.col("place_level") - pl.col("gps_place_level")).fill_null(0)
    return pl.when(above <= 0).then(v["most_km"]).when(above == 1).then(v["most_km_above"])


def gps_inexact(data: Collected, v: Values) -> Outcome:
    """Enumerators of whose positions a large share is not exact."""
    rows = data.known.filter(pl.col("gps_accuracy_m").is_not_null())
    if rows.is_empty():
        return Lacking("no_accuracy")
    bad = pl.col("gps_accuracy_m") > v["most_metres"]
    by = rows.group_by("enumerator").agg(pl.len().alias("n"), bad.mean().alias("share")).sort("enumerator")
    by = by.filter((pl.col("n") >= v["least_interviews"]) & (pl.col("share") >= v["most"]))
    return [
        Found("enumerator", who, {"enumerator": who, "share": Share(share), "metres": v["most_metres"], "n": n}, n, share,
              v["most"], enumerator=who)
        for who, n, share in by.iter_rows()
    ]  # fmt: skip


def gps_missing(data: Collected, v: Values) -> Outcome:
    """Enumerators whose interviews lack a position far more often than the others'."""
    lacks = (pl.col("gps_km").is_null() & pl.col("gps_accuracy_m").is_null()).alias("lacks")
    rows = data.real.with_columns(lacks)
    if rows.is_empty() or rows["lacks"].all():
        return Lacking("no_positions")
    return more_than_others(data, rows.select("interview_key", pl.col("lacks").cast(pl.Float64).alias("value")), v)


def gps_same_point(data: Collected, v: Values) -> Outcome:
    """Several places interviewed from one point: positions are not kept, so nobody can tell."""
    return Lacking("positions_dropped")


def _place(data: Collected, code: str | None) -> object:
    return Named(data.named(code or ""))
