"""Runs whose process is gone are seen, and ended without one that Dagster launched; limits stand in the settings."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from orchestration.instance import open_instance, settings
from orchestration.launcher import PART_OF, Launcher
from orchestration.process import TAG, Process, _started
from warehouse.errors import UsageError
from warehouse.settings import Home

STARTED, CANCELING = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING


@dg.job
def work() -> None:
    """Stands for the line."""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage as an installation has it, once for all tests here."""
    with open_instance(Home(tmp_path_factory.mktemp("processes"))) as opened:
        yield opened


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing, and ends as Python does at Ctrl-C."""
    code = "import time; print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None and process.stdout.readline()
        yield process
        process.kill()


def started(instance: dg.DagsterInstance, process: Process | None, **tags: str) -> dg.DagsterRun:
    given = {**tags, **({TAG: str(process)} if process else {})}
    return instance.create_run_for_job(work, status=STARTED, tags={k.replace("__", "/"): v for k, v in given.items()})


def of(process: subprocess.Popen[bytes]) -> Process:
    here = Process.this()
    return Process(here.host, here.space, process.pid, _started(process.pid))


def health(instance: dg.DagsterInstance, run: dg.DagsterRun) -> WorkerStatus:
    return instance.run_launcher.check_run_worker_health(run).status


def test_a_run_is_failed_when_its_process_is_gone(instance: dg.DagsterInstance, other: subprocess.Popen[bytes]) -> None:
    run = started(instance, of(other))
    assert isinstance(instance.run_launcher, Launcher) and instance.run_launcher.supports_check_run_worker_health
    assert health(instance, run) == WorkerStatus.RUNNING
    other.kill()
    other.wait()
    assert health(instance, run) == WorkerStatus.FAILED


def test_what_cannot_be_known_is_left_alone(instance: dg.DagsterInstance) -> None:
    here = Process.this()
    another = Process("another-host", here.space, 1, "1")
    beside = Process(here.host, f"{here.space.partition('/')[0]}/pid:[1]", 1, "1")
    assert [health(instance, started(instance, p)) for p in (None, another, beside)] == [WorkerStatus.RUNNING] * 3


def test_a_machine_that_started_again_and_a_number_that_was_given_away(instance: dg.DagsterInstance) -> None:
    here = Process.this()
    before = Process(here.host, "another-boot/pid:[4026531836]", here.pid, here.started)
    reused = Process(here.host, here.space, here.pid, "1")
    assert [health(instance, started(instance, p)) for p in (before, reused)] == [WorkerStatus.FAILED] * 2


def test_a_run_that_nobody_launched_is_ended_by_its_process(
    instance: dg.DagsterInstance, other: subprocess.Popen[bytes]
) -> None:
    run = started(instance, of(other))
    part = started(instance, of(other), **{PART_OF: run.run_id})
    assert instance.run_launcher.terminate(run.run_id)
    assert other.wait(10) in (-signal.SIGINT, 1)
    found = [instance.get_run_by_id(r.run_id) for r in (run, part)]
    assert [r.status for r in found if r] == [CANCELING, CANCELING]


def test_a_run_whose_process_is_gone_is_canceled_at_once(
    instance: dg.DagsterInstance, other: subprocess.Popen[bytes]
) -> None:
    run = started(instance, of(other))
    other.kill()
    other.wait()
    assert instance.run_launcher.terminate(run.run_id)
    ended = instance.get_run_by_id(run.run_id)
    assert ended is not None and ended.status == dg.DagsterRunStatus.CANCELED


def test_limits_are_settings_and_the_environment_changes_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_MAX_RUNS", "2")
    found = settings(home)
    assert found["concurrency"]["runs"]["max_concurrent_runs"] == 2
    assert found["run_monitoring"]["enabled"] and found["run_monitoring"]["max_resume_run_attempts"] == 0
    assert found["run_retries"] == {"enabled": False}
    monkeypatch.setenv("MTM_MONITOR_SECONDS", "soon")
    with pytest.raises(UsageError, match="MTM_MONITOR_SECONDS"):
        settings(home)
