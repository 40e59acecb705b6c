"""Reading the current release: SQL on the serving database, read-only and shut off from files and network.

Opening the served database belongs here; writing does not exist here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.errors import UsageError
from warehouse.releases.flips import moment_of, served_on
from warehouse.releases.manifest import Manifest, load_manifest
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home

LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}


def database(home: Home, release_id: str | None = None) -> Path:
    """The serving database of a release (the current one by default)."""
    return home.releases / load_manifest(home, release_id).release_id / DATABASE


def asked_release(home: Home, release_id: str | None, day: str | None) -> Manifest | None:
    """The release that was asked for by its id or by a day; None for the current one. Raises UsageError (exit 2)."""
    if release_id and day:
        raise UsageError(
            "a release and a day were both given", expected="--release or --published-on", todo="leave one out", code="bad_option",
        )  # fmt: skip
    asked = served_on(home, moment_of(day)) if day else release_id
    return load_manifest(home, asked) if asked else None


def query(home: Home, sql: str, release_id: str | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows. Raises UsageError (exit 2) with DuckDB's first line where the SQL is wrong."""
    import duckdb

    with duckdb.connect(str(database(home, release_id)), read_only=True) as con:
        con.execute(f"USE {SCHEMA}")
        for name, value in LOCKED.items():
            con.execute(f"SET {name} = {value}")
        try:
            result = con.execute(sql)
            return [d[0] for d in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise UsageError(
                f"the query can't be answered: {str(error).splitlines()[0]}",
                expected="SQL over the marts, read-only",
                todo='mtm query "SHOW TABLES" lists the marts; docs/how-the-line-works.md describes them',
                code="bad_query",
            ) from None
