"""The serving database and its Parquet twins: made fresh from the candidate's marts, nothing else.

Copying marts out of the build database belongs here. A fresh file holds no deleted rows, so nothing of the build side
can be read back from it (deleted is not deleted in a database file).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.indicators.marts import ForeignKey, marts
from warehouse.settings import database_memory
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

SCHEMA = "marts"
DATABASE = "mtm.duckdb"
STORAGE_VERSION = "v1.0.0"  # BI drivers of the DuckDB 1.x line open it
BLOCK = 16_384  # bytes: hundreds of short columns, each in blocks of its own, would leave most of larger ones empty
STORED = f"STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK}"
MART = re.compile(r"(dim|mart)_[a-z0-9_]+")
UNHASHED = {"mart_releases", "mart_release_vintages"}  # carry dates and ids of releases
HASHED_ROWS = {"mart_quality": "quality_type <> 'check'"}  # what the gate said, and when, is no content


def write_serving(build: Path, folder: Path, scratch: Path) -> dict[str, dict[str, Any]]:
    """Write `mtm.duckdb` and `parquet/<mart>.parquet` into `folder`. Returns rows and content hash per mart."""
    import duckdb

    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect(":memory:", config=_config(scratch)) as con:
        con.execute(f"ATTACH '{escaped(build)}' AS build (READ_ONLY)")
        con.execute(f"ATTACH '{escaped(folder / DATABASE)}' AS serving ({STORED})")
        con.execute("BEGIN")  # one transaction: each of hundreds of comments would wait for the disk
        con.execute(f"CREATE SCHEMA serving.{SCHEMA}")
        copied = {name: _copy(con, name, ddl, folder, scratch) for name, ddl in _parents_first(_tables(con))}
        written = {name: copied[name] for name in sorted(copied)}
        _copy_comments(con)
        con.execute("COMMIT")
        con.execute("CHECKPOINT serving")
    if not written:
        raise MtmError(
            "the candidate has no marts", expected="tables in schema marts", todo="mtm run --debug", code="no_marts"
        )
    return written


def _config(scratch: Path) -> dict[str, str | bool | int | float | list[str]]:
    """The files are made to last once, when all are written (`publish.py`)."""
    return {"temp_directory": str(scratch / "spill"), "memory_limit": database_memory(), "fsync_mode": "NONE"}


def mart_hash(con: duckdb.DuckDBPyConnection, name: str, source: str, scratch: Path) -> str:
    """The sha256 of a mart's rows that are content, in full order as CSV text; the text lies in `scratch` for a moment."""
    text = scratch / f"{name}.csv"
    ordered = f"SELECT * FROM {source} WHERE {HASHED_ROWS.get(name, 'true')} ORDER BY ALL"
    try:
        con.execute(f"COPY ({ordered}) TO '{escaped(text)}' (FORMAT csv, HEADER)")
        with text.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        text.unlink(missing_ok=True)


def foreign_keys(names: Collection[str]) -> dict[str, list[ForeignKey]]:
    """The keys of each of these marts that lead to another of them, as the models declare them."""
    known = marts()
    return {n: [k for k in (known[n].foreign_keys if n in known else []) if k.mart in names] for n in names}


def content_hash(marts: dict[str, dict[str, Any]]) -> str:
    """The hash over the content of all marts but those that carry dates of releases."""
    text = "\n".join(f"{name} {marts[name]['content_hash']}" for name in sorted(set(marts) - UNHASHED))
    return hashlib.sha256(text.encode()).hexdigest()


def _tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    rows = con.execute(
        "SELECT table_name, sql FROM duckdb_tables() WHERE database_name = 'build' AND schema_name = ? ORDER BY 1",
        [SCHEMA],
    ).fetchall()
    return [(name, sql) for name, sql in rows if MART.fullmatch(name)]


def _parents_first(tables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The marts with their foreign keys in the statement, each after those that its keys lead to."""
    ddl, keys = dict(tables), foreign_keys([name for name, _ in tables])
    order = TopologicalSorter({name: sorted({k.mart for k in keys[name]}) for name in ddl}).static_order()
    return [(name, _with_keys(ddl[name], keys[name])) for name in order]


def _with_keys(ddl: str, keys: list[ForeignKey]) -> str:
    told = [
        f"FOREIGN KEY ({', '.join(k.columns)}) REFERENCES serving.{SCHEMA}.{k.mart}({', '.join(k.fields)})"
        for k in keys
    ]
    return ", ".join([ddl.rstrip().removesuffix(";").removesuffix(")"), *told]) + ")"


def _copy(con: duckdb.DuckDBPyConnection, name: str, ddl: str, folder: Path, scratch: Path) -> dict[str, Any]:
    """One mart: table with its keys, rows in full order, Parquet, and the hash of the rows as text."""
    con.execute("USE serving")
    con.execute(re.sub(r"^CREATE TABLE \S+?\(", f"CREATE TABLE serving.{SCHEMA}.{name}(", ddl))
    con.execute(f"INSERT INTO serving.{SCHEMA}.{name} SELECT * FROM build.{SCHEMA}.{name} ORDER BY ALL")
    rows = con.execute(f"SELECT count(*) FROM serving.{SCHEMA}.{name}").fetchall()[0][0]
    target = escaped(folder / "parquet" / f"{name}.parquet")
    written = f"SELECT * FROM serving.{SCHEMA}.{name}"  # in the order in which it was inserted: no second sort
    con.execute(f"COPY ({written}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    return {
        "rows": rows,
        "content_hash": None if name in UNHASHED else mart_hash(con, name, f"build.{SCHEMA}.{name}", scratch),
    }


def _copy_comments(con: duckdb.DuckDBPyConnection) -> None:
    where = "database_name = 'build' AND schema_name = ? AND comment IS NOT NULL"
    tables = con.execute(f"SELECT table_name, comment FROM duckdb_tables() WHERE {where}", [SCHEMA]).fetchall()
    columns = con.execute(
        f"SELECT table_name, column_name, comment FROM duckdb_columns() WHERE {where}", [SCHEMA]
    ).fetchall()
    told = [(f"TABLE serving.{SCHEMA}.{table}", comment) for table, comment in tables if MART.fullmatch(table)]
    told += [(f'COLUMN serving.{SCHEMA}.{t}."{c}"', comment) for t, c, comment in columns if MART.fullmatch(t)]
    con.execute(";".join(f"COMMENT ON {what} IS '{escaped(comment)}'" for what, comment in told))
