"""Where the tables of a connection stand: asked once for each connection while an attack runs, not at every read.

Only names belong here. What a connection has attached besides its own database is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import duckdb

TABLES = """
SELECT table_name, table_catalog, table_schema FROM information_schema.tables
WHERE table_catalog IN (current_database(), 'temp')
"""
Tables = dict[str, str]  # name → what stands before it in SQL: catalog and schema, quoted, with a dot
_known: ContextVar[dict[int, Tables] | None] = ContextVar("known", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """In the body no table comes or goes in the databases that are read, and they stay open."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def tables_of(con: duckdb.DuckDBPyConnection) -> Tables:
    """All tables and views of the connection's database."""
    known = _known.get()
    if known is not None and id(con) in known:
        return known[id(con)]
    found: Tables = {}
    for name, catalog, schema in con.execute(TABLES).fetchall():
        found.setdefault(str(name), f'"{catalog}"."{schema}".')
    if known is not None:
        known[id(con)] = found
    return found


def schema_of(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """What stands before a table's name in SQL, also where another cursor of the connection asks; empty where there is no such table."""
    return tables_of(con).get(table, "")
