"""F1, F5, F6: the process is killed, at random times over the whole run and at the two places that matter most."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from tests.faults import toyland
from tests.faults.lab import MTM, Lab
from tests.faults.served import Served, releases, what_is_served
from tests.faults.tally import how_many, trying

LONG = [pytest.mark.faults, pytest.mark.slow]
BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}


def test_killed_at_random_times(lab: Lab) -> None:
    before, started = lab.served(), time.monotonic()
    lab.mtm("run")
    seconds, after = time.monotonic() - started, lab.served()
    assert after.people == BOTH
    tries = how_many(2)
    dice, streak = random.Random(os.environ.get("MTM_FAULT_SEED") or time.time_ns()), min(tries, 6)
    with trying("F1") as told:
        while told.tries < tries:
            lab.put_back("one")
            for _ in range(min(streak, tries - told.tries)):
                moment = dice.uniform(0, seconds * 1.05)
                with told.one(f"killed after {moment:.3f} s"):
                    _killed(lab, moment)
                    seen = lab.served()
                    assert _same(seen, before) or _same(seen, after), seen
                if _same(seen, after):
                    break
            with told.one("the run after the kills"):
                lab.mtm("run")
                assert _same(lab.served(), after) and releases(lab.home) == ["r000001", "r000002"]


@pytest.mark.faults
@pytest.mark.slow
def test_killed_as_installed(lab: Lab) -> None:
    """The installed command itself, cold, from its first import on."""
    before = lab.served()
    dice = random.Random(os.environ.get("MTM_FAULT_SEED") or time.time_ns())
    with trying("F1") as told:
        for _ in range(how_many(6) // 40 + 1):
            with told.one("the installed command"):
                lab.put_back("one")
                process = subprocess.Popen(
                    [MTM, "run"], env=lab.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                try:
                    process.wait(timeout=dice.uniform(0, 15))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                assert lab.served().people in (before.people, BOTH)
                lab.installed("run")
                assert lab.served().people == BOTH


@pytest.mark.parametrize("how", ["kill", *(pytest.param(h, marks=LONG) for h in ("ENOSPC", "EIO"))])
def test_between_the_rename_and_the_flip(ready: Lab, how: str) -> None:
    before = ready.served()
    with trying("F5") as told, told.one(how):
        ready.mtm("@publish_prepared", code=-9 if how == "kill" else None, hooks={"at_move": ["r000002", "after", how]})
        assert _same(ready.served(), before)
        assert releases(ready.home) == ["r000001", "r000002"]
        answer = ready.mtm("run")  # without naming the round: it waits, nobody withdrew it
        assert "published as r000002" in answer, answer
        assert ready.served().people == BOTH


def test_after_the_flip(ready: Lab) -> None:
    with trying("F6") as told, told.one():
        ready.mtm("@publish_prepared", code=-9, hooks={"at_move": ["current", "after", "kill"]})
        after = ready.served()
        assert after.people == BOTH
        ready.mtm("run")
        ready.mtm("run", toyland.round_key(2))
        assert _same(ready.served(), after) and releases(ready.home) == ["r000001", "r000002"]


@pytest.mark.faults
@pytest.mark.slow
def test_a_first_release_that_is_killed(bench: Lab) -> None:
    """Before the first flip nothing is served; the next run makes the first release."""
    bench.put_back("one")
    for part in ("published", "build"):
        subprocess.run(["rm", "-rf", str(bench.home / part)], check=True)
    with trying("F5") as told, told.one("the first release"):
        bench.mtm("run", code=-9, hooks={"at_move": ["r000001", "after", "kill"]})
        assert what_is_served(bench.home) is None
        bench.mtm("run")
        assert bench.served().people == BOTH


def _killed(lab: Lab, seconds: float) -> None:
    process = lab.start("run")
    time.sleep(seconds)
    process.kill(signal.SIGKILL)
    process.wait()


def _same(one: Served, other: Served) -> bool:
    return (one.release_id, one.content_hash, one.people) == (other.release_id, other.content_hash, other.people)
