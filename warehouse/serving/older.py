"""Releases of older versions as today's pages and checks ask them: columns that their marts lack are there, and null.

A mart gains columns from version to version; a release never changes. What is asked of an older one is not known, which is no
zero. A release from before anything was withheld shows all that it has. A mart that is not there at all stays away.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.indicators.marts import Column, marts
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "SELECT database_name, table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND NOT internal"
)
SHOWN = "is_suppressed"


def with_columns_of_today(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Let the marts of an open release have the columns of today's; the names of those that lacked some.

    A view of the connection stands before the table of the same name: nothing is written into the release.
    """
    completed = []
    for (catalog, name), lacking in _lacking(con).items():
        if lacking:
            con.execute(f'CREATE TEMP VIEW "{name}" AS {_select(catalog, name, lacking)}')
            completed.append(name)
    return completed


def opened_as_today(path: Path) -> duckdb.DuckDBPyConnection:
    """The database of a release, read-only; of an older one a database in memory whose `marts` have today's columns."""
    import duckdb

    from warehouse.releases.contents import attach

    con = duckdb.connect(str(path), read_only=True)
    if not any(_lacking(con).values()):
        return con
    con.close()
    con = duckdb.connect(":memory:")
    attach(con, path, "release")
    con.execute("CREATE SCHEMA marts")
    for (catalog, name), lacking in _lacking(con).items():
        con.execute(f'CREATE VIEW marts."{name}" AS {_select(catalog, name, lacking)}')
    return con


def mart_of_today(con: duckdb.DuckDBPyConnection, catalog: str, mart: str) -> str:
    """A mart of an attached release with the columns of today, as SQL text to stand behind FROM."""
    lacking = _lacking(con).get((catalog, mart), [])
    return f"({_select(catalog, mart, lacking)})"


def _lacking(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[Column]]:
    """Catalog and mart → the columns of today that it lacks; every mart of every open release is there."""
    held: dict[tuple[str, str], set[str]] = {}
    for catalog, table, column in con.execute(COLUMNS).fetchall():
        held.setdefault((catalog, table), set()).add(column)
    today = marts()
    return {
        (catalog, name): [c for c in today[name].columns if c.name not in columns and c.data_type]
        if name in today
        else []
        for (catalog, name), columns in sorted(held.items())
    }


def _select(catalog: str, name: str, lacking: list[Column]) -> str:
    more = [f'CAST({"false" if c.name == SHOWN else "NULL"} AS {c.data_type}) AS "{c.name}"' for c in lacking]
    return f'SELECT {", ".join(["*", *more])} FROM "{escaped(catalog)}".marts."{name}"'
