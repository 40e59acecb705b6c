"""The machine that a bench ran on: its cores, memory and versions, and how fast it is at a fixed piece of work.

No name of the machine, its user or its folders belongs here.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

from warehouse.bench.measure import MEGABYTE, Cost, in_turns, median, timed

PACKAGES = ("mtm-warehouse", "polars", "duckdb", "dagster", "dbt-core", "great-expectations", "pyarrow", "pandas")
ROWS = 3_000_000


def machine() -> dict[str, Any]:
    """Facts that figures depend on."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MEGABYTE),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def calibrate(turns: int = 3) -> dict[str, Any]:
    """Seconds of a fixed piece of work in Polars, in DuckDB and in Python: what sets one machine beside another."""
    ways = {"polars": _polars, "duckdb": _duckdb, "python": _python}
    taken = in_turns({way: lambda run=run: timed(run) for way, run in ways.items()}, turns)  # type: ignore[misc]
    return {way: median(costs).as_dict() for way, costs in taken.items()}


def _polars() -> Any:
    import polars as pl

    frame = pl.LazyFrame({"i": pl.int_range(ROWS, eager=True)})
    grouped = frame.with_columns((pl.col("i") * 7919 % 1009).alias("g")).group_by("g").agg(pl.col("i").sum())
    return grouped.sort("g").collect()


def _duckdb() -> Any:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(
            f"select i * 7919 % 1009 as g, sum(i) from range({ROWS}) as t (i) group by g order by g"
        ).fetchall()


def _python() -> int:
    return sum(i * 7919 % 1009 for i in range(ROWS // 3))


__all__ = ["Cost", "calibrate", "machine"]
