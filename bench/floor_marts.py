"""The floor's marts: frames of one round into DuckDB, then every statement of `floor_sql.py`, in one transaction.

Facts of a round replace those of the same round; all else is made anew. The statistics and what is withheld are worked out by
the functions of `warehouse/survey` and `warehouse/counts`, which are the transformation itself and are called as the models do.
"""

from __future__ import annotations

import runpy
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from bench.floor_sql import Step
from warehouse.normalize.schema import TABLES
from warehouse.releases.candidate import SQL_TYPES

PROOFS = ("int_cell_withheld", "int_survey_built_withheld")  # what is withheld so that nothing else can tell it
Frames = dict[str, pl.DataFrame]


class Relation:
    """What a model in Python reads: a table by its name, in this connection."""

    def __init__(self, connection: Any, name: str, limit: str = "") -> None:
        """`limit`: SQL behind the name."""
        self.connection, self.sql = connection, f"select * from {name}{limit}"

    def sql_query(self) -> str:
        """The query itself."""
        return self.sql

    def to_arrow_table(self) -> Any:
        """All rows."""
        return self.connection.sql(self.sql).to_arrow_table()


class Models:
    """What dbt hands a model in Python: `ref`, `source`, `config`. `limit 0`: what it would do without a row."""

    def __init__(self, connection: Any, limit: str = "") -> None:
        """The connection that has the tables."""
        self.connection, self.limit = connection, limit

    def ref(self, name: str) -> Relation:
        """Another model."""
        return Relation(self.connection, name, self.limit)

    def source(self, schema: str, name: str) -> Relation:
        """A source, named as in `floor_sql.plain`."""
        return Relation(self.connection, f"{schema}_{name}")

    def config(self, **said: Any) -> None:
        """What only dbt needs."""


def load(connection: Any, frames: Frames, round_key: str) -> None:
    """The round's frames as `canonical_<table>`; a column that the floor does not make is null, a table that it lacks is empty."""
    for table, columns in TABLES.items():
        frame = frames.get(table)
        made = set(frame.columns) if frame is not None else set()
        told = {"round_key": f"'{round_key}'", **{c: c for c in made}}
        picked = ", ".join(f"cast({told.get(c, 'null')} as {SQL_TYPES[kind]}) as {c}" for c, kind in columns.items())
        if frame is not None:
            connection.register(f"frame_{table}", frame.to_arrow())
        source = f"from frame_{table}" if frame is not None else "where false"
        connection.execute(f"create or replace temp view canonical_{table} as select {picked} {source}")


def build(connection: Any, steps: list[Step], *, proofs: bool = True) -> dict[str, float]:
    """Run every step. Seconds by part: `marts` (SQL), `statistics` (estimates, weights, change), `proofs` (what is withheld)."""
    spent = {"marts": 0.0, "statistics": 0.0, "proofs": 0.0}
    there = {
        name for (name,) in connection.execute("select table_name from duckdb_tables() where not temporary").fetchall()
    }
    for step in steps:
        started = time.perf_counter()
        part = "proofs" if step.name in PROOFS else "statistics" if step.kind == "python" else "marts"
        WAYS[step.kind](connection, step, there, proofs)
        spent[part] += time.perf_counter() - started
    return spent


def _seed(connection: Any, step: Step, there: set[str], proofs: bool) -> None:
    if step.name not in there:
        types = ", ".join(f"'{c}': '{t}'" for c, t in step.types.items())
        connection.execute(
            f"create table {step.name} as select * from read_csv('{step.text}', header = true, types = {{{types}}})"
        )


def _view(connection: Any, step: Step, there: set[str], proofs: bool) -> None:
    connection.execute(f"create or replace temp view {step.name} as {step.text}")


def _table(connection: Any, step: Step, there: set[str], proofs: bool) -> None:
    temporary = "" if step.is_mart else "temp "
    connection.execute(f"create or replace {temporary}table {step.name} as {step.text}")


def _by_round(connection: Any, step: Step, there: set[str], proofs: bool) -> None:
    if step.name not in there:
        connection.execute(f"create table {step.name} as {step.text}")
        return
    connection.execute(f"delete from {step.name} where round_key in (select round_key from control_round_to_build)")
    connection.execute(f"insert into {step.name} by name {step.text}")


def _python(connection: Any, step: Step, there: set[str], proofs: bool) -> None:
    limit = "" if proofs or step.name not in PROOFS else " limit 0"
    made = _model(step.text)(Models(connection, limit), connection)
    connection.register("made", made)
    connection.execute(f"create or replace temp table {step.name} as from made")
    connection.unregister("made")


@cache
def _model(path: str) -> Callable[..., Any]:
    found: Callable[..., Any] = runpy.run_path(str(Path(path)))["model"]
    return found


WAYS = {"seed": _seed, "view": _view, "table": _table, "by_round": _by_round, "python": _python}
