"""The same rounds built in session mode, on a standalone cluster of one master and two workers, and on a Connect server.

`make spark-test`: it starts Java, which takes minutes. What Spark builds is compared with DuckDB's, value for value; then a
round goes from delivery to a served release through Dagster and the gate.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_rounds import FIRST, SECOND, Built, Rounds, built, differences, tables
from spark_cluster import cluster, connect_server

from warehouse.engine.ready import java
from warehouse.errors import MtmError
from warehouse.settings import PROJECT

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark_is_installed")]


@pytest.fixture(scope="module")
def needs_java() -> None:
    """Skips where there is no Java that Spark can use."""
    try:
        java()
    except MtmError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def first(rounds: Rounds, folder: Path) -> Built:
    """The first two rounds by DuckDB."""
    return built(rounds, folder / "first", "duckdb", FIRST)


@pytest.fixture(scope="module")
def second(rounds: Rounds, folder: Path, first: Built) -> Built:
    """The next two, on them."""
    return built(rounds, folder / "second", "duckdb", SECOND, first, FIRST)


def equal(one: Built, other: Built) -> None:
    """Everything succeeded, and every table is the same."""
    assert other.outcome.failed == []
    assert tables(one.database) == tables(other.database)
    assert differences(one.database, other.database) == {}


def test_in_session_mode_and_again_in_the_same_process(
    rounds: Rounds, folder: Path, first: Built, second: Built, needs_java: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTM_SPARK", "local[2]")
    here = built(rounds, folder / "session", "spark", FIRST)
    equal(first, here)
    equal(second, built(rounds, folder / "session-again", "spark", SECOND, here, FIRST))


def test_on_a_standalone_cluster(
    rounds: Rounds, folder: Path, first: Built, second: Built, needs_java: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with cluster(tmp_path) as address:
        monkeypatch.setenv("MTM_SPARK", address)
        monkeypatch.setenv("MTM_SPARK_MEMORY", "1g")
        equal(first, built(rounds, folder / "cluster", "spark", FIRST))
        equal(second, built(rounds, folder / "cluster-again", "spark", SECOND, first, FIRST))
    for number in range(2):
        assert "Asked to launch executor" in (tmp_path / f"worker{number}.log").read_text()


def test_on_a_connect_server_of_another_process(
    rounds: Rounds, folder: Path, first: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_server(tmp_path) as address:
        monkeypatch.setenv("MTM_SPARK", address)
        equal(first, built(rounds, folder / "connect", "spark", FIRST))
        equal(first, built(rounds, folder / "connect-again", "spark", FIRST))


def test_a_round_goes_from_delivery_to_release_on_the_cluster(rounds: Rounds, needs_java: None, tmp_path: Path) -> None:
    sample = rounds.home.root / "sample"
    path = next(p for p in sample.iterdir() if "bma_r01" in p.name)
    answers = {}
    with cluster(tmp_path) as address:
        for engine in ("duckdb", "spark"):
            environment = {
                **os.environ, "MTM_HOME": str(tmp_path / engine), "MTM_SPARK": address, "MTM_SPARK_MEMORY": "1g",
                "MTM_HANDOUTS": "off",
            }  # fmt: skip
            for command in (["receive", str(path)], ["run", "--engine", engine, "--json"]):
                done = subprocess.run(
                    [str(Path(sys.executable).with_name("mtm")), *command],
                    env=environment,
                    cwd=PROJECT,
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == 0, done.stderr[-2000:]
            manifest = tmp_path / engine / "published" / "current" / "manifest.json"
            answers[engine] = json.loads(manifest.read_text())
    assert {name: answer["engine"] for name, answer in answers.items()} == {"duckdb": "duckdb", "spark": "spark"}
    assert answers["duckdb"]["content_hash"] == answers["spark"]["content_hash"]
