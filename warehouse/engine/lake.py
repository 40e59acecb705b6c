"""The candidate's tables as Parquet for Spark: `<candidate>/spark/<schema>/<table>/*.parquet`, one folder per table.

Writing these folders and telling Spark of them belongs here; what models write into them, and bringing it back, does not.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.normalize.schema import TABLES
from warehouse.settings import database_memory
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

    from warehouse.releases.candidate import Candidate

SCHEMAS = ("canonical", "reference", "control", "seeds", "staging", "intermediate", "semantic", "marts")
WHOLE = ("reference", "control", "seeds")  # schemas whose tables are handed over whole: they are small


@dataclass(frozen=True)
class Lake:
    """The folder in which Spark's tables lie."""

    root: Path

    def folder(self, schema: str, table: str) -> Path:
        """The folder of one table."""
        return self.root / schema / table

    def kept(self, schema: str, table: str) -> Path:
        """The file with what is handed to Spark: rows of other rounds, where the table is kept round by round."""
        return self.folder(schema, table) / "kept.parquet"

    def files(self, schema: str, table: str) -> list[Path]:
        """The Parquet files of one table."""
        return sorted(p for p in self.folder(schema, table).glob("*.parquet") if p.name[0] not in "._")

    def tables(self) -> list[tuple[str, str]]:
        """Schema and table of every folder."""
        return sorted((p.parent.name, p.name) for p in self.root.glob("*/*") if p.is_dir())


def limits(spill: Path) -> dict[str, Any]:
    """How DuckDB is opened beside Spark: no more memory than when it runs the models itself, the rest in `spill`."""
    return {
        "memory_limit": database_memory(),
        "temp_directory": str(spill),
        "threads": 2,
        "autoload_known_extensions": "false",
    }


def lay_canonical(lake: Lake, folders: Iterable[Path]) -> None:
    """The canonical tables of the rounds to build, not copied: links to their Parquet, one per round."""
    for table in TABLES:
        target = lake.folder("canonical", table)
        target.mkdir(parents=True)
        for number, folder in enumerate(folders):
            link(folder / f"{table}.parquet", target / f"{number:06d}.parquet")


def lay_tables(lake: Lake, con: duckdb.DuckDBPyConnection, *schemas: str) -> None:
    """All tables of these schemas of a build database, whole."""
    rows = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE list_contains(?, schema_name) ORDER BY ALL",
        [list(schemas)],
    ).fetchall()
    for schema, table in rows:
        lay(lake, con, schema, table, f'SELECT * FROM "{schema}"."{table}"')


def lay(lake: Lake, con: duckdb.DuckDBPyConnection, schema: str, table: str, select: str) -> None:
    """The rows of a query on a build database as the first file of a table."""
    target = lake.folder(schema, table)
    target.mkdir(parents=True)
    con.execute(f"COPY ({select}) TO '{escaped(lake.kept(schema, table))}' (FORMAT parquet, COMPRESSION zstd)")


def lay_candidate(
    lake: Lake, con: duckdb.DuckDBPyConnection, candidate: Candidate, incremental: Iterable[tuple[str, str]]
) -> None:
    """All that Spark reads: canonical tables, small tables, seeds; of tables kept round by round, the other rounds."""
    lake.root.mkdir(mode=0o700, parents=True)
    lay_canonical(lake, [n.folder for n in candidate.building])
    lay_tables(lake, con, *WHOLE)
    for schema, table in incremental:
        other = "round_key NOT IN (SELECT round_key FROM control.round_to_build)"
        lay(lake, con, schema, table, f'SELECT * FROM "{schema}"."{table}" WHERE {other}')


def register(lake: Lake, spark: Any) -> None:
    """Make the schemas, and a table of each folder, in a session's catalog."""
    for schema in SCHEMAS:
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for schema, table in lake.tables():
        spark.sql(table_of_folder(lake, schema, table))


def table_of_folder(lake: Lake, schema: str, table: str) -> str:
    """The statement that makes a table of a folder that is filled."""
    folder = str(lake.folder(schema, table)).replace("\\", "\\\\").replace("'", "\\'")
    return f"CREATE TABLE {schema}.{table} USING parquet LOCATION '{folder}'"


@contextmanager
def cleared(lake: Lake, spark: Any) -> Iterator[None]:
    """The candidate's schemas are gone from the catalog before and after; the files stay. Raises MtmError for another's.

    A server's catalog may outlive a run that died: what lies in the same folder is of this home and is dropped.
    """
    there = {str(row[0]) for row in spark.sql("SHOW SCHEMAS").collect()} & set(SCHEMAS)
    if others := sorted(schema for schema in there if not _is_ours(lake, spark, schema)):
        raise MtmError(
            f"the catalog of the Spark server has a schema {others[0]} of its own", where="MTM_SPARK",
            expected="a server for this warehouse alone", todo="start one for it: its schemas would be mixed with others",
            code="spark_catalog_in_use",
        )  # fmt: skip
    _drop(spark, there)
    try:
        yield
    finally:
        _drop(spark, SCHEMAS)


def _is_ours(lake: Lake, spark: Any, schema: str) -> bool:
    tables = [str(row[3]) for row in spark.sql(f"SHOW TABLE EXTENDED IN {schema} LIKE '*'").collect()]
    places = [place for told in tables for place in re.findall(r"^Location: (.*)$", told, re.MULTILINE)]
    return all(str(lake.root) in place for place in places)


def _drop(spark: Any, schemas: Iterable[str]) -> None:
    for schema in schemas:
        spark.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
