"""F2, F3, F4: each system call of the publishing step that changes the disk kills the process, or fails.

The long form tries every one; the short form a few by strace, and the same faults raised inside the process, which needs
no tracer.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.faults import toyland, tracing
from tests.faults.lab import Lab
from tests.faults.served import Served, releases
from tests.faults.tally import Tries, trying

BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
DICE = random.Random(os.environ.get("MTM_FAULT_SEED") or time.time_ns())
PLACES = ("os.fsync", "os.rename", "os.replace", "os.symlink", "os.chmod", "os.mkdir", "os.write", "os.open")


def test_a_few_system_calls(ready: Lab) -> None:
    """Two places of each fault by chance, then one whole run on what the last one left."""
    tracing.needed()
    points, after = tracing.points(ready), ready.served()
    some = {call for call, _ in points}
    assert {"fsync", "pwrite64"} <= some and any("rename" in c for c in some), some
    for fault in tracing.FAULTS:
        with trying(fault) as tries:
            for call, n in DICE.sample(points, 2):
                with tries.one(f"{fault} {call} {n}"):
                    ready.put_back("ready")
                    _judge(ready, tracing.injected(ready, call, n, fault).code, after, f"{fault} {call} {n}")
    ready.mtm("run")
    assert ready.served().content_hash == after.content_hash


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("fault", list(tracing.FAULTS))
def test_every_system_call(ready: Lab, fault: str) -> None:
    tracing.needed()
    points = tracing.points(ready)
    limit = min(int(os.environ.get("MTM_FAULT_POINTS") or len(points)), len(points))
    _all(ready, fault, DICE.sample(points, limit), ready.served())


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
                _judge(ready, code, after, f"{place} {call}")


def _all(lab: Lab, fault: str, points: list[tuple[str, int]], after: Served) -> None:
    """Try each point; where the published side looks as it did after none before, the whole run follows."""
    looks: set[tuple[str, ...]] = set()
    with trying(fault) as tries:
        for call, n in points:
            what = f"{fault} {call} {n}"
            with tries.one(what):
                lab.put_back("ready")
                traced = tracing.injected(lab, call, n, fault)
                _judge(lab, traced.code, after, what)
                _goes_on(lab, looks, tries, what, after)


def _judge(lab: Lab, code: int, after: Served, what: str) -> None:
    """The old or the new release is served; a command that says it succeeded has published."""
    seen = lab.served()
    assert seen.people == after.people or seen.people == {toyland.round_key(1): toyland.people(1)}, (
        f"{what}: {seen.people}"
    )
    if code == 0:
        assert seen.content_hash == after.content_hash, f"{what}: it said that it succeeded"
    if seen.release_id == "r000002":
        assert seen.content_hash == after.content_hash, what


def _goes_on(lab: Lab, looks: set[tuple[str, ...]], tries: Tries, what: str, after: Served) -> None:
    look = _look(lab)
    if look in looks:
        return
    looks.add(look)
    lab.mtm("run")
    seen = lab.served()
    assert seen.content_hash == after.content_hash, f"{what}: the next run served {seen.people}"
    assert set(releases(lab.home)) >= {"r000001", seen.release_id}
    hidden = [p.name for p in (lab.home / "published/releases").iterdir() if p.name.startswith(".")]
    assert seen.release_id != "r000002" or not hidden, f"{what}: {hidden} were left behind by the next run"


def _look(lab: Lab) -> tuple[str, ...]:
    """What stands on the published side and which build databases are kept: numbers of processes left out."""
    folders = [*(lab.home / "published").iterdir(), *(lab.home / "published/releases").iterdir()]
    staged = [
        p
        for f in folders
        if f.name.startswith(".") and f.is_dir()
        for p in sorted(f.rglob("*"))
        if p.suffix != ".parquet"
    ]
    kept = (lab.home / "build/databases").glob("*")
    names = [*folders, *staged, *kept]
    return (
        *sorted({p.name.rstrip("0123456789") if p.name.startswith(".") else p.name for p in names}),
        lab.served().release_id,
    )
