"""What a file holds for the search: its bytes as they are, and what stands in it packed or compressed.

Opening files belongs here (DuckDB, Parquet, SQLite, gzip, ZIP); which files are looked at is said in `scan.py`.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.personal.search import CELL

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

PARQUET, SQLITE, GZIP, ZIP, DUCKDB = b"PAR1", b"SQLite format 3\0", b"\x1f\x8b", b"PK\x03\x04", b"DUCK"
MOST = 2**31  # bytes that one packed member may grow to
SHORT = 5_000  # rows
LEAST = 999_999  # numbers below are nobody's

Part = tuple[str, bytes]  # where in the file, and the bytes


def contents(
    path: Path, since: dict[str, int] | None = None, elsewhere: Collection[str] = frozenset()
) -> Iterator[Part]:
    """The parts of a file. `since`: of a SQLite file only rows after these (table -> row), which it then updates.

    `elsewhere`: tables of a DuckDB file whose rows are searched in other files that must hold the same.
    """
    data = path.read_bytes()
    if data.startswith(SQLITE):
        if since is None:
            yield "", data
        yield from _sqlite(path, since)
        return
    yield "", data
    yield from _unpacked(path, data, elsewhere)


def _unpacked(path: Path, data: bytes, elsewhere: Collection[str] = frozenset()) -> Iterator[Part]:
    if data[8:12] == DUCKDB:
        yield from _duckdb(path, elsewhere)
    elif data.startswith(PARQUET):
        yield from _parquet(data)
    elif data.startswith(GZIP):
        yield "unpacked", _gunzipped(data)
    elif data.startswith(ZIP):
        yield from _zip(path, data)


def _duckdb(path: Path, elsewhere: Collection[str]) -> Iterator[Part]:
    """Every text, and every number large enough to be a phone or a personal number, column by column; and comments."""
    import duckdb
    import polars as pl

    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        for schema, table in (t for t in tables if ".".join(t) not in elsewhere):
            arrow = con.sql(f"SELECT * FROM {_quoted(schema)}.{_quoted(table)}").to_arrow_table()
            frame = pl.DataFrame(pl.from_arrow(arrow))
            yield from ((f"{schema}.{table}.{column}", data) for column, data in _columns(frame))
        told = con.execute("SELECT comment FROM duckdb_columns() WHERE comment IS NOT NULL UNION ALL"
                           " SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL").fetchall()  # fmt: skip
        yield "comments", cells(comment for (comment,) in told)


def marts_cells(con: DuckDBPyConnection) -> Iterator[tuple[str, str, bytes]]:
    """Mart, column and cells of all texts and large whole numbers in schema `marts`."""
    import polars as pl

    rows = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND data_type IN"
        " ('VARCHAR', 'BIGINT', 'HUGEINT', 'BLOB') AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    for table, part in groupby(rows, key=lambda row: row[0]):
        names = ", ".join(_quoted(column) for _, column in part)
        frame = pl.DataFrame(pl.from_arrow(con.sql(f"SELECT {names} FROM marts.{_quoted(table)}").to_arrow_table()))
        yield from ((table, column, data) for column, data in _columns(frame))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet(data: bytes) -> Iterator[Part]:
    import polars as pl

    yield from _columns(pl.read_parquet(io.BytesIO(data)))


def _columns(frame: pl.DataFrame) -> Iterator[Part]:
    """The distinct values of each column that can hold a value of a person."""
    import polars as pl

    for column in frame.get_columns():
        kind = column.dtype
        if kind == pl.Boolean or kind.is_temporal():
            continue
        if kind == pl.String:
            if texts := _texts(column):
                yield column.name, CELL + CELL.decode().join(texts).encode() + CELL  # as `cells`, at once
            continue
        if kind.is_numeric() and (kind.is_decimal() or str(kind).endswith("128")):  # numpy has none of these
            values = _large(column.drop_nulls(), column.drop_nulls().cast(pl.Float64)).unique().to_list()
        elif kind.is_numeric():
            values = _numbers(column)
        else:
            values = column.to_list() if kind.is_nested() else column.unique().to_list()
        if any(value is not None for value in values):
            yield column.name, cells(values)


def _texts(column: pl.Series) -> list[str]:
    """The distinct texts. Of a short column they are told apart here: the engine's plan takes longer than that."""
    found = dict.fromkeys(column.to_list() if len(column) < SHORT else column.unique().to_list())
    return [text for text in found if text]


def _numbers(column: pl.Series) -> list[Any]:
    """As `_large`, with numpy: of a wide table each step on a column costs more than its values."""
    import numpy as np

    numbers = (column.drop_nulls() if column.null_count() else column).to_numpy()
    size = np.abs(numbers.astype(np.float64))
    found: list[Any] = np.unique(numbers[_told(size, whole=column.dtype.is_integer())]).tolist()
    return found


def _large(column: pl.Series, size: pl.Series) -> pl.Series:
    """Numbers large enough to be a phone or a personal number; of others than whole ones positions too."""
    return column.filter(_told(size.abs(), whole=column.dtype.is_integer()))


def _told(size: Any, *, whole: bool) -> Any:
    return size > LEAST if whole else (size > LEAST) | ((size >= 1) & (size <= 180))


def cells(values: Any) -> bytes:
    """Cells one after another, each between two separators."""
    texts = (v if isinstance(v, bytes) else str(v).encode("utf-8", "surrogatepass") for v in values if v is not None)
    return CELL + CELL.join(texts) + CELL


def _sqlite(path: Path, since: dict[str, int] | None) -> Iterator[Part]:
    """Every row of every table: a value that is cut by the end of a page is whole here."""
    with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30) as con:
        con.text_factory = bytes
        names = [n.decode() for (n,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        for name in names:
            quoted = _quoted(name)
            try:
                last = con.execute(f"SELECT coalesce(max(rowid), 0) FROM {quoted}").fetchone()[0]
                first = 0 if since is None else min(since.get(name, 0), last)
                rows = con.execute(f"SELECT * FROM {quoted} WHERE rowid > ? ORDER BY rowid", (first,))
            except sqlite3.OperationalError:  # a table without row numbers
                last, rows = 0, con.execute(f"SELECT * FROM {quoted}")
            while part := rows.fetchmany(5000):
                yield name, cells(cell for row in part for cell in row)
            if since is not None:
                since[name] = last


def _gunzipped(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return file.read(MOST)
    except (OSError, EOFError, zlib.error):
        return b""  # no gzip after all: its bytes were searched as they are


def _zip(path: Path, data: bytes) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                with archive.open(info) as member:
                    inner = member.read(MOST)
                yield info.filename, info.filename.encode("utf-8", "surrogatepass") + b"\0" + inner
                if inner[8:12] != DUCKDB:
                    yield from ((f"{info.filename} {where}", part) for where, part in _unpacked(path, inner))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return  # no ZIP after all
