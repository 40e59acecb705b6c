"""What each table of a candidate holds of one round, as a short hash: equal contents have the equal version.

Hashing belongs here; the hash that a release keeps of its marts is another, over the files (`contents.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from warehouse.sql_text import escaped

COLUMNS = """SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()
             WHERE database_name = current_database() AND NOT internal GROUP BY 1"""
AT_ONCE = 30  # tables in one query: they are read side by side


def model_versions(database: Path, tables: Iterable[str], round_key: str) -> dict[str, tuple[int, str]]:
    """`schema.table` → rows and version of what it holds of the round; of the whole table where it has no `round_key`.

    Tables that are not there are left out. The order of rows makes no difference.
    """
    import duckdb

    with duckdb.connect(str(database), read_only=True) as con:
        known = dict(con.execute(COLUMNS).fetchall())
        wanted = [table for table in tables if table in known]
        found: list[tuple[str, int, int]] = []
        for start in range(0, len(wanted), AT_ONCE):
            parts = [_select(table, known[table], round_key) for table in wanted[start : start + AT_ONCE]]
            found += con.execute(" UNION ALL ".join(parts)).fetchall()
    return {table: (rows, _version(known[table], rows, total)) for table, rows, total in found}


def _select(table: str, columns: list[str], round_key: str) -> str:
    named = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    where = f"WHERE round_key = '{escaped(round_key)}'" if "round_key" in columns else ""
    schema, _, name = table.partition(".")
    return (
        f"SELECT '{escaped(table)}', count(*), coalesce(sum(hash({named})::HUGEINT), 0) "
        f'FROM "{schema}"."{name}" {where}'
    )


def _version(columns: list[str], rows: int, total: int) -> str:
    return hashlib.sha256(f"{columns} {rows} {total}".encode()).hexdigest()[:16]
