"""Which row of a mart a key means: values by column, or in the order of the grain; several rows where it is not whole.

Only finding the row belongs here; what stands behind it is told elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb
import yaml

from warehouse.errors import UsageError
from warehouse.operation_files import LOADER
from warehouse.settings import PROJECT

Row = dict[str, Any]
SHOWN = 20


@dataclass(frozen=True)
class Key:
    """A key as it was typed: a value for some columns of the mart."""

    mart: str
    values: dict[str, str]

    @property
    def text(self) -> str:
        """`round_key=…,place_code=…`."""
        return ",".join(f"{column}={value}" for column, value in self.values.items())


def grains() -> dict[str, list[str]]:
    """The columns that name one row of each mart (expectations/marts.yml)."""
    data = yaml.load((PROJECT / "expectations" / "marts.yml").read_bytes(), Loader=LOADER)
    return {name: list(mart["grain"]) for name, mart in data["marts"].items()}


def parse_key(mart: str, words: tuple[str, ...], columns: list[str]) -> Key:
    """`column=value,…`, or values in the order of the grain, with blanks or commas between them. Raises UsageError (exit 2)."""
    known = grains()
    if mart not in known:
        near = get_close_matches(mart, known, n=3, cutoff=0.4) or list(known)[:3]
        raise UsageError(f"there is no mart {mart}", expected=f"one of {', '.join(near)}, …",
                         todo='mtm query "SHOW TABLES" lists them', code="unknown_mart")  # fmt: skip
    parts = [part.strip() for word in words for part in word.split(",") if part.strip()]
    values: dict[str, str] = {}
    for place, part in enumerate(parts):
        column, equals, value = part.partition("=")
        if not equals and place >= len(known[mart]):
            raise _bad(mart, "too many values", known[mart])
        name = column.strip() if equals else known[mart][place]
        if name not in columns:
            raise _bad(mart, f"{mart} has no column {name}", known[mart])
        values[name] = value.strip() if equals else part
    return Key(mart, values)


def _bad(mart: str, what: str, grain: list[str]) -> UsageError:
    return UsageError(what, where=mart, expected=f"{','.join(f'{c}=…' for c in grain)}, or the values in this order",
                      todo=f'mtm query "DESCRIBE {mart}" lists its columns', code="bad_key")  # fmt: skip


def matching(con: duckdb.DuckDBPyConnection, key: Key) -> list[Row]:
    """The rows of the mart that the key means; values are bound, never SQL."""
    where = " and ".join(f'cast("{column}" as varchar) = ?' for column in key.values) or "true"
    order = ", ".join(f'"{column}"' for column in grains()[key.mart])
    return rows_of(con, f'select * from "{key.mart}" where {where} order by {order}', list(key.values.values()))


def nearest(con: duckdb.DuckDBPyConnection, key: Key) -> list[Row]:
    """Rows that the key may have meant: as many of its values as there are rows for, and the nearest spelling of the next."""
    known: dict[str, str] = {}
    for column, value in key.values.items():
        more = Key(key.mart, {**known, column: value})
        if matching(con, more):
            known = more.values
            continue
        where = " and ".join(f'cast("{name}" as varchar) = ?' for name in known) or "true"
        sql = f'select distinct cast("{column}" as varchar) as v from "{key.mart}" where {where} order by 1'
        there = [str(row["v"]) for row in rows_of(con, sql, list(known.values())) if row["v"] is not None]
        found = get_close_matches(value, there, n=3, cutoff=0.5) or there[:3]
        return [{**known, column: value} for value in found]
    return []


def grain_of(mart: str, row: Row) -> Row:
    """The row's key."""
    return {column: row.get(column) for column in grains()[mart]}


def rows_of(con: duckdb.DuckDBPyConnection, sql: str, values: list[Any] | Row | None = None) -> list[Row]:
    """The rows of a query as dicts."""
    found = con.execute(sql, values or [])
    names = [d[0] for d in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
