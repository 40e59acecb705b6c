"""The collection's database (`MTM_HOME/collection/collection.duckdb`, private): several rounds, replaced whole by a rename.

Its tables, reading and replacing it belong here; what is in them comes from others. Readers see the old file or the new one;
two processes that keep rounds at once wait for each other.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError, UsageError
from warehouse.releases import lock
from warehouse.settings import Home, private_folder
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    from warehouse.normalize.run import Normalized

FILE = "collection.duckdb"
SCHEMA = "marts"
LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}
Answer = tuple[list[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class KeptRound:
    """One round of the collection (table `collection_round`): which delivery it is told from. No clock but the delivery's."""

    round_key: str
    delivery_id: str
    delivery_seq: int
    received_at: str
    file_name: str
    as_of: date | None  # the last day that has data
    is_synthetic: bool

    @classmethod
    def of(cls, normalized: Normalized, as_of: date | None) -> Self:
        """The row of a normalized delivery."""
        from warehouse.operations import find_round
        from warehouse.personal.shapes import masked

        d = normalized.delivery
        synthetic = find_round(d.round_key)[1].is_synthetic
        return cls(d.round_key, d.delivery_id, d.delivery_seq, d.received_at, masked(d.file_name), as_of, synthetic)


def database(home: Home) -> Path:
    """Where the database is, or would be."""
    return home.collection / FILE


def kept_rounds(home: Home) -> list[KeptRound]:
    """The rounds in the collection, by key; none where there is no database, or none that can be read."""
    if not database(home).exists():
        return []
    names = ", ".join(f.name for f in fields(KeptRound))
    return [KeptRound(*row) for row in ask(home, f"SELECT {names} FROM collection_round ORDER BY round_key")[1]]


def table(home: Home, name: str, round_key: str) -> pl.DataFrame:
    """A round's rows of one table, as they were kept. Raises UsageError where nothing is kept."""
    with _opened(home) as con:
        found = con.sql(f"SELECT * FROM {name} WHERE round_key = ?", params=[round_key])
        return pl.DataFrame(found.to_arrow_table())


def ask(home: Home, sql: str) -> Answer:
    """Column names and rows, read-only. Raises UsageError (exit 2) where the SQL is wrong or no round is being collected."""
    import duckdb

    with _opened(home) as con:
        try:
            result = con.execute(sql)
            return [d[0] for d in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise UsageError(
                f"the query can't be answered: {str(error).splitlines()[0]}", expected="SQL over the collection, read-only",
                todo='mtm query --collection "SHOW TABLES" lists the tables', code="bad_query",
            ) from None  # fmt: skip


def replace_round(home: Home, kept: KeptRound, frames: Mapping[str, pl.DataFrame]) -> None:
    """Put a round's rows in the place of those that it had; all other rounds stay."""
    rows = pl.DataFrame([astuple(kept)], schema=[f.name for f in fields(KeptRound)], orient="row")
    rows = rows.with_columns(pl.col("as_of").cast(pl.Date))
    _replace(home, {kept.round_key}, {"collection_round": rows, **frames})


def without_rounds(home: Home, round_keys: Iterable[str]) -> None:
    """Take rounds out; nothing is written where none is to go."""
    if gone := set(round_keys):
        _replace(home, gone, {})


@contextmanager
def _opened(home: Home) -> Iterator[Any]:
    import duckdb

    path = database(home)
    if not path.exists():
        raise UsageError(
            "no round is being collected", where="collection/", expected="a round with partial deliveries",
            todo="mtm run after a partial delivery; docs/while-it-is-collected.md", code="no_collection",
        )  # fmt: skip
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        raise _damaged() from None
    with con:
        con.execute(f"USE {SCHEMA}")
        for name, value in LOCKED.items():
            con.execute(f"SET {name} = {value}")
        yield con


def _replace(home: Home, gone: set[str], frames: Mapping[str, pl.DataFrame]) -> None:
    """A new database beside the old one, then one rename. What died while writing is cleared away."""
    import duckdb

    key = private_folder(home.collection) / ".lock"
    lock.acquire(key)
    try:
        for left in home.collection.glob(f".{FILE}.*"):  # a file, its log, the folder of what did not fit into memory
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        temporary = home.collection / f".{FILE}.{os.getpid()}"
        with duckdb.connect(str(temporary)) as con:
            con.execute(f"CREATE SCHEMA {SCHEMA}")
            for name, frame in frames.items():
                con.register("_incoming", frame.to_arrow())
                con.execute(f"CREATE TABLE {SCHEMA}.{name} AS SELECT * FROM _incoming")
                con.unregister("_incoming")
            if database(home).exists():
                _take_over(con, database(home), gone)
        temporary.chmod(0o600)
        sync(temporary)
        os.replace(temporary, database(home))
        sync(home.collection)
    finally:
        lock.release(key)


def _damaged() -> MtmError:
    return MtmError(
        "the collection's database can't be read", where=f"collection/{FILE}", expected="the file as it was written",
        todo="delete it, then mtm run keeps the rounds again", code="collection_damaged",
    )  # fmt: skip


def _take_over(con: Any, old: Path, gone: set[str]) -> None:
    """The other rounds' rows; columns that a table no longer has are left behind, new ones are null there."""
    import duckdb

    try:
        con.execute(f"ATTACH '{escaped(old)}' AS old (READ_ONLY)")
    except duckdb.Error:
        raise _damaged() from None
    names = con.execute("SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'old' AND schema_name = ? GROUP BY 1", [SCHEMA]).fetchall()  # fmt: skip
    here = con.execute("SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name <> 'old' AND schema_name = ? GROUP BY 1", [SCHEMA]).fetchall()  # fmt: skip
    known = dict(here)
    for name, columns in names:
        kept = f"FROM old.{SCHEMA}.{name} WHERE NOT list_contains(?, round_key) ORDER BY ALL"
        if name not in known:
            con.execute(f"CREATE TABLE {SCHEMA}.{name} AS SELECT * {kept}", [sorted(gone)])
            continue
        shared = ", ".join(f'"{c}"' for c in columns if c in known[name])
        con.execute(f"INSERT INTO {SCHEMA}.{name} BY NAME SELECT {shared} {kept}", [sorted(gone)])
    con.execute("DETACH old")


__all__ = ["KeptRound", "ask", "database", "kept_rounds", "replace_round", "table", "without_rounds"]
