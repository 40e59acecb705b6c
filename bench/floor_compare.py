"""Whether the floor's marts are those of the release: every row and value. Without this no overhead is worth anything.

What is compared belongs here, and what is not: `mart_releases`, which is a list of moments, and of `mart_quality` what the gate
and the finders said, which the floor does not do (rows and people delivered, accepted and rejected are compared).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bench.floor import DATABASE
from warehouse.sql_text import escaped

LEFT_OUT = {"mart_releases": "a list of moments"}
ROWS = {"mart_quality": "quality_type in ('conservation', 'rejected')"}
RELATIVE, ABSOLUTE = 1e-9, 1e-12  # a sum of the same numbers in another order
MART = "(mart|dim)_.*"


def compare(folder: Path, release: Path) -> dict[str, Any]:
    """`marts` (how many were compared), `rows`, `cells`, and `differences`: one line for each mart that is not the same."""
    import duckdb

    marts = rows = cells = 0
    differences: list[str] = []
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        connection.execute(f"attach '{escaped(release / 'mtm.duckdb')}' as released (read_only)")
        for mart in _marts(connection):
            where = f" where {ROWS[mart]}" if mart in ROWS else ""
            theirs = connection.sql(f"select * from released.marts.{mart}{where}").pl()
            ours = _ours(connection, mart, where)
            marts, rows, cells = marts + 1, rows + theirs.height, cells + theirs.height * theirs.width
            if ours is None:
                differences.append(f"{mart}: the floor does not make it")
            elif why := _difference(ours, theirs):
                differences.append(f"{mart}: {why}")
    return {"marts": marts, "rows": rows, "cells": cells, "differences": differences, "left_out": sorted(LEFT_OUT)}


def _marts(connection: Any) -> list[str]:
    sql = "select table_name from duckdb_tables() where database_name = 'released' and schema_name = 'marts' and regexp_full_match(table_name, ?)"
    return sorted(name for (name,) in connection.execute(sql, [MART]).fetchall() if name not in LEFT_OUT)


def _ours(connection: Any, mart: str, where: str) -> pl.DataFrame | None:
    there = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'floor' and table_name = ?", [mart]
    ).fetchall()
    return connection.sql(f"select * from floor.main.{mart}{where}").pl() if there[0][0] else None  # type: ignore[no-any-return]


def _difference(ours: pl.DataFrame, theirs: pl.DataFrame) -> str:
    """Empty where both hold the same rows, in whatever order."""
    if set(ours.columns) != set(theirs.columns):
        return f"other columns: {sorted(set(ours.columns) ^ set(theirs.columns))}"
    if ours.height != theirs.height:
        return f"{ours.height} rows, the release has {theirs.height}"
    ours = ours.select(theirs.columns)
    numbers = [c for c in theirs.columns if ours[c].dtype.is_numeric() and theirs[c].dtype.is_numeric()]
    floats = [
        c for c in numbers if ours[c].dtype.is_float() or theirs[c].dtype.is_float() or theirs[c].dtype.is_decimal()
    ]
    ours, theirs = (t.with_columns(pl.col(c).cast(pl.Float64) for c in floats) for t in (ours, theirs))
    order = [*(c for c in theirs.columns if c not in floats), *floats]
    ours, theirs = (t.sort(order, nulls_last=True, maintain_order=True) for t in (ours, theirs))
    wrong = [
        c for c in theirs.columns if not (_close(ours[c], theirs[c]) if c in floats else _same(ours[c], theirs[c]))
    ]
    return f"other values in {', '.join(wrong)}" if wrong else ""


def _same(one: pl.Series, other: pl.Series) -> bool:
    return bool(one.cast(other.dtype).eq_missing(other).all())


def _close(one: pl.Series, other: pl.Series) -> bool:
    gone = one.is_null() == other.is_null()
    near = (one - other).abs() <= ABSOLUTE + RELATIVE * other.abs()
    both = one.is_nan().fill_null(value=False) & other.is_nan().fill_null(value=False)
    return bool(gone.all() and (near | both).fill_null(value=True).all())
