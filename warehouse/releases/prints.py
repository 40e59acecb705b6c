"""Two databases of marts and how far they are equal: a print of every mart's rows by round, taken in one query of each.

Knowing what is equal belongs here, so that nothing equal is looked at again; matching the rows that differ is in `compare.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from warehouse.releases.serving import HASHED_ROWS, MART, SCHEMA, UNHASHED
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

ROUND = "round_key"
TABLES = """SELECT c.table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() c JOIN duckdb_tables() t
            ON (c.database_name, c.schema_name, c.table_name) = (t.database_name, t.schema_name, t.table_name)
            WHERE c.database_name = ? AND c.schema_name = ? GROUP BY ALL"""
KEYS = """SELECT table_name, constraint_column_names FROM duckdb_constraints()
          WHERE database_name = ? AND schema_name = ? AND constraint_type = 'PRIMARY KEY'"""


class Print(NamedTuple):
    """Of the rows of one round: how many, and two numbers over their hashes that equal rows give in any order."""

    rows: int
    xor: int
    total: int


Prints = dict[str, dict[str | None, Print]]  # mart → round (None: a mart without rounds) → print


@dataclass
class Side:
    """One of the two: the catalog `alias` of a connection. Its catalogue is read once; every query has a cursor of its own."""

    con: duckdb.DuckDBPyConnection
    alias: str

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """Mart → its columns, in order."""
        rows = self.con.cursor().execute(TABLES, [self.alias, SCHEMA]).fetchall()
        return {name: columns for name, columns in rows if MART.fullmatch(name)}

    @cached_property
    def keys(self) -> dict[str, list[str]]:
        """Mart → the columns of its primary key; a mart without one is not there."""
        rows = self.con.cursor().execute(KEYS, [self.alias, SCHEMA]).fetchall()
        return {name: list(columns) for name, columns in rows}

    def count(self, name: str) -> int:
        """Rows of a mart that are content."""
        return count(self.con.cursor(), f"FROM {table(self.alias, name)}")

    def prints(self, marts: Mapping[str, list[str]]) -> Prints:
        """The prints of these columns of these marts."""
        found: Prints = {name: {} for name in marts}
        parts = [self._print(name, columns) for name, columns in marts.items()]
        for name, key, *told in self.con.cursor().execute(" UNION ALL ".join(parts)).fetchall() if parts else ():
            found[name][key] = Print(*told)
        return found

    def _print(self, name: str, columns: list[str]) -> str:
        key = ROUND if ROUND in columns else "NULL::VARCHAR"
        row = f"hash({', '.join(map(quoted, columns)) or '0'})"
        return (
            f"SELECT '{escaped(name)}', key, count(*), bit_xor(h), sum(h::HUGEINT) "
            f"FROM (SELECT {key} AS key, {row} AS h FROM {table(self.alias, name)}) GROUP BY key"
        )


@dataclass
class Pair:
    """The two databases beside each other. `joined`: a connection that has both, with their aliases; `marts`: limits it to some."""

    before: Side
    after: Side
    joined: Callable[[], tuple[duckdb.DuckDBPyConnection, str, str]]
    marts: set[str] | None = None

    @cached_property
    def names(self) -> list[str]:
        """All marts of either; those that carry ids and dates of releases are left out."""
        return sorted((self.before.columns.keys() | self.after.columns.keys()) - UNHASHED)

    @cached_property
    def looked(self) -> list[str]:
        """Those that are compared."""
        return [name for name in self.names if self.marts is None or name in self.marts]

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """Mart that both have → the columns that both have."""
        old, new = self.before.columns, self.after.columns
        return {name: [c for c in old[name] if c in new[name]] for name in self.looked if name in old and name in new}

    @cached_property
    def prints(self) -> tuple[Prints, Prints]:
        """The prints of what both have, on either side."""
        return self.before.prints(self.shared), self.after.prints(self.shared)

    def is_reshaped(self, name: str) -> bool:
        """Whether a mart that both have has other columns."""
        return set(self.before.columns[name]) != set(self.after.columns[name])

    def is_equal(self, name: str) -> bool:
        """Whether a mart that both have is the same in both."""
        one, other = self.prints
        return one[name] == other[name] and not self.is_reshaped(name)

    def rounds_differ(self, name: str) -> set[str]:
        """The rounds whose rows are not the same in both; of a mart that both have, with rounds."""
        one, other = (prints[name] for prints in self.prints)
        return {key for key in one.keys() | other.keys() if key is not None and one.get(key) != other.get(key)}


def table(alias: str, name: str) -> str:
    """The mart with the rows that are content, as SQL text."""
    whole = f"{quoted(alias)}.{SCHEMA}.{quoted(name)}"
    return f"(SELECT * FROM {whole} WHERE {HASHED_ROWS[name]})" if name in HASHED_ROWS else whole


def count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """The rows of a query."""
    return int(con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


__all__ = ["ROUND", "Pair", "Print", "Prints", "Side", "count", "quoted", "table"]
