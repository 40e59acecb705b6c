"""The serving database before it has a row: the marts' tables with keys and comments, kept as a file of the build side.

Making, keeping and copying that file belong here; rows do not: it has never held one. Hundreds of comments, each a change
of its table, cost more than the rows of a small release; copying the tables with all that hangs on them costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Collection
from contextlib import suppress
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.deliveries.disk import sync
from warehouse.indicators.marts import ForeignKey, marts
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

SCHEMA = "marts"
STORAGE_VERSION = "v1.0.0"  # BI drivers of the DuckDB 1.x line open it
BLOCK = 16_384  # bytes: hundreds of short columns, each in blocks of its own, would leave most of larger ones empty
STORED = f"STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK}"
UNFINISHED = 3600  # seconds after which a file that has not its name yet is nobody's
MART = re.compile(r"(dim|mart)_[a-z0-9_]+")


def copy_tables(con: duckdb.DuckDBPyConnection, keep: Path) -> list[str]:
    """Make the marts of `build` as empty tables of `serving` (both attached), in a transaction that is left open: each
    statement would wait for the disk. Returns their names, parents first.

    `keep`: the folder in which the file of empty tables is kept. One that can't be read is made again.
    """
    import duckdb

    tables = _tables(con)
    statements = [f"CREATE SCHEMA {SCHEMA}", *(ddl for _, ddl in tables), *_comments(con)]
    text = "\n".join([duckdb.__version__, STORED, *statements])
    path = keep / f"serving-{hashlib.sha256(text.encode()).hexdigest()[:16]}.duckdb"
    try:
        _copy(con, path if path.exists() else _made(path, statements))
    except duckdb.Error:
        _copy(con, _made(path, statements))
    return [name for name, _ in tables]


def foreign_keys(names: Collection[str]) -> dict[str, list[ForeignKey]]:
    """The keys of each of these marts that lead to another of them, as the models declare them."""
    known = marts()
    return {n: [k for k in (known[n].foreign_keys if n in known else []) if k.mart in names] for n in names}


def _copy(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach the file for as long as the connection lasts, and copy what it holds."""
    con.execute(f"ATTACH '{escaped(path)}' AS empty (READ_ONLY)")
    con.execute("BEGIN")
    try:
        con.execute("COPY FROM DATABASE empty TO serving (SCHEMA)")
    except BaseException:
        con.execute("ROLLBACK")
        con.execute("DETACH empty")
        raise


def _made(path: Path, statements: list[str]) -> Path:
    """The file, whole under its name or not there; those of other tables and of runs that died go."""
    import duckdb

    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    with duckdb.connect(":memory:", config={"fsync_mode": "NONE"}) as con:
        con.execute(f"ATTACH '{escaped(temporary)}' AS empty ({STORED})")
        con.execute("; ".join(["BEGIN", "USE empty", *statements, "COMMIT", "CHECKPOINT empty"]))
    sync(temporary)
    for old in path.parent.glob("serving-*.duckdb*"):
        with suppress(FileNotFoundError):  # another process makes it too, and may still be at it
            if old.suffix == ".duckdb" or time.time() - old.stat().st_mtime > UNFINISHED:
                old.unlink()
    os.replace(temporary, path)
    return path


def _tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The marts with their statements, foreign keys in them, each after those that its keys lead to."""
    rows = con.execute(
        "SELECT table_name, sql FROM duckdb_tables() WHERE database_name = 'build' AND schema_name = ? ORDER BY 1",
        [SCHEMA],
    ).fetchall()
    ddl = {name: sql for name, sql in rows if MART.fullmatch(name)}
    keys = foreign_keys(list(ddl))
    order = TopologicalSorter({name: sorted({k.mart for k in keys[name]}) for name in ddl}).static_order()
    return [(name, _statement(name, ddl[name], keys[name])) for name in order]


def _statement(name: str, ddl: str, keys: list[ForeignKey]) -> str:
    told = [f"FOREIGN KEY ({', '.join(k.columns)}) REFERENCES {SCHEMA}.{k.mart}({', '.join(k.fields)})" for k in keys]
    whole = ", ".join([ddl.rstrip().removesuffix(";").removesuffix(")"), *told]) + ")"
    return re.sub(r"^CREATE TABLE \S+?\(", f"CREATE TABLE {SCHEMA}.{name}(", whole)


def _comments(con: duckdb.DuckDBPyConnection) -> list[str]:
    where = "database_name = 'build' AND schema_name = ? AND comment IS NOT NULL ORDER BY ALL"
    tables = con.execute(f"SELECT table_name, comment FROM duckdb_tables() WHERE {where}", [SCHEMA]).fetchall()
    columns = con.execute(
        f"SELECT table_name, column_name, comment FROM duckdb_columns() WHERE {where}", [SCHEMA]
    ).fetchall()
    told = [(f"TABLE {SCHEMA}.{table}", comment) for table, comment in tables if MART.fullmatch(table)]
    told += [(f'COLUMN {SCHEMA}.{t}."{c}"', comment) for t, c, comment in columns if MART.fullmatch(t)]
    return [f"COMMENT ON {what} IS '{escaped(comment)}'" for what, comment in told]
