"""The diff in a verdict: a candidate's marts against those that the base release serves.

Opening the two databases and summing up belong here; comparing marts is in `mart_diff.py`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from warehouse.releases.serving import DATABASE
from warehouse.settings import Home


def base_diff(home: Home, base_release: str | None, database: Path) -> dict[str, Any]:
    """The marts that differ. Empty for the first release; `told` says why nothing could be compared with a damaged base."""
    if base_release is None:
        return {}
    import duckdb

    from warehouse.releases.mart_diff import MartDiffer

    served = home.releases / base_release / DATABASE
    try:
        with duckdb.connect(":memory:", config={"threads": "2"}) as con:
            for alias, path in (("base", served), ("candidate", database)):
                con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {alias} (READ_ONLY)")
            differ = MartDiffer(con, "base", "candidate")
            changes = [asdict(change) for change in differ.changes()]
    except duckdb.Error:
        return {"marts": [], "told": "the base release could not be read: mtm verify says what is wrong with it"}
    return {"marts": changes, "equal": len(set(differ.columns["candidate"])) - len(changes)}
