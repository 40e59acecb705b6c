"""F15: a process of Dagster is killed while a round that the sensor found is on its way: each of them, then all at once."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress

import pytest

from tests.faults import toyland
from tests.faults.dagster_running import PARTS, Dagster, running
from tests.faults.lab import Lab, patiently
from tests.faults.tally import trying
from tests.integration.alerts import hooks

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ALL = {toyland.round_key(r): toyland.people(r) for r in (1, 2, 3)}
KEY = toyland.round_key(3)
DIED = ("worker", "code server", "everything")  # the run goes with them: it must be found and marked


@pytest.mark.parametrize("part", PARTS)
def test_a_process_of_dagster_is_killed(lab: Lab, part: str) -> None:
    """What is served stays whole; Dagster, started again, marks the run that died and tells of it; the round comes to its end."""
    with trying("F15") as tries, tries.one(part), hooks.serve() as hook:
        current, before = lab.home / "published/current", os.readlink(lab.home / "published/current")
        environment = {**lab.environment, "MTM_ALERT_SLACK_URL": hook.url, "MTM_MONITOR_SECONDS": "5"}
        log = lab.folder / "dagster.log"
        with running(environment, log) as dagster:
            _drop(lab)
            patiently((lab.home / "build/candidate/build.duckdb").exists, 240, 0.05)
            _kill(dagster, part)
            lab.served()
            if part in ("daemon", "pages", "webserver"):  # nobody looks after the run, and it ends all the same
                patiently(lambda: os.readlink(current) != before, 300, 0.2)  # a look inside would race with its folders
                assert lab.served().people[KEY] == ALL[KEY]
        lab.served()
        with running(environment, log) as dagster:
            run = dagster.ended(KEY, 1)
            if part in DIED:
                assert run["status"] == "FAILURE", run
                patiently(lambda: any(f"{KEY}: the run failed" in text for text in hook.texts), 120, 0.5)
        lab.installed("run")
        assert lab.served().people == ALL
        assert not [secret for secret in toyland.secrets() for text in hook.texts if secret in text]


def _drop(lab: Lab) -> None:
    """A whole file appears in the inbox."""
    delivered = toyland.delivery(lab.folder, 3)
    shutil.copy(delivered, lab.home / "inbox" / ".part")
    (lab.home / "inbox" / ".part").rename(lab.home / "inbox" / delivered.name)


def _kill(dagster: Dagster, part: str) -> None:
    struck = dagster.processes(part)
    assert struck, f"no process of the {part}: {[line[:120] for _, line in dagster.processes()]}"
    for pid, _ in struck:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
