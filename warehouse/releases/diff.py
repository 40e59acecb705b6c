"""What changed between two releases: rounds, and for each mart the rows that came, went and changed.

Comparing published databases belongs here; explaining a change (coverage, window) is the marts' work.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from warehouse.releases.manifest import Manifest, load_manifest
from warehouse.releases.serving import DATABASE, SCHEMA, UNHASHED
from warehouse.settings import Home


@dataclass(frozen=True)
class MartDiff:
    """One mart. `share_changed`: changed rows of those in both, 0 to 1; rows are matched by the mart's key."""

    mart: str
    rows_before: int
    rows_after: int
    added: int
    gone: int
    changed: int
    share_changed: float


def diff_releases(home: Home, before: str, after: str) -> dict[str, Any]:
    """Rounds and marts that differ. Raises UsageError where a release is not kept."""
    a, b = load_manifest(home, before), load_manifest(home, after)
    with duckdb.connect(":memory:") as con:
        for alias, manifest in (("a", a), ("b", b)):
            path = str(home.releases / manifest.release_id / DATABASE).replace("'", "''")
            con.execute(f"ATTACH '{path}' AS {alias} (READ_ONLY)")
        names = sorted((set(a.marts) | set(b.marts)) - UNHASHED)
        different = [n for n in names if a.marts.get(n) != b.marts.get(n)]
        marts = [asdict(_mart(con, name, a, b)) for name in different]
    return {"before": before, "after": after, "rounds": _rounds(a, b), "marts": marts, "equal": len(names) - len(marts)}


def _rounds(a: Manifest, b: Manifest) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for key in sorted({v.round_key for v in [*a.rounds, *b.rounds]}):
        old, new = a.version(key), b.version(key)
        if old != new:
            what = "added" if old is None else "removed" if new is None else "redelivered"
            if old and new and old.delivery_id == new.delivery_id:
                what = "read anew"
            ids = {"before": old.delivery_id if old else None, "after": new.delivery_id if new else None}
            found.append({"round_key": key, "change": what, **ids})
    return found


def _mart(con: duckdb.DuckDBPyConnection, name: str, a: Manifest, b: Manifest) -> MartDiff:
    rows_a, rows_b = (m.marts.get(name, {}).get("rows", 0) for m in (a, b))
    columns = [_columns(con, alias, name) for alias in ("a", "b")]
    shared = [c for c in columns[0] if c in columns[1]]
    if not shared:
        return MartDiff(name, rows_a, rows_b, rows_b, rows_a, 0, 0.0)
    keys = _key(con, name) or shared
    on = ", ".join(f'"{k}"' for k in keys)
    every = ", ".join(f'"{c}"' for c in shared)
    added = _count(con, f"SELECT {on} FROM b.{SCHEMA}.{name} EXCEPT ALL SELECT {on} FROM a.{SCHEMA}.{name}")
    gone = _count(con, f"SELECT {on} FROM a.{SCHEMA}.{name} EXCEPT ALL SELECT {on} FROM b.{SCHEMA}.{name}")
    other = _count(con, f"SELECT {every} FROM b.{SCHEMA}.{name} EXCEPT ALL SELECT {every} FROM a.{SCHEMA}.{name}")
    changed, both = max(other - added, 0), max(rows_b - added, 0)
    return MartDiff(name, rows_a, rows_b, added, gone, changed, round(changed / both, 4) if both else 0.0)


def _columns(con: duckdb.DuckDBPyConnection, alias: str, name: str) -> list[str]:
    query = "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND table_name = ? ORDER BY column_index"
    return [row[0] for row in con.execute(query, [alias, name]).fetchall()]


def _key(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    query = """SELECT constraint_column_names FROM duckdb_constraints()
               WHERE database_name = 'b' AND table_name = ? AND constraint_type = 'PRIMARY KEY'"""
    found = con.execute(query, [name]).fetchall()
    return list(found[0][0]) if found else []


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])
