"""The marts of one release as the package tells them: columns with types, titles, tags, keys, and their number of rows.

Putting together what the database holds with what the catalogue says of it belongs here; writing files does not. What
stands in the database decides: a release from before, or a mart that nobody described, is told as far as it is known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warehouse.indicators.columns import FILE, ColumnTitle, column_titles
from warehouse.indicators.marts import ForeignKey, Mart, marts
from warehouse.operation_files import Names

if TYPE_CHECKING:
    import duckdb

KINDS = {"VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number", "FLOAT": "number",
         "TIMESTAMP": "datetime", "TIMESTAMP WITH TIME ZONE": "datetime"}  # fmt: skip
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()
             WHERE schema_name = 'marts' AND database_name = current_database() ORDER BY table_name, column_index"""
TABLES = """SELECT table_name, coalesce(comment, '') FROM duckdb_tables()
            WHERE schema_name = 'marts' AND database_name = current_database()"""
KEYS = """SELECT table_name, constraint_column_names FROM duckdb_constraints()
          WHERE schema_name = 'marts' AND database_name = current_database() AND constraint_type = 'PRIMARY KEY'"""
# Texts in the order of their bytes: from a digit or an English letter on, without the signs `=>?@` between them.
HARMLESS = "({0} >= '0' AND {0} < '{{' AND NOT ({0} >= '=' AND {0} < 'A'))"
OTHER_LETTERS = ("_ru", "_ky")  # columns of which that is not asked: most of their texts begin with other letters
SHEET = 31  # characters that a spreadsheet takes for the name of a sheet
FLAG = "is_suppressed"


@dataclass(frozen=True)
class Field:
    """One column. `kind`: text, integer, number, boolean, date or datetime; `hxl`: its tag, never empty.

    `is_harmless`: every text of it begins with a digit or a letter, so that no spreadsheet takes one for a formula.
    """

    name: str
    kind: str
    title: Names
    description: str
    hxl: str
    unit: str | None
    is_required: bool
    is_key: bool
    is_harmless: bool = False

    @property
    def sql(self) -> str:
        """Its name, quoted for SQL."""
        return quoted(self.name)


@dataclass(frozen=True)
class Table:
    """One mart. `rows`: how many it has; `foreign_keys`: those whose other side is in this release too."""

    name: str
    title: Names
    grain: str
    description: str
    rows: int
    fields: list[Field]
    key: list[str]
    foreign_keys: list[ForeignKey]

    @cached_property
    def order(self) -> str:
        """ORDER BY of its rows: by key, whole rows where there is none. Equal contents stand in equal order."""
        return "ORDER BY " + (", ".join(quoted(c) for c in self.key) if self.key else "ALL")

    @property
    def has_withheld(self) -> bool:
        """Whether a column says which rows were withheld."""
        return any(f.name == FLAG for f in self.fields)

    @property
    def is_dimension(self) -> bool:
        """Whether it is a list that other marts refer to (names of places, countries, indicators)."""
        return self.name.startswith("dim_")


def tables(con: duckdb.DuckDBPyConnection) -> list[Table]:
    """The marts of a release whose database is open, dimensions first, in the order of the catalogue."""
    known = marts()
    keys = {name: list(columns) for name, columns in con.execute(KEYS).fetchall()}
    comments = {str(name): str(comment) for name, comment in con.execute(TABLES).fetchall()}
    columns: dict[str, list[tuple[Any, ...]]] = {}
    for name, *column in con.execute(COLUMNS).fetchall():
        columns.setdefault(name, []).append(tuple(column))
    order = {name: i for i, name in enumerate(known)}
    names = sorted(columns, key=lambda n: (order.get(n, len(order)), n))
    return [_table(con, n, columns, keys.get(n, []), known.get(n), comments.get(n, "")) for n in names]


def quoted(name: str) -> str:
    """A name, for SQL."""
    return '"' + name.replace('"', '""') + '"'


def sheet_names(names: list[str]) -> dict[str, str]:
    """Mart → name of its sheet: at most 31 characters and unique; a long one is cut and ends with a part of its hash."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        short = name if len(name) <= SHEET else name[: SHEET - 5] + "_" + hashlib.sha256(name.encode()).hexdigest()[:4]
        if short.lower() in taken:
            raise ValueError(name)
        taken.add(short.lower())
        found[name] = short
    return found


def _table(
    con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, list[tuple[Any, ...]]], key: list[str],
    mart: Mart | None, comment: str,
) -> Table:  # fmt: skip
    said = {c.name: c.description for c in mart.columns} if mart else {}
    told_of = [
        _field(str(n), str(kind), nullable != "NO" and nullable is not False, said.get(n) or str(told or ""), n in key)
        for n, kind, nullable, told in columns[name]
    ]
    rows, fields = _looked_at(con, name, told_of)
    description = mart.description if mart else comment
    here = {f.name for f in fields}
    links = [f for f in mart.foreign_keys if _stands(f, here, columns)] if mart else []
    return Table(
        name=name, title=_mart_title(name), grain=mart.grain if mart else comment, description=description,
        rows=rows, fields=fields, key=key, foreign_keys=links,
    )  # fmt: skip


def _looked_at(con: duckdb.DuckDBPyConnection, name: str, fields: list[Field]) -> tuple[int, list[Field]]:
    """The number of rows, and the columns with what was found of their texts: a look at each costs less than a search in each."""
    texts = [f for f in fields if f.kind == "text" and not f.name.endswith(OTHER_LETTERS)]
    asked = "".join(f", coalesce(bool_and({HARMLESS.format(f'{f.sql}::VARCHAR')}), true)" for f in texts)
    rows, *found = con.execute(f"SELECT count(*){asked} FROM marts.{quoted(name)}").fetchall()[0]
    harmless = {f.name for f, is_harmless in zip(texts, found, strict=True) if is_harmless}
    return rows, [replace(f, is_harmless=f.name in harmless) for f in fields]


def _stands(link: ForeignKey, here: set[str], columns: dict[str, list[tuple[Any, ...]]]) -> bool:
    there = {column[0] for column in columns.get(link.mart, [])}
    return set(link.columns) <= here and set(link.fields) <= there


def _field(name: str, sql_type: str, nullable: bool, description: str, is_key: bool) -> Field:
    kind = KINDS.get(sql_type) or (
        "integer" if sql_type in WHOLE else "number" if sql_type.startswith("DECIMAL") else "text"
    )
    said = _column_title(name)
    return Field(
        name=name, kind=kind, title=said.title, description=description, hxl=said.hxl, unit=said.unit,
        is_required=is_key or not nullable, is_key=is_key,
    )  # fmt: skip


def _column_title(name: str) -> ColumnTitle:
    known = column_titles().columns.get(name) if FILE.exists() else None
    return known or ColumnTitle(title=Names(en=name), hxl=f"#meta+{name}")


def _mart_title(name: str) -> Names:
    return (column_titles().marts.get(name) if FILE.exists() else None) or Names(en=name)
