"""What the release before showed and withheld of the counts: read from its served marts, for operations that withhold small counts.

Loading `reference.release_cell` belongs here; what follows from it is decided in `warehouse/counts`. A count that was withheld stays
so when its round is delivered again: two releases side by side would tell it. Where the very tables of an earlier release stand again,
what that one said holds: it is out already, and the same deliveries give the same contents.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.disclosure.published.cells import CELLS
from warehouse.releases.contents import attach
from warehouse.releases.manifest import RoundVersion, read_manifest
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home

_GUARDED = "SELECT operation FROM reference.operation WHERE finest_published_level >= suppress_from_level"
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'former' AND schema_name = ?"


def load_former_cells(
    con: duckdb.DuckDBPyConnection, versions: list[RoundVersion], releases: list[dict[str, Any]], home: Home
) -> None:
    """Fill `reference.release_cell` from the marts of earlier releases; nothing where no operation withholds counts."""
    guarded = [str(code) for (code,) in con.execute(_GUARDED).fetchall()]
    concerned = [v for v in versions if v.round_key.split("-")[0] in guarded]
    for release, keys in _told_by(concerned, releases, home).items():
        _load(con, home.releases / release / DATABASE, keys)


def _told_by(versions: list[RoundVersion], releases: list[dict[str, Any]], home: Home) -> dict[str, list[str]]:
    """Release → the rounds whose cells are taken from it: the last release's parent, or an earlier one with the same tables."""
    parent = releases[-1]["parent_release_id"] if releases else None
    if parent is None or not versions or not (home.releases / parent / DATABASE).exists():
        return {}
    found = {v.round_key: parent for v in versions}
    standing = read_manifest(home.releases / parent)
    waiting = {v.round_key: v for v in versions if (was := standing.version(v.round_key)) and not _same(was, v)}
    for row in reversed(releases[:-1] if waiting else []):
        folder = home.releases / row["release_id"]
        if not (folder / DATABASE).exists():  # removed by gc
            continue
        for was in read_manifest(folder).rounds:
            if was.round_key in waiting and _same(was, waiting[was.round_key]):
                found[was.round_key] = row["release_id"]
                del waiting[was.round_key]
    return {release: sorted(k for k, r in found.items() if r == release) for release in sorted(set(found.values()))}


def _same(one: RoundVersion, other: RoundVersion) -> bool:
    return (one.sha256, one.normalized_id, one.reference) == (other.sha256, other.normalized_id, other.reference)


def _load(con: duckdb.DuckDBPyConnection, path: Path, keys: list[str]) -> None:
    from warehouse.serving.older import mart_of_today

    attach(con, path, "former")
    try:
        there = {name for (name,) in con.execute(_TABLES, [SCHEMA]).fetchall()}
        for mart in (m for m in CELLS if m in there):
            category, table, item, households = CELLS[mart]
            con.execute(
                f"INSERT INTO reference.release_cell SELECT round_key, {category}, {table}, place_code, {item}, individuals, "
                f"{households}, is_suppressed FROM {mart_of_today(con, 'former', mart)} WHERE list_contains(?::VARCHAR[], round_key)",
                [keys],
            )
    finally:
        con.execute("DETACH former")
