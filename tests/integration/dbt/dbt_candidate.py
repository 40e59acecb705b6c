"""A candidate as small as can be: canonical Parquet behind views, reference tables, the control table, and dbt.

What a candidate holds and how dbt is called belong here; the rounds themselves are in `dbt_rounds.py`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from warehouse.normalize.schema import TABLES
from warehouse.releases.models import LEAN
from warehouse.releases.reference_schema import REFERENCE
from warehouse.settings import DBT_PROJECT, Home

Round = dict[str, pl.DataFrame]


class Candidate:
    """One build database, made from another one or from nothing, with the rounds that it is to build."""

    def __init__(
        self,
        folder: Path,
        rounds: Iterable[Round],
        reference: dict[str, list[dict[str, Any]]],
        base: Path | None = None,
    ) -> None:
        """`rounds` are the rounds to build only; `reference` speaks of all rounds of the release."""
        folder.mkdir(parents=True)
        self.database = folder / "build.duckdb"
        if base:
            shutil.copy(base, self.database)
        rounds = list(rounds)
        with duckdb.connect(str(self.database)) as connection:
            _canonical(connection, folder, rounds)
            _reference(connection, reference)
            _control(connection, rounds)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the build database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _canonical(connection: duckdb.DuckDBPyConnection, folder: Path, rounds: list[Round]) -> None:
    connection.execute("create schema if not exists canonical")
    for table, schema in TABLES.items():
        path = folder / f"{table}.parquet"
        frames = [pl.DataFrame(schema=schema), *(r[table] for r in rounds if table in r)]
        pl.concat(frames).write_parquet(path)
        connection.execute(f"create or replace view canonical.{table} as from read_parquet('{path}')")


def _reference(connection: duckdb.DuckDBPyConnection, reference: dict[str, list[dict[str, Any]]]) -> None:
    connection.execute("create schema if not exists reference")
    for table, columns in REFERENCE.items():
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create or replace table reference.{table} ({fields})")
        for row in reference.get(table, []):
            values = [row.get(name) for name in columns]
            connection.execute(f"insert into reference.{table} values ({', '.join('?' * len(values))})", values)


def _control(connection: duckdb.DuckDBPyConnection, rounds: list[Round]) -> None:
    keys = sorted({key for r in rounds for frame in r.values() for key in frame["round_key"].to_list()})
    connection.execute("create schema if not exists control")
    connection.execute("create or replace table control.round_to_build (round_key varchar)")
    connection.executemany("insert into control.round_to_build values (?)", [[key] for key in keys])


@lru_cache
def _manifest() -> Any:
    """The project as the line parses it, once for all tests of a worker."""
    from warehouse.releases.models import parsed

    return parsed(Home(Path(os.environ["MTM_DBT_TARGET"]) / "home"))


def _folders() -> list[str]:
    return ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--no-write-json", *LEAN]


def run_dbt(*arguments: str) -> Any:
    """dbt in process on `MTM_BUILD_DB`; the file is free again afterwards."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    try:
        return dbtRunner(manifest=_manifest()).invoke([*arguments, *_folders()])
    finally:
        DuckDBConnectionManager.close_all_connections()


def failures(outcome: Any) -> list[str]:
    """What did not work, node by node."""
    if outcome.result is None:
        return [str(outcome.exception)]
    return [
        f"{r.node.name}: {r.status}: {r.message}" for r in outcome.result.results if r.status not in ("success", "pass")
    ]


def build(candidate: Candidate) -> Candidate:
    """Build and test as a run does; anything but success is shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_BUILD_DB", str(candidate.database))
        outcome = run_dbt("build")
    assert outcome.success, failures(outcome)
    return candidate
