"""The bench is honest in its structure: goals are judged as they are written, turns are taken in turns, nothing is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from bench.floor_compare import _difference
from bench.floor_sql import plain
from bench.readers import questions
from warehouse.bench import engines, suite
from warehouse.bench.again import one_cell
from warehouse.bench.figure import GROUPS, Figure, Goal, figure, goals
from warehouse.bench.history import write_operation, write_round
from warehouse.bench.homes import Homes, remove
from warehouse.bench.measure import Cost, Memory, Taken, Worker, in_turns, median, ratio, tree_megabytes
from warehouse.bench.overhead import must_agree
from warehouse.bench.readers import percentile
from warehouse.bench.suite import Asked, run_bench
from warehouse.cli import cli
from warehouse.errors import MtmError, UsageError


def test_goals_are_judged_as_they_are_written() -> None:
    assert Goal(ratio_at_most=3).is_met(99, 3.0) is True and Goal(ratio_at_most=3).is_met(0, 3.01) is False
    assert Goal(ratio_at_least=10).is_met(99, 10.0) is True and Goal(ratio_at_least=10).is_met(0, 9.9) is False
    assert Goal(at_most=0.5).is_met(0.5, None) is True and Goal(at_most=0.5).is_met(0.51, None) is False
    assert Goal(at_most=0).is_met(0, None) is True and Goal(at_most=0).is_met(1, None) is False
    assert Goal(ratio_at_most=3).is_met(1, None) is None, "what was not measured is not met"
    assert Goal(ratio_at_most=3).words("s") == "ratio ≤ 3" and Goal(at_most=50).words("ms") == "≤ 50 ms"


def test_every_goal_of_the_project_stands() -> None:
    held = {code: known.goal for code, known in goals().items() if known.goal}
    assert held["overhead_warm"] == Goal(ratio_at_most=3) and held["overhead_fresh_bma"] == Goal(at_most=15)
    assert held["stage_dagster"] == Goal(ratio_at_most=0.2) and held["stage_gate"] == Goal(ratio_at_most=0.25)
    assert held["growth_rms_memory"] == Goal(at_most=4096) and held["history"] == Goal(ratio_at_most=1.3)
    assert held["again_same_bytes"] == Goal(ratio_at_most=0.05) and held["peers_pandas"] == Goal(ratio_at_least=10)
    assert held["readers_slowest"] == held["flip"] == Goal(at_most=50) and held["flip_failed_reads"] == Goal(at_most=0)
    assert held["rollback"] == Goal(at_most=1) and held["startup_help"] == Goal(at_most=0.5)
    assert {known.group for known in goals().values()} == set(GROUPS)


def test_a_figure_is_a_ratio_beside_what_it_is_compared_with() -> None:
    fast, slow = Taken(2.0, 1.0, 1.9, 2.2, 3), Taken(20.0, 5.0, 19.0, 22.0, 3)
    told = figure("peers_pandas", fast, slow).as_dict()
    assert (told["ratio"], told["ratio_is"], told["is_met"]) == (10.0, "against / value", True)
    told = figure("overhead_warm", slow, fast).as_dict()
    assert (told["ratio"], told["is_met"], told["value"], told["against"]) == (10.0, False, 20.0, 2.0)
    assert told["low"] == 19.0 and told["detail"]["cpu_ratio"] == 5.0


def test_turns_are_taken_in_turns_and_the_median_counts() -> None:
    order: list[str] = []

    def way(name: str) -> Any:
        def run() -> Cost:
            order.append(name)
            return Cost(float(len(order)), 1.0)

        return run

    taken = in_turns({"a": way("a"), "b": way("b")}, 3)
    assert order == ["a", "b"] * 4, "one turn before is not counted"
    assert [c.wall for c in taken["a"]] == [3.0, 5.0, 7.0] and median(taken["a"]).wall == 5.0
    assert ratio([Cost(2, 1), Cost(9, 1), Cost(4, 1)], [Cost(1, 1), Cost(1, 1), Cost(1, 1)]) == 4
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.0 and percentile([float(i) for i in range(1, 101)], 95) == 95.0


def test_a_worker_answers_with_its_cost_and_says_what_failed() -> None:
    with Worker() as worker, Memory(worker.process.pid, every=0.001) as memory:
        cost = worker.call("os.path:basename", p="a/b")
        assert cost.answer == "b" and cost.wall > 0 and cost.cpu >= 0
        with pytest.raises(MtmError, match="could not measure"):
            worker.call("os.path:getsize", filename="/nowhere")
        assert worker.call("os.path:basename", p="c/d").answer == "d", "it lives on"
        assert tree_megabytes(worker.process.pid) > 1
        while not memory.cpu:  # starting took some
            time.sleep(0.005)
    assert memory.peak > 1


def test_memory_counts_children() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(60_000_000); input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        with Memory(process.pid, every=0.01) as memory:
            for _ in range(300):
                if memory.peak > 70:
                    break
                memory._stop.wait(0.02)
        process.communicate(b"\n")
    assert memory.peak > 60


def test_differences_are_seen() -> None:
    one = pl.DataFrame({"key": ["a", "b"], "n": [1, 2], "x": [0.1, None]})
    assert _difference(one.reverse(), one) == "", "the order of rows is nothing"
    assert _difference(one.with_columns(x=pl.Series([0.1 + 1e-13, None])), one) == "", "a sum in another order"
    for other in (
        one.with_columns(n=pl.Series([1, 3])), one.with_columns(x=pl.Series([0.1001, None])), one.with_columns(x=pl.Series([0.1, 0.0])),
        one.with_columns(key=pl.Series(["a", None])), one.head(1), one.drop("x"),
    ):  # fmt: skip
        assert _difference(other, one), other
    with pytest.raises(MtmError, match="no mart was compared"):
        must_agree({"differences": [], "marts": 0})


def test_names_in_the_floors_sql_are_plain() -> None:
    assert (
        plain('select * from "build"."reference"."place" join "memory"."marts"."dim_place"')
        == "select * from reference_place join dim_place"
    )


def test_one_cell_is_corrected_and_no_more(tmp_path: Path) -> None:
    path = Homes(tmp_path).delivery("rms", 1)
    corrected = one_cell(path, tmp_path / "corrected.xlsx")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(corrected) as copy:
        differ = [name for name in book.namelist() if book.read(name) != copy.read(name)]
        assert differ == ["xl/worksheets/sheet2.xml"]
        before, after = (x.read(differ[0]).split(b"<c ") for x in (book, copy))
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_history_has_rounds_that_differ_in_numbers_only(tmp_path: Path) -> None:
    write_operation(tmp_path)
    one, other = (write_round(tmp_path, n).read_text().splitlines() for n in (3, 30))
    assert len(one) == len(other) > 50 and one != other
    assert [line.split(",")[2:4] for line in one] == [line.split(",")[2:4] for line in other]


def test_questions_are_those_of_the_page() -> None:
    assert len(questions()) >= 20 and all("mart_" in sql or "dim_" in sql for sql in questions().values())


def test_the_answer_is_whole_and_names_no_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Path] = []

    def measured(homes: Homes, asked: Asked) -> list[Figure]:
        seen.append(homes.work)
        (homes.work / "release").mkdir()
        (homes.work / "release").chmod(0o500)
        return [Figure("rollback", 2.0), Figure("flip", 1.0)]

    monkeypatch.setattr(suite, "_flip", measured)
    monkeypatch.setattr(
        suite, "calibrate", lambda: {"polars": {"wall": 0.1}, "duckdb": {"wall": 0.1}, "python": {"wall": 0.1}}
    )
    out = tmp_path / "bench.json"
    result = CliRunner().invoke(cli, ["bench", "--only", "flip", "--turns", "1", "--json", "--out", str(out)])
    assert result.exit_code == 0, result.output
    answer = json.loads(out.read_text())
    assert answer["schema_version"] == 1 and answer["synthetic"] is True and answer["missed"] == ["rollback"]
    assert [f["code"] for f in answer["figures"]] == ["flip", "rollback"], "in the order of goals.yml"
    assert answer["machine"].keys() >= {"cores", "memory_mb", "versions"} and answer["calibration"]
    names = {os.uname().nodename, os.environ.get("USER") or "/", str(Path.home())}
    assert not [n for n in names if len(n) > 3 and n in out.read_text()]
    assert seen and not seen[0].exists(), "nothing is left behind"


def test_engines_stand_beside_duckdb_at_the_largest_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seconds = {("duckdb", 1): 10.0, ("duckdb", 100): 20.0, ("sail", 1): 30.0, ("sail", 100): 50.0}

    def built(_: Homes, times: int) -> list[engines.Built]:
        return [engines.Built(e, n, n * 1000, wall, 2 * wall, 500) for (e, n), wall in seconds.items() if n == times]

    monkeypatch.setattr(engines, "_size", built)
    told = {f.code: f for f in engines.engines(Homes(tmp_path), (1, 100), large=False)}
    assert set(told) == {"engines_duckdb", "engines_sail"}, "Spark is not there, so nothing is told of it"
    assert (told["engines_duckdb"].ratio, told["engines_sail"].ratio) == (2.0, 2.5)
    assert [size["cpu"] for size in told["engines_sail"].detail["sizes"]] == [60.0, 100.0]


def test_an_engine_that_fails_at_a_size_ends_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def built(_: Homes, times: int) -> list[engines.Built]:
        failed = "no memory" if times > 1 else ""
        return [
            engines.Built("duckdb", times, 9, 4.0 * times, 1, 500),
            engines.Built("sail", times, 9, 8.0, 1, 500, failed),
        ]

    monkeypatch.setattr(engines, "_size", built)
    told = {f.code: f for f in engines.engines(Homes(tmp_path), (1, 100), large=False)}
    assert told["engines_duckdb"].value == 400 and told["engines_duckdb"].ratio == 100
    sail = told["engines_sail"]
    assert (sail.value, sail.against, sail.ratio) == (8.0, 4.0, 2.0) and sail.note.endswith("sail failed at 100 times")
    assert [size["failed"] for size in sail.detail["sizes"]] == ["", "no memory"]


def test_sizes_are_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asked] = []

    def measured(_: Homes, told: Asked) -> list[Figure]:
        asked.append(told)
        return []

    monkeypatch.setattr(suite, "_growth", measured)
    monkeypatch.setattr(suite, "calibrate", dict)
    told = CliRunner().invoke(cli, ["bench", "--only", "growth", "--sizes", "100, 1", "--json"])
    assert told.exit_code == 0 and asked[0].sizes == (1, 100)
    assert CliRunner().invoke(cli, ["bench", "--only", "growth", "--sizes", "1,x"]).exit_code == 2


def test_an_unknown_figure_is_said() -> None:
    with pytest.raises(UsageError, match="speed"):
        run_bench(Asked(only=frozenset({"speed"})))


def test_a_folder_that_may_only_be_read_goes_too(tmp_path: Path) -> None:
    inner = tmp_path / "r" / "parquet"
    inner.mkdir(parents=True)
    (inner / "x").write_text("x")
    inner.chmod(0o500)
    remove(tmp_path / "r")
    assert not (tmp_path / "r").exists()
