"""The conservation law: rows and people delivered = accepted + rejected, counted from three different places.

Only the counting belongs here: delivered from the text frame, accepted from the canonical tables, rejected from the
rejected rows. The gate compares.
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.frame import TextFrame
from warehouse.normalize.population import measured
from warehouse.normalize.rows import total_columns
from warehouse.normalize.schema import CONSERVATION
from warehouse.normalize.values import count_value


def conservation(
    round_key: str, frame: TextFrame, accepted_rows: int, population: pl.DataFrame, rejected: list[int]
) -> pl.DataFrame:
    """One row per measured total, and one for rows. `rejected`: row numbers."""
    rows = [_row(round_key, "rows", frame.data.height, accepted_rows, len(rejected))]
    out = frame.data.filter(pl.col("row_number").is_in(rejected))
    totals = population.filter(pl.col("dimension") == "total")
    for column in total_columns(frame):
        measure, name = measured(column), frame.name(column)
        assert measure is not None
        kept = totals.filter((pl.col("population_category") == measure.category) & (pl.col("unit") == measure.unit))
        delivered, lost = (data.select(count_value(name).sum()).item() or 0 for data in (frame.data, out))
        rows.append(_row(round_key, f"{measure.category}.{measure.unit}", delivered, int(kept["value"].sum()), lost))
    return pl.DataFrame(rows, schema=CONSERVATION)


def _row(round_key: str, measure: str, delivered: int, accepted: int, rejected: int) -> dict[str, str | int]:
    return {
        "round_key": round_key,
        "measure": measure,
        "delivered": delivered,
        "accepted": accepted,
        "rejected": rejected,
    }
