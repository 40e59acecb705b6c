"""The serving database and its Parquet twins: made fresh from the candidate's marts, nothing else.

Copying marts out of the build database belongs here. A fresh file holds no deleted rows, so nothing of the build side
can be read back from it (deleted is not deleted in a database file).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.releases.empty import MART, SCHEMA, STORED, copy_tables, foreign_keys
from warehouse.releases.twins import HASHED_ROWS, UNHASHED, Standing, content_hash, mart_hash, write_twin
from warehouse.settings import database_memory, database_threads
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

DATABASE = "mtm.duckdb"
NEW = Standing()
# Symbol tables take longest to make, and of marts, whose texts repeat, dictionaries are as small.
WITHOUT = "fsst"


def write_serving(
    build: Path, folder: Path, scratch: Path, keep: Path | None = None, before: Standing = NEW
) -> dict[str, dict[str, Any]]:
    """Write `mtm.duckdb` and `parquet/<mart>.parquet` into `folder`, side by side. Returns rows and content hash per mart.

    `keep`: where the file of empty tables is kept, else in `scratch`; `before`: what can be taken over from the base.
    """
    import duckdb

    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect(":memory:", config=_config(scratch, build.stat().st_size)) as con:
        con.execute(f"ATTACH '{escaped(build)}' AS build (READ_ONLY)")
        con.execute(f"ATTACH '{escaped(folder / DATABASE)}' AS serving ({STORED})")
        names = copy_tables(con, keep or scratch)
        if not names:
            raise MtmError(
                "the candidate has no marts", expected="tables in schema marts", todo="mtm run --debug", code="no_marts"
            )
        with con.cursor() as other, ThreadPoolExecutor(1) as beside:  # the pool ends first
            twins = beside.submit(lambda: {name: write_twin(other, name, folder, scratch, before) for name in names})
            rows = _fill(con, names)
            hashes = twins.result()
    return {name: {"rows": rows[name], "content_hash": hashes[name]} for name in sorted(names)}


def _config(scratch: Path, size: int) -> dict[str, str | bool | int | float | list[str]]:
    """The files are made to last once, when all are written (`publish.py`)."""
    return {**database_threads(size), "temp_directory": str(scratch / "spill"), "memory_limit": database_memory(), "fsync_mode": "NONE",
            "disabled_compression_methods": WITHOUT}  # fmt: skip


def _fill(con: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, int]:
    """Put the rows into the tables, each in full order, and end the transaction. Returns rows per mart."""
    rows = {}
    for name in names:
        told = con.execute(f"INSERT INTO serving.{SCHEMA}.{name} SELECT * FROM build.{SCHEMA}.{name} ORDER BY ALL")
        rows[name] = int(told.fetchall()[0][0])
    con.execute("COMMIT")
    con.execute("CHECKPOINT serving")
    return rows


__all__ = ["DATABASE", "HASHED_ROWS", "MART", "SCHEMA", "UNHASHED", "content_hash", "foreign_keys", "mart_hash",
           "write_serving"]  # fmt: skip
