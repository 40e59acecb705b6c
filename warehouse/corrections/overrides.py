"""Corrected cells laid over a text frame, before anything is judged.

Only the replacing belongs here: which cells, and whether they may be replaced, was decided in `ledger.py`.
"""

from __future__ import annotations

import polars as pl

Overrides = tuple[tuple[int, int, str], ...]  # row number, 0-based column, text


def overridden(data: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """The frame with these texts in columns `c<index>`; rows and columns that it lacks are left alone."""
    by_column: dict[str, dict[int, str]] = {}
    for number, index, text in overrides:
        by_column.setdefault(f"c{index}", {})[number] = text
    replaced = [
        pl.col("row_number").replace_strict(texts, default=pl.col(name), return_dtype=pl.String).alias(name)
        for name, texts in by_column.items()
        if name in data.columns
    ]
    return data.with_columns(replaced)
