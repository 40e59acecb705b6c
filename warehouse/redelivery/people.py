"""People moved by a redelivery, per measure: in rows that came, in rows that went, in rows that changed.

Counting belongs here: accepted rows by their canonical totals, rejected rows as far as their totals can be read.
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import measured, total_columns
from warehouse.normalize.run import Normalized
from warehouse.normalize.values import count_value
from warehouse.redelivery.model import Moved

COUNTED = {"row_number": pl.Int64, "measure": pl.String, "value": pl.Int64}


def moved(pairs: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> list[Moved]:
    """Movements of every measure that either delivery has. `before`, `after`: row_number, measure, value."""
    found = []
    for name in sorted(set(before["measure"]) | set(after["measure"])):
        one, other = (d.filter(pl.col("measure") == name).select("row_number", "value") for d in (before, after))
        both = (
            pairs.join(one.rename({"row_number": "before", "value": "old"}), on="before", how="left")
            .join(other.rename({"row_number": "after", "value": "new"}), on="after", how="left")
            .with_columns((pl.col("new").fill_null(0) - pl.col("old").fill_null(0)).alias("difference"))
        )
        came = _sum(other.filter(~pl.col("row_number").is_in(pairs["after"].implode())), "value")
        went = _sum(one.filter(~pl.col("row_number").is_in(pairs["before"].implode())), "value")
        gross = came + went + _sum(both.with_columns(pl.col("difference").abs()), "difference")
        found.append(Moved(name, _sum(one, "value"), _sum(other, "value"), came, went, _sum(both, "difference"), gross))
    return found


def counted(normalized: Normalized, frame: TextFrame) -> pl.DataFrame:
    """row_number, measure (`idp.individuals`), value: the totals of every row of the main sheet."""
    rows = normalized.table("assessment").select("row_id", "row_number")
    measure = pl.concat_str("population_category", "unit", separator=".").alias("measure")
    totals = normalized.table("population").filter((pl.col("dimension") == "total") & pl.col("value").is_not_null())
    kept = totals.join(rows, on="row_id").select("row_number", measure, "value")
    out = frame.data.filter(pl.col("row_number").is_in(normalized.table("rejected")["row_number"].implode()))
    parts = [kept.cast(COUNTED)]  # type: ignore[arg-type]
    for column in total_columns(frame):
        if (m := measured(column)) is not None:
            value = count_value(frame.name(column)).alias("value")
            name = pl.lit(f"{m.category}.{m.unit}").alias("measure")
            parts.append(out.select("row_number", name, value).drop_nulls("value").cast(COUNTED))  # type: ignore[arg-type]
    return pl.concat(parts).group_by("row_number", "measure").agg(pl.col("value").sum())


def _sum(table: pl.DataFrame, column: str) -> int:
    return int(table[column].sum() or 0)
