"""The floor's marts: frames of one round into DuckDB, then every statement of `floor_sql.py`, as many at once as there are cores.

What stays is written to the file, what is in between lies in memory (`work`). Facts of a round replace those of the same round;
all else is made anew. The statistics and what is withheld are worked out by
the functions of `warehouse/survey` and `warehouse/counts`, which are the transformation itself and are called as the models do.
"""

from __future__ import annotations

import os
import runpy
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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


def opened(path: Path) -> Any:
    """The floor's database, with a second one in memory beside it; names are looked up in both."""
    import duckdb

    connection = duckdb.connect(str(path))
    connection.execute("attach ':memory:' as work; set preserve_insertion_order = false")
    return looking(connection)


def looking(connection: Any) -> Any:
    """A connection that finds tables of both databases by their bare names."""
    connection.execute("set search_path = 'floor.main,work.main'")
    return connection


def load(connection: Any, frames: Frames, round_key: str) -> None:
    """The round's frames as `canonical_<table>`; a column that the floor does not make is null, a table that it lacks is empty."""
    for table, columns in TABLES.items():
        frame = frames.get(table)
        made = set(frame.columns) if frame is not None else set()
        told = {"round_key": f"'{round_key}'", **{c: c for c in made}}
        picked = ", ".join(f"cast({told.get(c, 'null')} as {SQL_TYPES[kind]}) as {c}" for c, kind in columns.items())
        if frame is not None:
            connection.register("frame", frame.to_arrow())
        source = "from frame" if frame is not None else "where false"
        connection.execute(f"create or replace table work.canonical_{table} as select {picked} {source}")


def build(connection: Any, steps: list[Step], *, proofs: bool = True) -> dict[str, float]:
    """Run every step once all that it reads is there. Busy seconds: `marts` (SQL), `statistics` (estimates, weights, change),
    `proofs` (what is withheld); they overlap."""
    spent = {"marts": 0.0, "statistics": 0.0, "proofs": 0.0}
    kept = connection.execute("select table_name from duckdb_tables() where database_name = 'floor'").fetchall()
    there = {name for (name,) in kept}
    waiting = {step.name: step for step in steps}
    idle = [looking(connection.cursor()) for _ in range(os.cpu_count() or 1)]
    with ThreadPoolExecutor(len(idle)) as pool:
        running: dict[Future[float], tuple[Step, Any]] = {}
        while waiting or running:
            held = waiting.keys() | {step.name for step, _ in running.values()}
            for step in [s for s in waiting.values() if not held & set(s.after)][: len(idle)]:
                cursor = idle.pop()
                running[pool.submit(_run, cursor, waiting.pop(step.name), there, proofs)] = (step, cursor)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                step, cursor = running.pop(future)
                spent[_part(step)] += future.result()
                idle.append(cursor)
    return spent


def _run(cursor: Any, step: Step, there: set[str], proofs: bool) -> float:
    started = time.perf_counter()
    WAYS[step.kind](cursor, step, there, proofs)
    return time.perf_counter() - started


def _part(step: Step) -> str:
    return "proofs" if step.name in PROOFS else "statistics" if step.kind == "python" else "marts"


def _seed(cursor: Any, step: Step, there: set[str], proofs: bool) -> None:
    if step.name not in there:
        types = ", ".join(f"'{c}': '{t}'" for c, t in step.types.items())
        cursor.execute(
            f"create table floor.{step.name} as select * from read_csv('{step.text}', header = true, types = {{{types}}})"
        )


def _view(cursor: Any, step: Step, there: set[str], proofs: bool) -> None:
    cursor.execute(f"create or replace view work.{step.name} as {step.text}")


def _table(cursor: Any, step: Step, there: set[str], proofs: bool) -> None:
    cursor.execute(f"create or replace table {'floor' if step.is_mart else 'work'}.{step.name} as {step.text}")


def _by_round(cursor: Any, step: Step, there: set[str], proofs: bool) -> None:
    if step.name not in there:
        cursor.execute(f"create table floor.{step.name} as {step.text}")
        return
    cursor.execute(
        f"begin; delete from floor.{step.name} where round_key in (select round_key from control_round_to_build); "
        f"insert into floor.{step.name} by name {step.text}; commit"
    )


def _python(cursor: Any, step: Step, there: set[str], proofs: bool) -> None:
    limit = "" if proofs or step.name not in PROOFS else " limit 0"
    made = _model(step.text)(Models(cursor, limit), cursor)
    cursor.register("made", made)
    cursor.execute(f"create or replace table work.{step.name} as from made")
    cursor.unregister("made")


@cache
def _model(path: str) -> Callable[..., Any]:
    found: Callable[..., Any] = runpy.run_path(str(Path(path)))["model"]
    return found


WAYS = {"seed": _seed, "view": _view, "table": _table, "by_round": _by_round, "python": _python}
