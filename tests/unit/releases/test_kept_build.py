"""What dbt ran is run again: in order, by whom it reads from, in Python too; and left to dbt where it goes another way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from warehouse.releases import kept_build
from warehouse.releases.kept_build import NotAsKept, Step
from warehouse.releases.open_database import OpenDatabase

PYTHON = """
def model(dbt, session):
    return dbt.ref("made").to_arrow_table()

class dbtObj:
    def __init__(self, load):
        self.ref = load

def materialize(df, con):
    con.register("held", df)
    con.execute("create table in_python as select * from held")
    con.unregister("held")
"""

MADE = Step("model.mtm.made", [], ["delete from kept where n = 1;", "create or replace table made as select 7 as n"])
FROM_IT = Step("model.mtm.from_it", ["model.mtm.made"], ["insert into kept select n from made"])
IN_PYTHON = Step("model.mtm.in_python", ["model.mtm.made"], ["drop table if exists in_python cascade"], PYTHON)


def holds(failures: int, severity: str = "ERROR") -> Step:
    """A test of dbt on `kept`, which fails where it has rows of another number."""
    sql = f"select count(*), count(*) != {failures}, count(*) != {failures} from kept"
    return Step("test.mtm.holds", ["model.mtm.from_it"], [sql], "", severity)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "build.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table kept as select 1 as n; create table in_python as select 0 as n")
    return path


def rows(database: Path, table: str) -> list[Any]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(f"from {table}").fetchall()


def run(database: Path, steps: list[Step], at_once: int = 2) -> list[dict[str, Any]]:
    opened = OpenDatabase(database, {})
    try:
        return kept_build.run(opened.con, steps, at_once)
    finally:
        opened.close()


def test_steps_run_in_order_and_give_results(database: Path) -> None:
    results = run(database, [holds(1), IN_PYTHON, FROM_IT, MADE])
    assert {r["unique_id"].rsplit(".", 1)[-1]: (r["status"], r["failures"]) for r in results} == {
        "made": ("success", None),
        "from_it": ("success", None),
        "in_python": ("success", None),
        "holds": ("pass", 0),
    }
    assert rows(database, "kept") == [(7,)] and rows(database, "in_python") == [(7,)]
    assert not database.with_name("build.duckdb.wal").exists()  # closed: the file is whole


def test_what_most_waits_for_runs_first(database: Path) -> None:
    steps = [
        replace(MADE, unique_id=name, after=after, seconds=seconds)
        for name, after, seconds in [
            ("short", [], 1.0),
            ("long", [], 2.5),
            ("first", [], 0.5),
            ("last", ["first"], 3.0),
        ]
    ]
    assert [r["unique_id"] for r in run(database, steps, 1)] == ["first", "last", "long", "short"]
    unknown = [replace(step, seconds=0.0) for step in steps]  # kept by an earlier version: as they come
    assert [r["unique_id"] for r in run(database, unknown, 1)] == ["short", "long", "first", "last"]


def test_a_test_that_only_warns_is_told(database: Path) -> None:
    results = run(database, [MADE, FROM_IT, holds(2, "WARN")])
    assert (results[-1]["status"], results[-1]["failures"]) == ("warn", 1)


@pytest.mark.parametrize(
    "step",
    [holds(2), Step("model.mtm.broken", [], ["insert into nowhere select 1"]), Step("m.m.p", [], [], "raise ValueError")],
)  # fmt: skip
def test_whatever_goes_another_way_is_left_to_dbt(database: Path, step: Step) -> None:
    with pytest.raises(NotAsKept):
        run(database, [MADE, FROM_IT, replace(step, after=[FROM_IT.unique_id])])
    assert rows(database, "kept")  # nobody holds the file any more


def node(name: str, kind: str, reads: list[str]) -> SimpleNamespace:
    depends_on = SimpleNamespace(nodes=reads)
    return SimpleNamespace(
        unique_id=name, resource_type=kind, depends_on=depends_on, config=SimpleNamespace(severity="warn")
    )


def test_what_was_heard_is_kept_by_what_it_reads_from(tmp_path: Path) -> None:
    first, last = node("model.mtm.a", "model", []), node("model.mtm.b", "model", ["model.mtm.view"])
    asks = node("test.mtm.t", "test", ["model.mtm.b"])
    manifest = SimpleNamespace(
        nodes={n.unique_id: n for n in (first, last, asks, node("model.mtm.view", "model", ["model.mtm.a"]))}
    )
    heard = {
        "model.mtm.a": Step("model.mtm.a", [], ["BEGIN", "\n  create or replace table a as (select 1)", "COMMIT"]),
        "model.mtm.b": Step("model.mtm.b", [], ["DESCRIBE (select 1)", "delete from b", "insert into b select 1"]),
        "test.mtm.t": Step("test.mtm.t", [], ["BEGIN", "\n select count(*) as failures"]),
    }
    results = [SimpleNamespace(node=n, status="success", execution_time=0.25) for n in (first, last, asks)]
    kept_build.keep(tmp_path, heard, results, manifest)
    a, b, t = kept_build.read(tmp_path)
    assert {step.seconds for step in (a, b, t)} == {0.25}
    assert (len(a.statements), len(b.statements), b.after, t.severity, t.after) == (
        1,
        2,
        ["model.mtm.a"],
        "WARN",
        ["model.mtm.b"],
    )


@pytest.mark.parametrize("status", ["error", "skipped", "fail"])
def test_a_build_that_did_not_come_out_well_is_not_kept(tmp_path: Path, status: str) -> None:
    one = node("model.mtm.a", "model", [])
    kept_build.keep(
        tmp_path, {"model.mtm.a": MADE}, [SimpleNamespace(node=one, status=status)], SimpleNamespace(nodes={})
    )
    assert kept_build.read(tmp_path) == []
