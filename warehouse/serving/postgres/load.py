"""Loading the marts of a release into a fresh schema, and reading them back to see that they are the same.

Rows go by COPY as CSV text that DuckDB writes; they come back the same way and are compared with DuckDB's checksum, so
types, nulls, decimals and every character are held to be equal. Nothing is visible to readers yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import MtmError
from warehouse.releases.contents import checksum
from warehouse.releases.contents import table as source_of
from warehouse.serving.postgres.tables import Table, commented, created, foreign, primary
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb
    import psycopg
    from psycopg.sql import Composed

BLOCK = 2**20
CSV = "FORMAT csv, FORCE_QUOTE *"  # a null is nothing, an empty text is two quotes


def load(
    con: duckdb.DuckDBPyConnection,
    alias: str,
    found: list[Table],
    server: psycopg.Connection,
    schema: str,
    scratch: Path,
) -> int:
    """Create and fill the tables in `schema`, which exists and is empty; returns the number of rows.

    All in the open transaction, in which the schema was made: rows are written as frozen, so that a reader with an older
    snapshot does not see empty tables after the swap. Raises MtmError where a table does not read back as it was sent.
    """
    rows = 0
    for table in found:
        server.execute(created(table, schema))
        _fill(con, alias, table, server, schema, scratch)
    for statements in (primary, foreign, commented):  # keys that are led to come before those that lead there
        _all(server, [s for table in found for s in statements(table, schema)])
    for table in found:
        rows += _compare(con, alias, table, server, schema, scratch)
    return rows


def _all(server: psycopg.Connection, statements: list[Composed]) -> None:
    """Hundreds of small statements in one message each two hundred."""
    from psycopg.sql import SQL

    for start in range(0, len(statements), 200):
        server.execute(SQL("; ").join(statements[start : start + 200]))


def _fill(
    con: duckdb.DuckDBPyConnection, alias: str, table: Table, server: psycopg.Connection, schema: str, scratch: Path
) -> None:
    from psycopg.sql import SQL, Identifier

    text = scratch / "sent.csv"
    try:
        con.execute(f"COPY {source_of(alias, table.name)} TO '{escaped(text)}' ({CSV}, HEADER false, NULLSTR '')")
        copying = SQL("COPY {} FROM STDIN (FORMAT csv, FREEZE)").format(Identifier(schema, table.name))
        with text.open("rb") as file, server.cursor() as cursor, cursor.copy(copying) as copy:
            while block := file.read(BLOCK):
                copy.write(block)
    finally:
        text.unlink(missing_ok=True)


def _compare(
    con: duckdb.DuckDBPyConnection, alias: str, table: Table, server: psycopg.Connection, schema: str, scratch: Path
) -> int:
    from psycopg.sql import SQL, Identifier

    text = scratch / "back.csv"
    try:
        copying = SQL("COPY {} TO STDOUT ({})").format(Identifier(schema, table.name), SQL(CSV))
        with text.open("wb") as file, server.cursor() as cursor, cursor.copy(copying) as copy:
            for block in copy:
                file.write(block)
        columns = list(table.columns)
        sent = checksum(con, source_of(alias, table.name), columns)
        back = checksum(con, _read(text, table), columns)
    finally:
        text.unlink(missing_ok=True)
    if sent != back:
        raise MtmError(
            f"{table.name} does not read back from the server as it was sent: {back[0]} rows of {sent[0]}"
            + (", with other values" if back[0] == sent[0] else ""),
            where=table.name, expected="equal rows", todo="run again; if it happens again, look at the server", code="copy_differs",
        )  # fmt: skip
    return sent[0]


def _read(text: Path, table: Table) -> str:
    names = ", ".join(f"'{escaped(name)}': '{kind}'" for name, kind in table.columns.items())
    return (
        f"read_csv('{escaped(text)}', auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
        f" allow_quoted_nulls = false, parallel = false, max_line_size = 20000000, columns = {{{names}}})"
    )
