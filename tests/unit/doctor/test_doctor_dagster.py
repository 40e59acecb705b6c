"""`mtm doctor` on Dagster, and the address of its storage: each check holds, and each is made to fail."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._daemon.types import DaemonHeartbeat
from dagster._utils.error import SerializableErrorInfo

from orchestration import doctor, storage_server
from orchestration.instance import open_instance, prepare
from warehouse.doctor.model import Asked, Row, examine
from warehouse.errors import MtmError, UsageError
from warehouse.settings import Home

ADDRESS = "MTM_DAGSTER_STORAGE"


@pytest.fixture(autouse=True)
def in_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (ADDRESS, "MTM_DAGSTER_PASSWORD", "MTM_RUN_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    doctor._open.clear()
    yield
    doctor._open.clear()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose tables of Dagster are made: that takes seconds."""
    home = Home(tmp_path_factory.mktemp("made") / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ADDRESS, raising=False)
        open_instance(home).dispose()
    return home


@pytest.fixture
def instance(home: Home, made: Home) -> Iterator[dg.DagsterInstance]:
    shutil.copytree(made.dagster, home.dagster, dirs_exist_ok=True)
    with open_instance(home) as opened:
        yield opened


def rows(home: Home) -> dict[str, Row]:
    return {row.check: row for row in examine(Asked(home), doctor.checks(Asked(home)))}


def beat(instance: dg.DagsterInstance, age: float, *errors: SerializableErrorInfo) -> None:
    for kind in instance.get_required_daemon_types():
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - age, kind, "x", list(errors)))


def test_a_home_without_dagster_is_not_given_one(home: Home) -> None:
    assert rows(home) == {} and not list(home.dagster.iterdir())


def test_all_is_well(home: Home, instance: dg.DagsterInstance) -> None:
    found = rows(home)
    assert [r.state for r in found.values()] == ["ok"] * 5 and "never ran" in found["daemon"].seen


def test_the_daemon_stopped_or_fails(home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(instance, 3)
    assert rows(home)["daemon"].state == "ok"
    beat(instance, 3, SerializableErrorInfo("broken", [], "Error"))
    assert rows(home)["daemon"].state == "warn"
    beat(instance, 4000)
    found = rows(home)["daemon"]
    assert found.state == "warn" and "not running: last heartbeat 67 min ago" in found.seen
    monkeypatch.setattr(storage_server, "is_configured", lambda: True)  # on a server it must run
    assert doctor.daemon(instance, Asked(home)).state == "bad"


def test_a_sensor_is_off_or_fails(home: Home, instance: dg.DagsterInstance) -> None:
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(InProcessCodeLocationOrigin(LoadableTargetOrigin(), "mtm"), "r"), "inbox"
    )
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.STOPPED)
    instance.add_instigator_state(state)
    assert rows(home)["sensors and schedules"].state == "warn"
    instance.update_instigator_state(state.with_status(InstigatorStatus.RUNNING))
    assert rows(home)["sensors and schedules"].seen == "on: inbox"
    instance.create_tick(TickData(state.instigator_origin_id, "inbox", InstigatorType.SENSOR, TickStatus.FAILURE, time.time(), error=SerializableErrorInfo("broken", [], "Error"), selector_id=state.selector_id))  # fmt: skip
    assert rows(home)["sensors and schedules"].state == "bad"


def test_the_queue_is_stuck_and_a_run_takes_too_long(
    home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing)
    assert rows(home)["queue"].state == "ok"
    monkeypatch.setattr(doctor, "STUCK", -1.0)
    found = rows(home)["queue"]
    assert found.state == "bad" and "1 runs wait" in found.seen
    instance.handle_run_event(run.run_id, dg.DagsterEvent("PIPELINE_START", "nothing"), datetime.now())
    found_all = rows(home)
    assert found_all["queue"].state == "ok" and found_all["runs on their way"].state == "ok"
    monkeypatch.setattr(doctor, "LONG", -1.0)
    found = rows(home)["runs on their way"]
    assert found.state == "warn" and "nothing" in found.seen


def test_tables_of_another_version(home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(instance.run_storage), "alembic_version", lambda _: ("old", "new"))
    found = rows(home)["Dagster's storage"]
    assert found.state == "bad" and "dagster instance migrate" in found.todo


def test_settings_that_can_t_be_read(home: Home) -> None:
    (prepare(home) / "dagster.yaml").write_text("nonsense: {")
    found = rows(home)
    assert list(found) == ["Dagster's storage"] and found["Dagster's storage"].state == "bad"


def test_a_server_that_does_not_answer(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagster_postgres.utils.time.sleep", lambda _: None)
    monkeypatch.setenv(ADDRESS, "postgresql://dagster@127.0.0.1:1/runs")
    monkeypatch.setenv("MTM_DAGSTER_PASSWORD", "pw/4711@x")
    prepare(home)
    assert "env: MTM_DAGSTER_STORAGE" in (home.dagster / "dagster.yaml").read_text()
    assert "4711" not in (home.dagster / "dagster.yaml").read_text()
    found = rows(home)
    assert list(found) == ["Dagster's storage"] and found["Dagster's storage"].state == "bad"
    assert "127.0.0.1:1/runs" in found["Dagster's storage"].seen and "4711" not in found["Dagster's storage"].seen
    with pytest.raises(MtmError, match="storage can't be used") as told:
        open_instance(home)
    assert told.value.code == "dagster_storage" and "4711" not in str(told.value)


def test_a_terminal_that_was_not_given_the_address(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is split in two: neither settings nor runs."""
    monkeypatch.setenv(ADDRESS, "postgresql://dagster@127.0.0.1:1/runs")
    settings = (prepare(home) / "dagster.yaml").read_text()
    monkeypatch.delenv(ADDRESS)
    with pytest.raises(UsageError, match="is not set"):
        prepare(home)
    assert (home.dagster / "dagster.yaml").read_text() == settings
    found = rows(home)["Dagster's storage"]
    assert found.state == "bad" and "is not set" in found.seen


@pytest.mark.parametrize(
    "text", ["mysql://a@b/c", "postgresql://h", "nonsense", "postgresql://u:p@ss@h/d@x", "postgresql://h:port/d"]
)
def test_what_is_no_address(home: Home, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(ADDRESS, text)
    with pytest.raises(UsageError) as told:
        prepare(home)
    assert told.value.code == "bad_url" and text not in str(told.value)


def test_the_password_is_put_into_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "postgres://u@h/d?sslmode=require")
    monkeypatch.setenv("MTM_DAGSTER_PASSWORD", "p%ss/w0rd@'7")
    storage_server.complete()
    first = os.environ[ADDRESS]
    storage_server.complete()  # again, in a process that was started by one that did
    assert first == os.environ[ADDRESS] == "postgresql+psycopg2://u:p%25ss%2Fw0rd%40%277@h/d?sslmode=require"
    assert storage_server.where() == "h:5432/d"


def test_the_command_answers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    from warehouse.cli import cli

    monkeypatch.setenv("MTM_HOME", str(home.root))
    monkeypatch.setattr("warehouse.doctor.network.listeners", lambda: [])
    monkeypatch.setattr("warehouse.doctor.machine._locked", lambda: ({}, set()))
    done = CliRunner().invoke(cli, ["doctor", "--offline", "--json"])
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.exit_code == (0 if all(a["ok"] for a in answers) else 1)
    assert {"check", "ok", "state", "seen", "todo"} <= answers[0].keys() and "sources" not in {
        a["check"] for a in answers
    }
    home.vault.chmod(0o755)
    assert CliRunner().invoke(cli, ["doctor", "--offline"]).exit_code == 1
