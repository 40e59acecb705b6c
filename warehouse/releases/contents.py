"""What is in a release's database and Parquet files, read back from disk: shape, rows, checksums, content hashes.

Reading published files through a fresh read-only connection belongs here; what is to be in them is told by others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

COLUMNS = """SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND schema_name = ?
             ORDER BY table_name, column_index"""
KEYS = """SELECT table_name, constraint_column_names FROM duckdb_constraints()
          WHERE database_name = ? AND schema_name = ? AND constraint_type = 'PRIMARY KEY'"""
LINKS = """SELECT table_name, constraint_column_names, referenced_table, referenced_column_names FROM duckdb_constraints()
           WHERE database_name = ? AND schema_name = ? AND constraint_type = 'FOREIGN KEY' ORDER BY table_name, constraint_index"""
OTHERS = """SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name <> ?
            UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal"""


@contextmanager
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh connection with the release's database attached as `release`, read-only."""
    import duckdb

    with duckdb.connect(":memory:") as con:
        attach(con, folder / DATABASE, "release")
        yield con


def attach(con: duckdb.DuckDBPyConnection, path: Path, alias: str) -> None:
    """Attach a database read-only."""
    con.execute(f"ATTACH '{escaped(path)}' AS {alias} (READ_ONLY)")


def shape(con: duckdb.DuckDBPyConnection, alias: str) -> dict[str, dict[str, Any]]:
    """Mart → its columns with their types, in order, its primary key, and its foreign keys (columns, mart, fields)."""
    found: dict[str, dict[str, Any]] = {}
    for table, column, kind in con.execute(COLUMNS, [alias, SCHEMA]).fetchall():
        found.setdefault(table, {"columns": {}, "key": [], "foreign_keys": []})["columns"][column] = kind
    for table, names in con.execute(KEYS, [alias, SCHEMA]).fetchall():
        found[table]["key"] = list(names)
    for table, columns, mart, fields in con.execute(LINKS, [alias, SCHEMA]).fetchall():
        found[table]["foreign_keys"].append({"columns": list(columns), "mart": mart, "fields": list(fields)})
    return found


def others(con: duckdb.DuckDBPyConnection, alias: str) -> list[str]:
    """Tables of other schemas, and views: nothing of the kind belongs into a release."""
    return [str(name) for (name,) in con.execute(OTHERS, [alias, SCHEMA, alias]).fetchall()]


def table(alias: str, mart: str) -> str:
    """A mart of an attached database, for SQL."""
    return f'{alias}.{SCHEMA}."{mart}"'


def parquet(folder: Path, mart: str) -> str:
    """The Parquet twin of a mart, for SQL."""
    return f"read_parquet('{escaped(folder / 'parquet' / f'{mart}.parquet')}')"


def checksum(con: duckdb.DuckDBPyConnection, source: str, columns: list[str]) -> tuple[int, int]:
    """Rows, and a sum over them that any changed value changes; for comparing within one process."""
    return checksums(con, [(source, columns)])[0]


def checksums(con: duckdb.DuckDBPyConnection, sources: list[tuple[str, list[str]]]) -> list[tuple[int, int]]:
    """The same of many tables with their columns, in their order and in one statement, so that they are read side by side."""
    asked = [f"SELECT {n}, count(*), {_sum(columns)} FROM {source}" for n, (source, columns) in enumerate(sources)]
    rows = con.execute(f"{' UNION ALL '.join(asked)} ORDER BY 1").fetchall() if asked else []
    return [(int(count), int(total)) for _, count, total in rows]


def _sum(columns: list[str]) -> str:
    named = ", ".join('"' + c.replace('"', '""') + '"' for c in columns)
    return f"coalesce(sum(hash({named})::HUGEINT), 0)"


def hashes(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below a folder → sha256 and bytes."""
    return hashed_all(folder, [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()])


def hashed_all(folder: Path, paths: list[Path]) -> dict[str, dict[str, Any]]:
    """These files → sha256 and bytes, by their names below the folder."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:  # hashing leaves the interpreter free
        found = list(pool.map(_hashed, paths))
    return {p.relative_to(folder).as_posix(): h for p, h in zip(paths, found, strict=True)}


def _hashed(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": digest, "bytes": file.tell()}
