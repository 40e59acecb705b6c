"""What two releases side by side tell of the same round: counts that were withheld and are shown now, and counts that changed by few people.

Only the comparison of releases belongs here; each release by itself is attacked in `counts.py` and `survey.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np

from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.catalogue import schema_of, tables_of
from warehouse.disclosure.published.cells import CELLS
from warehouse.disclosure.published.counts import Connection
from warehouse.disclosure.system import System

Key = tuple[str, ...]  # round, category, table, item, place
GUARDED = (
    "SELECT operation, small_cell_threshold, suppress_from_level FROM {schema}dim_operation "
    "WHERE finest_published_level >= suppress_from_level ORDER BY operation"
)


def systems(
    con: Connection, previous: Connection | None = None, true: Connection | None = None
) -> Iterator[PublishedSystem]:
    """One system: the differences that tell a withheld count, or a change of fewer people than may be shown. They are known exactly."""
    if previous is None:
        return
    found = [row for mart in CELLS for row in _told(con, previous, mart)]
    if found:
        change = np.array([value for _, _, value in found], dtype=np.float64)
        nothing = np.empty(0)
        system = System(
            names=tuple(f"{':'.join(key)}:difference" for _, key, _ in found), lower=change, upper=change, rows=nothing.astype(np.int64),
            cells=nothing.astype(np.int64), factors=nothing, row_lower=nothing, row_upper=nothing,
        )  # fmt: skip
        marts = tuple(mart for mart, _, _ in found)
        yield PublishedSystem("two releases", system, np.arange(len(found)), np.full(len(found), 1.0), marts)


def _told(con: Connection, previous: Connection, mart: str) -> Iterator[tuple[str, Key, float]]:
    if mart not in tables_of(con) or mart not in tables_of(previous):
        return
    rules = con.execute(GUARDED.format(schema=schema_of(con, "dim_operation"))).fetchall()
    for operation, threshold, level in rules:
        earlier, later = _cells(previous, mart, operation), _cells(con, mart, operation)
        for key in sorted(earlier.keys() & later.keys()):
            (place_level, was, was_hidden), (_, now, is_hidden) = earlier[key], later[key]
            if was_hidden and not is_hidden and now:
                yield mart, key, float(now)
            elif (
                not was_hidden
                and not is_hidden
                and place_level >= level
                and 0 < abs((now or 0) - (was or 0)) < threshold
            ):
                yield mart, key, float((now or 0) - (was or 0))


def _cells(con: duckdb.DuckDBPyConnection, mart: str, operation: str) -> dict[Key, tuple[int, int | None, bool]]:
    category, table, item, _ = CELLS[mart]
    sql = (
        f"SELECT round_key, {category}, {table}, {item}, place_code, place_level, individuals, is_suppressed "
        f"FROM {schema_of(con, mart)}{mart} WHERE operation = ?"
    )
    return {tuple(map(str, row[:5])): (row[5], row[6], row[7]) for row in con.execute(sql, [operation]).fetchall()}
