"""What an installation says of its engine, and what is told before anything is built where the engine can't be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.doctor import engine as doctor
from warehouse.doctor.model import Asked
from warehouse.engine import ready
from warehouse.engine.sail import settings_of
from warehouse.engine.settings import SparkSettings, engine_name, spark_settings
from warehouse.errors import MtmError, UsageError
from warehouse.settings import PROJECT, Home


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MTM_ENGINE", "MTM_SPARK", "MTM_SPARK_MEMORY", "MTM_SPARK_CORES", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_duckdb_unless_something_is_said() -> None:
    assert engine_name() == "duckdb"
    assert spark_settings() == SparkSettings("session", "local[*]", "2g", None)


@pytest.mark.parametrize(
    ("told", "way", "master", "hosts"),
    [
        ("local", "session", "local[3]", []),
        ("local[2]", "session", "local[2]", []),
        ("spark://one:7077,two:7078", "cluster", "spark://one:7077,two:7078", [("one", 7077), ("two", 7078)]),
        ("sc://host", "connect", "sc://host", [("host", 15002)]),
        ("sc://host:9/;token=secret", "connect", "sc://host:9/;token=secret", [("host", 9)]),
        ("sail", "sail", "sail", []),
    ],
)
def test_where_spark_runs(
    told: str, way: str, master: str, hosts: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTM_SPARK", told)
    monkeypatch.setenv("MTM_SPARK_CORES", "3")
    found = spark_settings()
    assert (found.way, found.master, found.hosts, found.cores) == (way, master, hosts, 3)
    assert "secret" not in found.shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MTM_SPARK", "yarn"), ("MTM_SPARK", "spark://host"), ("MTM_SPARK", "sc://"), ("MTM_SPARK", "local[x]"),
        ("MTM_SPARK_MEMORY", "lots"), ("MTM_SPARK_MEMORY", "0g"), ("MTM_SPARK_CORES", "0"), ("MTM_SPARK_CORES", "-1"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        spark_settings()


def test_an_unknown_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_ENGINE", "sparc")
    with pytest.raises(UsageError) as told:
        ready.must_be_ready()
    assert told.value.code == "unknown_engine"


@pytest.fixture
def on_spark(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Spark is asked for, and its packages are there."""
    monkeypatch.setenv("MTM_ENGINE", "spark")
    monkeypatch.setattr(ready, "_is_there", lambda module: True)
    monkeypatch.setattr(ready, "version", lambda package: "4.2.0")
    return monkeypatch


def code_of(expected: str) -> str:
    with pytest.raises(MtmError) as told:
        ready.must_be_ready()
    assert told.value.todo, expected
    return told.value.code


def test_the_extra_is_not_installed(on_spark: pytest.MonkeyPatch) -> None:
    on_spark.setattr(ready, "_is_there", lambda module: module != "pysail")
    on_spark.setenv("MTM_SPARK", "sail")
    assert code_of("pysail") == "spark_not_installed"


def test_another_version_is_installed(on_spark: pytest.MonkeyPatch) -> None:
    on_spark.setattr(ready, "version", lambda package: "3.5.6")
    assert code_of("pyspark 3") == "spark_version"


def test_no_java(on_spark: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_spark.setenv("PATH", str(tmp_path))
    assert code_of("a JRE") == "no_java"


def test_an_old_java(on_spark: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    program.chmod(0o755)
    on_spark.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MtmError, match="Java 1"):
        ready.must_be_ready()


def test_a_server_that_does_not_answer_is_named_without_its_token(on_spark: pytest.MonkeyPatch) -> None:
    on_spark.setenv("MTM_SPARK", "sc://127.0.0.1:1/;token=secret")
    with pytest.raises(MtmError) as told:
        ready.must_be_ready()
    assert told.value.code == "spark_unreachable"
    assert "127.0.0.1:1" in str(told.value)
    assert "secret" not in str(told.value)


def test_doctor_says_nothing_of_spark_where_duckdb_runs_the_models(tmp_path: Path) -> None:
    assert doctor.models(Asked(Home(tmp_path))) is None


def test_doctor_tells_where_spark_runs(on_spark: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_spark.setenv("MTM_SPARK", "sc://127.0.0.1:1/;token=secret")
    found = doctor.models(Asked(Home(tmp_path), offline=True))
    assert found is not None
    assert found.state == "ok"
    assert "secret" not in found.seen


def test_nothing_of_spark_is_imported_where_duckdb_runs_the_models() -> None:
    code = (
        "import sys, warehouse.engine.run, warehouse.engine.ready as r; r.must_be_ready();"
        "print([m for m in ('pyspark', 'pysail', 'grpc', 'dbt') if m in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert seen.stdout.strip() == "[]"


def test_sail_has_the_memory_of_the_settings_and_spills_on_the_private_side(tmp_path: Path) -> None:
    told = settings_of("4g", tmp_path / "spill")
    assert told["SAIL_RUNTIME__MEMORY_POOL__GREEDY__MAX_SIZE"] == str(4 * 2**30)
    assert told["SAIL_RUNTIME__MEMORY_POOL__TYPE"] == "greedy", "without a pool it takes all that the machine has"
    assert told["SAIL_RUNTIME__TEMPORARY_FILES__PATHS"] == f'["{tmp_path}/spill"]'
