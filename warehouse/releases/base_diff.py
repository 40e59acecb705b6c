"""The diff in a verdict: a candidate's marts against those that the base release serves.

Opening the two databases belongs here, and how the diff is told as a table; comparing marts is in `compare.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.releases.serving import DATABASE
from warehouse.settings import Home

TOLD = {
    "mart": "mart", "rows_before": "rows before", "rows_after": "rows after", "added": "added", "gone": "gone", "changed": "changed",
    "share_values_changed": "values changed", "people_net": "people, net", "people_gross": "people, gross",
}  # fmt: skip


def base_diff(home: Home, base_release: str | None, database: Path) -> dict[str, Any]:
    """The marts that differ. Empty for the first release; `told` says why nothing could be compared with a damaged base."""
    if base_release is None:
        return {}
    import duckdb

    from warehouse.releases.compare import diff_databases

    served = home.releases / base_release / DATABASE
    try:
        with duckdb.connect(":memory:", config={"threads": "2"}) as con:
            for alias, path in (("base", served), ("candidate", database)):
                con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {alias} (READ_ONLY)")
            return diff_databases(con, "base", "candidate")
    except duckdb.Error:
        return {"marts": [], "told": "the base release could not be read: mtm verify says what is wrong with it"}


def diff_rows(diff: dict[str, Any]) -> list[list[Any]]:
    """The changed marts in the columns of `TOLD`; shares as text."""
    cells = [{**m, "share_values_changed": f"{m.get('share_values_changed', 0):.2%}"} for m in diff.get("marts", [])]
    return [[m.get(c) for c in TOLD] for m in cells]
