"""Releases of older versions for pages of today: columns that their marts lack are there, and null.

A mart gains columns from version to version; a release never changes. What a page asks of an older one is not known, which is
no zero: it is shown as a figure that is not there. Only that belongs here; a mart that is not there at all stays away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.indicators.marts import marts
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "SELECT database_name, table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND NOT internal"
)


def with_columns_of_today(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Let the marts of an open release have the columns of today's; the names of those that lacked some.

    A view of the connection stands before the table of the same name: nothing is written into the release.
    """
    held: dict[str, set[str]] = {}
    catalog = ""
    for database, table, column in con.execute(COLUMNS).fetchall():
        held.setdefault(table, set()).add(column)
        catalog = database
    completed = []
    for name, mart in marts().items():
        lacking = [c for c in mart.columns if name in held and c.name not in held[name] and c.data_type]
        if lacking:
            more = ", ".join(f'CAST(NULL AS {c.data_type}) AS "{c.name}"' for c in lacking)
            con.execute(f'CREATE TEMP VIEW "{name}" AS SELECT *, {more} FROM "{escaped(catalog)}".marts."{name}"')
            completed.append(name)
    return completed
