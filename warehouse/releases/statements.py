"""What earlier releases said: read from the served marts of the release that a candidate stands on.

Loading the statements belongs here; telling what is new or changed is the work of `mart_release_vintages`. Each release
carries the statements of its parents, so history follows the chain: a release that was rolled back and built past is not in it.
"""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.releases.reference_schema import REFERENCE
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home

MART = "mart_release_vintages"
_HAS_MART = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"


def statement_rows(releases: list[dict[str, Any]], home: Home) -> list[dict[str, Any]]:
    """The rows of `reference.release_statement`: those of the last release's parent; none where it has none to tell."""
    parent = releases[-1]["parent_release_id"] if releases else None
    path = home.releases / parent / DATABASE if parent else None
    if path is None or not path.exists():
        return []
    columns = list(REFERENCE["release_statement"])
    with duckdb.connect(str(path), read_only=True) as con:
        if not con.execute(_HAS_MART, [SCHEMA, MART]).fetchall()[0][0]:
            return []  # a release from before this mart
        rows = con.execute(f"SELECT {', '.join(columns)} FROM {SCHEMA}.{MART} ORDER BY ALL").fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]
