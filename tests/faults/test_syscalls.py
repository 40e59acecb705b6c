"""F2, F3, F4: each system call of the publishing step that changes the disk kills the process, or fails.

The long form tries every one; the short form a few by strace, and the same faults raised inside the process, which needs
no tracer.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.faults import tracing
from tests.faults.lab import Lab
from tests.faults.quick import FIRST, STEP, Quick
from tests.faults.served import Served, releases, settled
from tests.faults.tally import how_many, trying

DICE = random.Random(os.environ.get("MTM_FAULT_SEED") or time.time_ns())
PLACES = ("os.fsync", "os.rename", "os.replace", "os.symlink", "os.chmod", "os.mkdir", "os.write", "os.open")


def test_a_few_system_calls(quick: Quick) -> None:
    """Some places of each fault by chance, the last ones more often, then one whole run on what the last one left."""
    tracing.needed()
    lab, after = quick.lab, quick.after
    points = tracing.points(lab, STEP, environment=quick.environment)
    some = {call for call, _ in points}
    assert "fsync" in some and any("rename" in c for c in some) and any("symlink" in c for c in some), some
    for fault in tracing.FAULTS:
        with trying(fault) as tries:
            for call, n in [*DICE.sample(points, 1), *DICE.sample(points[-25:], 1)]:
                with tries.one(f"{fault} {call} {n}"):
                    lab.put_back("ready")
                    code = tracing.injected(lab, call, n, fault, STEP, environment=quick.environment).code
                    _judge(quick.served(), code, after, f"{fault} {call} {n}")
    lab.mtm("run")
    assert lab.served().content_hash == after.content_hash
    settled(lab.home)


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("fault", list(tracing.FAULTS))
def test_every_system_call(quick: Quick, fault: str) -> None:
    """All calls from the first file on, the last ones first: folders, syncs, modes, names, logs, pointers."""
    tracing.needed()
    points = tracing.points(quick.lab, STEP, environment=quick.environment)[::-1]
    _all(quick, fault, points[: int(os.environ.get("MTM_FAULT_POINTS") or len(points))])


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("fault", list(tracing.FAULTS))
def test_system_calls_of_a_release_that_is_held(quick: Quick, fault: str) -> None:
    """`mtm run --hold`, from the rename on: nothing is served; the next run, or what it says is to be done, serves it."""
    tracing.needed()
    points = tracing.points(quick.lab, STEP, hooks={"hold": []}, environment=quick.environment)[-30:][::-1]
    with trying(fault) as tries:
        for call, n in points:
            with tries.one(what := f"held back: {fault} {call} {n}"):
                quick.lab.put_back("ready")
                tracing.injected(quick.lab, call, n, fault, STEP, hooks={"hold": []}, environment=quick.environment)
                assert quick.served().people == FIRST
                _held_goes_on(quick, what)


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("fault", list(tracing.FAULTS))
def test_system_calls_of_the_whole_step(quick: Quick, fault: str) -> None:
    """Those of the database engine, the notes, the scan and the audit too: as many as are asked for, by chance."""
    tracing.needed()
    points = tracing.points(quick.lab)
    _all(quick, fault, DICE.sample(points, min(how_many(40) // 10, len(points))), "@publish_prepared")


@pytest.mark.parametrize("how", ["kill", "ENOSPC", "EIO"])
def test_inside_the_process(ready: Lab, how: str) -> None:
    """Without a tracer: Python's own calls. Few in the short form, by chance; the same checks."""
    ready.mtm("@publish_prepared")
    after = ready.served()
    with trying({"kill": "F2", "ENOSPC": "F3", "EIO": "F4"}[how]) as tries:
        for place in DICE.sample(PLACES, 2):
            call = DICE.randint(1, 12)
            module, name = place.split(".")
            with tries.one(f"{place} {call}"):
                ready.put_back("ready")
                code = ready.start("@publish_prepared", hooks={"crash_at": [module, name, how, call]}).wait()
                _judge(ready.served(), code, after, f"{place} {call}")


def _all(quick: Quick, fault: str, points: list[tuple[str, int]], step: str = STEP) -> None:
    """Try each point; where the published side looks as it did after none before, the whole run follows."""
    with trying(fault) as tries:
        for call, n in points:
            what = f"{step} {fault} {call} {n}"
            with tries.one(what):
                quick.lab.put_back("ready")
                code = tracing.injected(quick.lab, call, n, fault, step, environment=quick.environment).code
                _judge(quick.served(), code, quick.after, what)
                _goes_on(quick, what)


def _judge(seen: Served, code: int, after: Served, what: str) -> None:
    """The old or the new release is served; a command that says it succeeded has published."""
    assert seen.people in (after.people, FIRST), f"{what}: {seen.people}"
    if code == 0:
        assert seen.content_hash == after.content_hash, f"{what}: it said that it succeeded"
    if seen.release_id == "r000002":
        assert seen.content_hash == after.content_hash, what


def _goes_on(quick: Quick, what: str) -> None:
    """The next run brings the release: its last step after each try, all of it where things look as they never did before."""
    lab, look = quick.lab, _look(quick.lab)
    flipped = os.readlink(lab.home / "published/current") != "releases/r000001"
    looks: set[tuple[str, ...]] = lab.known.setdefault("looks", set())
    if look not in looks and len(looks) < how_many(40) // 20:
        looks.add(look)
        lab.served()
        lab.mtm("run")
    elif not flipped:
        quick.publish(what)
    seen = lab.served()
    assert seen.content_hash == quick.after.content_hash, f"{what}: the next run served {seen.people}"
    assert set(releases(lab.home)) >= {"r000001", seen.release_id}
    if not flipped:
        settled(lab.home)


def _held_goes_on(quick: Quick, what: str) -> None:
    """What `mtm status` says is to be done serves it: `mtm promote` where it is held back, else the next run."""
    lab = quick.lab
    if '"state": "held"' in lab.mtm("status", "--json"):
        lab.mtm("promote")
    else:
        quick.publish(what)
    assert lab.served().content_hash == quick.after.content_hash, what
    settled(lab.home)


def _look(lab: Lab) -> tuple[str, ...]:
    """What stands on the published side, line by line of its logs, and which build databases are kept: numbers of
    processes left out, and which of a half-written release's parquet files are there.
    """
    published = lab.home / "published"
    hidden = [p for p in (published / "releases").glob(".*") if p.is_dir()]
    staged = [p for f in hidden for p in f.rglob("*") if p.suffix != ".parquet"]
    names = [
        *published.iterdir(),
        *(published / "releases").iterdir(),
        *staged,
        *(lab.home / "build/databases").glob("*"),
    ]
    logs = [p.read_text() for p in sorted(published.glob("*.jsonl"))]
    return (
        *sorted({p.name.rstrip("0123456789") if p.name.startswith(".") else p.name for p in names}),
        *(f"{log.count('written')} {log.count(chr(10))} {log.endswith(chr(10))}" for log in logs),
        *(os.readlink(p) for p in (published / "current", published / "latest-candidate")),
    )
