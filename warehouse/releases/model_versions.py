"""What each table of a candidate holds of one round, as a short hash: equal contents have the equal version.

Hashing belongs here; the hash that a release keeps of its marts is another, over the files (`contents.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

COLUMNS = """SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()
             WHERE database_name = current_database() AND NOT internal GROUP BY 1"""
VIEWS = """SELECT schema_name || '.' || view_name, sql FROM duckdb_views()
           WHERE database_name = current_database() AND NOT internal"""
AT_ONCE = 30  # tables in one query: they are read side by side


def model_versions(
    con: duckdb.DuckDBPyConnection, tables: Iterable[str], round_key: str
) -> dict[str, tuple[int | None, str]]:
    """`schema.table` → rows and version of what it holds of the round; of the whole table where it has no `round_key`.

    Tables that are not there are left out. The order of rows makes no difference. A view is not run, as it may give every answer
    of every respondent: its rows are None, and its version is that of its text, of what it reads and of the tables beside it.
    """
    known, views = dict(con.execute(COLUMNS).fetchall()), dict(con.execute(VIEWS).fetchall())
    tables = list(tables)
    shown = [table for table in tables if table in known and table in views]
    known = {table: columns for table, columns in known.items() if table not in views}
    wanted = [table for table in tables if table in known]
    found: list[tuple[str, int, int]] = []
    for start in range(0, len(wanted), AT_ONCE):
        parts = [_select(table, known[table], round_key) for table in wanted[start : start + AT_ONCE]]
        found += con.execute(" UNION ALL ".join(parts)).fetchall()
    told: dict[str, tuple[int | None, str]] = {t: (rows, _version(known[t], rows, total)) for t, rows, total in found}
    beside = f"{sorted(told.items())} {sorted((v, sql) for v, sql in views.items() if v.startswith('canonical.'))}"
    return told | {view: (None, _hash(f"{views[view]} {beside}")) for view in shown}


def _select(table: str, columns: list[str], round_key: str) -> str:
    named = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    where = f"WHERE round_key = '{escaped(round_key)}'" if "round_key" in columns else ""
    schema, _, name = table.partition(".")
    return (
        f"SELECT '{escaped(table)}', count(*), coalesce(sum(hash({named})::HUGEINT), 0) "
        f'FROM "{schema}"."{name}" {where}'
    )


def _version(columns: list[str], rows: int, total: int) -> str:
    return _hash(f"{columns} {rows} {total}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
