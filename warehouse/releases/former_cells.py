"""What the release before showed and withheld of the counts: read from its served marts, for operations that withhold small counts.

Loading `reference.release_cell` belongs here; what follows from it is decided in `warehouse/counts`. A count that was withheld stays
so when its round is delivered again: two releases side by side would tell it.
"""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home

_GUARDED = "SELECT operation FROM reference.operation WHERE finest_published_level >= suppress_from_level"
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'former' AND schema_name = ?"
# Mart → category, table, item, households.
_PARTS = {
    "mart_population": ("population_category", "if(sex = 'all' AND age_group = 'all', 'total', 'people')", "sex || '|' || age_group", "households"),
    "mart_returns_by_year": ("'returned'", "'year'", "return_year::VARCHAR", "NULL"),
    "mart_departures_by_year": ("'emigrant'", "'year'", "departure_year::VARCHAR", "NULL"),
    "mart_country_links": ("population_category", "'country'", "country_iso3", "NULL"),
    "mart_internal_origins": ("population_category", "'origin'", "origin_code", "households"),
    "mart_reasons": ("population_category", "'reason'", "reason_code", "households"),
    "mart_population_breakdown": ("population_category", "dimension", "item", "households"),
}  # fmt: skip


def load_former_cells(con: duckdb.DuckDBPyConnection, releases: list[dict[str, Any]], home: Home) -> None:
    """Fill `reference.release_cell` from the marts of the last release's parent; nothing where no operation withholds counts."""
    parent = releases[-1]["parent_release_id"] if releases else None
    path = home.releases / parent / DATABASE if parent else None
    guarded = [str(code) for (code,) in con.execute(_GUARDED).fetchall()]
    if not guarded or path is None or not path.exists():
        return
    quoted = str(path).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS former (READ_ONLY)")
    try:
        there = {name for (name,) in con.execute(_TABLES, [SCHEMA]).fetchall()}
        for mart in (m for m in _PARTS if m in there):
            category, table, item, households = _PARTS[mart]
            con.execute(
                f"INSERT INTO reference.release_cell SELECT round_key, {category}, {table}, place_code, {item}, individuals, "
                f"{households}, is_suppressed FROM former.{SCHEMA}.{mart} WHERE list_contains(?::VARCHAR[], operation)",
                [guarded],
            )
    finally:
        con.execute("DETACH former")
