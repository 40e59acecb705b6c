"""The change of all estimates between rounds as one table, from the pairs of rounds and the estimates that are shown.

Pairing rows belongs here; the statistics are in `change.py`. What is withheld in either round has no row.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import polars as pl
import pyarrow as pa

from warehouse.survey.change import Change, Side, change

KEY = ["indicator_code", "option_code", "domain_type", "domain"]
PAIR = ["round_key", "previous_round_key"]
SIDE = ["estimate", "standard_error", "degrees_of_freedom", "low", "high"]
NAMES = {"error": "standard_error", "low": "ci_low", "high": "ci_high", "df": "degrees_of_freedom",
         "statistic": "test_statistic", "ratio_low": "ratio_ci_low", "ratio_high": "ratio_ci_high"}  # fmt: skip


def change_table(pairs: pa.Table, estimates: pa.Table) -> pa.Table:
    """`pairs`: int_survey_pair; `estimates`: mart_survey_estimates. One row per pair × estimate that both rounds show."""
    both = _both(_frame(pairs).select(*PAIR, "indicator_code"), _frame(estimates))
    before, after = (
        Side.of(*(both[f"{name}{end}"].cast(pl.Float64).to_numpy() for name in SIDE)) for end in ("_before", "")
    )
    found = change(before, after, both["statistic"].to_numpy())
    columns: dict[str, Any] = {f.name: getattr(found, f.name) for f in fields(Change) if f.name != "by_intervals"}
    figures = pl.DataFrame({NAMES.get(name, name): values for name, values in columns.items()}).fill_nan(None)
    methods = ["from_intervals" if by_intervals else "linearised" for by_intervals in found.by_intervals]
    kept = both.select(*PAIR, *KEY).with_columns(*figures, pl.Series("interval_method", methods, pl.String))
    return kept.sort(*PAIR, *KEY).to_arrow()


def _both(pairs: pl.DataFrame, estimates: pl.DataFrame) -> pl.DataFrame:
    """Each estimate that both rounds show, with that of the round before; shares bring their exact intervals."""
    is_share = pl.col("statistic") == "share"
    shown = estimates.filter(pl.col("estimate").is_not_null()).with_columns(
        low=pl.when(is_share).then("ci_low_beta").otherwise("ci_low"),
        high=pl.when(is_share).then("ci_high_beta").otherwise("ci_high"),
    )
    before = shown.select(
        pl.col("round_key").alias("previous_round_key"), *KEY, *(pl.col(name).alias(f"{name}_before") for name in SIDE)
    )
    later = pairs.join(
        shown.select("round_key", *KEY, "statistic", *SIDE), on=["round_key", "indicator_code"], how="inner"
    )
    return later.join(before, on=["previous_round_key", *KEY], how="inner")


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
