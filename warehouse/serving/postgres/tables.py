"""The marts of a release as PostgreSQL's tables: types, comments, keys, indexes. Statements only, nothing is sent.

Reading the shape of the served database and writing statements for it belongs here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.releases.contents import shape
from warehouse.releases.serving import SCHEMA

if TYPE_CHECKING:
    import duckdb
    from psycopg.sql import Composed

TYPES = {
    "VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "date", "TIME": "time", "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz", "UUID": "uuid", "DOUBLE": "double precision", "FLOAT": "real",
    "TINYINT": "smallint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint", "HUGEINT": "numeric(39)",
    "UTINYINT": "smallint", "USMALLINT": "integer", "UINTEGER": "bigint", "UBIGINT": "numeric(20)", "UHUGEINT": "numeric(39)",
}  # fmt: skip
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Table:
    """One mart. `columns`: name → DuckDB's type; `required`: those that are never null."""

    name: str
    columns: dict[str, str]
    key: list[str]
    foreign_keys: list[dict[str, Any]]
    required: set[str]
    comment: str
    comments: dict[str, str]


def tables(con: duckdb.DuckDBPyConnection, alias: str) -> list[Table]:
    """The marts of an attached release, by name."""
    of = (alias, SCHEMA)
    where = "WHERE database_name = ? AND schema_name = ?"
    about = dict(con.execute(f"SELECT table_name, comment FROM duckdb_tables() {where}", of).fetchall())
    rows = con.execute(
        f"SELECT table_name, column_name, is_nullable, comment FROM duckdb_columns() {where}", of
    ).fetchall()
    required = {(t, c) for t, c, nullable, _ in rows if not nullable}
    comments = {(t, c): text for t, c, _, text in rows if text}
    return [
        Table(
            name, found["columns"], found["key"], found["foreign_keys"],
            {c for c in found["columns"] if (name, c) in required}, about.get(name) or "",
            {c: comments[name, c] for c in found["columns"] if (name, c) in comments},
        )
        for name, found in sorted(shape(con, alias).items())
    ]  # fmt: skip


def type_of(kind: str) -> str:
    """PostgreSQL's type for one of DuckDB's. Raises MtmError for one that BI tools could not read (lists, maps)."""
    if found := DECIMAL.fullmatch(kind):
        return f"numeric({found[1]},{found[2]})"
    if kind not in TYPES:
        raise MtmError(
            f"a column of type {kind} has no counterpart in PostgreSQL", expected=", ".join(sorted(TYPES)),
            todo="give the column of the mart a plain type", code="unknown_type",
        )  # fmt: skip
    return TYPES[kind]


def created(table: Table, schema: str) -> Composed:
    """CREATE TABLE, without keys: they come when the rows are there."""
    from psycopg.sql import SQL, Identifier

    parts = [
        SQL("{} {}{}").format(Identifier(c), SQL(type_of(kind)), SQL(" NOT NULL" if c in table.required else ""))
        for c, kind in table.columns.items()
    ]
    return SQL("CREATE TABLE {} ({})").format(Identifier(schema, table.name), SQL(", ").join(parts))


def primary(table: Table, schema: str) -> list[Composed]:
    """The primary key, where there is one."""
    from psycopg.sql import SQL, Identifier

    if not table.key:
        return []
    return [SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(Identifier(schema, table.name), _names(table.key))]


def foreign(table: Table, schema: str) -> list[Composed]:
    """The foreign keys, and an index for each that the primary key does not begin with; places are asked for everywhere."""
    from psycopg.sql import SQL, Identifier

    own = Identifier(schema, table.name)
    keys = [
        SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})").format(
            own, _names(k["columns"]), Identifier(schema, k["mart"]), _names(k["fields"])
        )
        for k in table.foreign_keys
    ]
    asked = [k["columns"] for k in table.foreign_keys if k["columns"] != ["operation"]]  # of a few values: no help
    asked += [["place_code"]] if "place_code" in table.columns else []
    wanted = {tuple(c): c for c in asked if table.key[: len(c)] != c}
    return keys + [SQL("CREATE INDEX ON {} ({})").format(own, _names(c)) for c in wanted.values()]


def commented(table: Table, schema: str) -> list[Composed]:
    """COMMENT ON the table and its columns."""
    from psycopg.sql import SQL, Identifier, Literal

    said: list[Composed] = []
    if table.comment:
        said.append(SQL("COMMENT ON TABLE {} IS {}").format(Identifier(schema, table.name), Literal(table.comment)))
    for column, text in table.comments.items():
        said.append(SQL("COMMENT ON COLUMN {} IS {}").format(Identifier(schema, table.name, column), Literal(text)))
    return said


def _names(columns: list[str]) -> Composed:
    from psycopg.sql import SQL, Identifier

    return SQL(", ").join(map(Identifier, columns))
