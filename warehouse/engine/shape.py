"""The shape of a build database: every table, key, comment and view that the models make, and no row of a round.

Making it by DuckDB belongs here, for a candidate that Spark fills; a copy of a release's build database has its shape.
"""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.normalize.schema import TABLES
from warehouse.releases import models
from warehouse.releases.candidate import SQL_TYPES, Candidate


def shape(candidate: Candidate) -> None:
    """Run the models on rounds without a row; then the canonical views are as they were."""
    with duckdb.connect(str(candidate.database)) as con:
        views = con.execute("SELECT sql FROM duckdb_views() WHERE schema_name = 'canonical'").fetchall()
        for table, columns in TABLES.items():
            nothing = ", ".join(f'CAST(NULL AS {SQL_TYPES[kind]}) AS "{name}"' for name, kind in columns.items())
            con.execute(f"CREATE OR REPLACE VIEW canonical.{table} AS SELECT {nothing} WHERE false")
    try:
        _run(candidate)
    finally:
        with duckdb.connect(str(candidate.database)) as con:
            for (sql,) in views:
                con.execute(sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))


def _run(candidate: Candidate) -> None:
    with models.dbt_environment(candidate.home, candidate.database), models.quiet():
        command = ["build", "--no-write-json", "--exclude-resource-type", "test", "unit_test"]
        result: Any = models.invoke(command, models.parsed(candidate.home))
    failed = [r for r in models.results_of(result) if str(r.status) == "error"]
    if failed:
        raise models.did_not_run(failed[0].message)
