"""F21: killed between two steps that are durable each by itself. The next command goes on without hand work.

Places that the system calls of publishing (`test_syscalls.py`) do not reach: the gate, its pages, tags, promotion, `mtm gc`,
logs that a crash tore, copies of a home that was at work.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.faults import toyland
from tests.faults.lab import Lab
from tests.faults.quick import FIRST, Quick
from tests.faults.served import releases, settled
from tests.faults.tally import how_many, trying

BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
LONG = [pytest.mark.faults, pytest.mark.slow]
Hooks = dict[str, list[Any]]

GATE: dict[str, Hooks] = {
    "no room for the gate's page": {"crash_at": ["expectations.docs", "page", "ENOSPC"]},
    "an error at the gate's page": {"crash_at": ["expectations.docs", "page", "EIO"]},
    "killed before the page has its name": {"crash_at": ["expectations.docs", "_forget_old", "kill"]},
    "killed after the use of waivers": {"crash_at": ["expectations.docs", "build_docs", "kill"]},
    "killed with the verdict half written": {"at_move": [".json", "before", "kill"]},
    "killed after the verdict": {"crash_at": ["warehouse.releases.publish", "admitted", "kill"]},
    "killed at the scan": {"crash_at": ["warehouse.releases.publish", "scan_release", "kill"]},
    "killed at the notes": {"crash_at": ["warehouse.releases.publish", "write_notes", "kill"]},
    "killed at the index": {"crash_at": ["warehouse.releases.publish", "record_written", "kill"]},
    "killed after the index": {"crash_at": ["warehouse.releases.publish", "problems", "kill"]},
    "killed before latest-candidate": {"at_move": ["latest-candidate", "before", "kill"]},
    "killed after latest-candidate": {"at_move": ["latest-candidate", "after", "kill"]},
    "killed in the log of flips": {"at_move": ["current", "before", "kill"]},
}


def test_the_round_still_waits(quick: Quick) -> None:
    """After each of them: `mtm run` without a name would take it, and its last step succeeds."""
    lab = quick.lab
    with trying("F21") as tries:
        for what in random.sample(list(GATE), min(how_many(3), len(GATE))):
            with tries.one(what):
                lab.put_back("ready")
                _died(lab, what)
                assert '"state": "waiting"' in lab.mtm("status", "--json"), f"{what}: the round waits no longer"
                quick.publish(what)
                assert lab.served().people == BOTH
                settled(lab.home)


@pytest.mark.parametrize("what", [pytest.param(n, marks=LONG) for n in GATE])
def test_the_next_run_goes_on(ready: Lab, what: str) -> None:
    """The same with the whole of `mtm run`."""
    with trying("F21") as tries, tries.one(what):
        _died(ready, what)
        ready.mtm("run")
        assert ready.served().people == BOTH
        settled(ready.home)


def _died(lab: Lab, what: str) -> None:
    process = lab.start("@publish_judged", hooks=GATE[what])
    assert process.wait() not in (0, 70), process.said
    assert lab.served().people == FIRST


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("place", ["tags.json", "current"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_tag_promote_rollback(ready: Lab, place: str, when: str) -> None:
    with trying("F21") as tries, tries.one(f"killed {when} {place} is moved"):
        ready.mtm("@publish_prepared", hooks={"hold": []})
        told = ["tag", "r000001", "annual"] if place == "tags.json" else ["promote"]
        hooks = {"at_move": [place, when, "kill"]}
        ready.mtm(*told, code=-9, hooks=hooks)
        assert ready.served().people in (FIRST, BOTH)
        ready.mtm(*told, code=None)
        if place == "tags.json":
            assert json.loads((ready.home / "published/tags.json").read_text()) == {"annual": "r000001"}
            ready.mtm("promote")
        assert ready.served().people == BOTH
        settled(ready.home)
        ready.mtm("rollback", "r000001", code=-9, hooks={"at_move": ["current", when, "kill"]})
        ready.mtm("rollback", "r000001", code=None)
        assert ready.served().people == FIRST
        assert "Nothing is new" in ready.mtm("run"), "a round that was withdrawn was published again"


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize(
    "hooks",
    [{"at_move": [".trash-r000001", when, "kill"]} for when in ("before", "after")]
    + [{"crash_at": ["shutil", "rmtree", "kill", n]} for n in (1, 2, 3)]
    + [{"crash_at": ["os", "unlink", "kill", n]} for n in (1, 20, 60)],
    ids=str,
)
def test_gc(ready: Lab, hooks: Hooks) -> None:
    """Killed while it removes: what is kept is whole; what was removed is told; the next one and the next run go on."""
    with trying("F21") as tries, tries.one(f"gc: {hooks}"):
        ready.mtm("@publish_prepared")
        for number in (3, 4):
            ready.deliver(number)
        ready.mtm("run")
        seen = ready.served()
        ready.mtm("gc", "--keep", "1", code=None, hooks=hooks)
        assert ready.served() == seen
        ready.mtm("verify", "--all")
        ready.mtm("gc", "--keep", "1")
        assert "r000001" not in releases(ready.home)
        ready.deliver(2, 1)
        ready.mtm("run")
        assert ready.served().people == {**seen.people, toyland.round_key(2): toyland.people(2, 1)}
        settled(ready.home)


@pytest.mark.parametrize("hangs", [pytest.param(True, marks=LONG), pytest.param(False, marks=LONG)])
def test_a_copy_that_is_torn(ready: Lab, hangs: bool) -> None:
    """A copy of a home at work: the pointer without its release, or logs that end in the middle of a line."""
    with trying("F21") as tries, tries.one("a pointer that hangs" if hangs else "torn logs"):
        published = ready.home / "published"
        ready.mtm("@publish_prepared")
        if hangs:
            _lose(published / "releases/r000002")
            ready.mtm("status", code=1)
        else:
            for name in ("index.jsonl", "flips.jsonl"):
                path = published / name
                path.write_bytes(path.read_bytes()[:-30])
            _point(published / "current", "releases/r000001")
        ready.mtm("run")
        assert ready.served().people == BOTH
        settled(ready.home)


def _lose(folder: Path) -> None:
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        path.chmod(0o755)
    shutil.rmtree(folder)


def _point(link: Path, target: str) -> None:
    link.unlink()
    os.symlink(target, link)
