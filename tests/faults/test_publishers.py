"""F8, F9, F10: several publishers at once, and readers while releases are published."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import duckdb
import pytest

from tests.faults import toyland
from tests.faults.lab import Lab, Process, copy_home, patiently
from tests.faults.served import releases, whole
from tests.faults.tally import how_many, trying
from warehouse.settings import PROJECT

BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}


def test_one_of_several_publishers_wins(ready: Lab) -> None:
    """The same candidate in several processes at once: the swap compares the parent; who comes later is told so."""
    with trying("F8") as tries:
        for _ in range(min(how_many(1), 25)):
            with tries.one("four at once"):
                ready.put_back("ready")
                started = [_at_the_gate(ready, "@publish_prepared") for _ in range(4)]
                (ready.folder / "go").touch()
                codes = sorted(p.wait() for p in started)
                assert codes == [0, 1, 1, 1], [p.said for p in started]
                assert ready.served().people == BOTH and releases(ready.home) == ["r000001", "r000002"]


def test_a_candidate_on_an_old_release_loses(ready: Lab) -> None:
    with trying("F8") as tries, tries.one("a rollback meanwhile"):
        late = _at_the_gate(ready, "@publish_prepared")
        ready.mtm("@publish_prepared")
        seen = ready.served()
        (ready.folder / "go").touch()
        assert late.wait() == 1 and "another release was published meanwhile" in late.said, late.said
        assert ready.served() == seen


@pytest.mark.faults
@pytest.mark.slow
def test_two_whole_runs_at_once(lab: Lab) -> None:
    with trying("F8") as tries, tries.one("two runs"):
        lab.deliver(3)
        runs = [lab.start("run", toyland.round_key(r)) for r in (2, 3)]
        assert [p.wait() for p in runs] == [0, 0], [p.said for p in runs]
        assert lab.served().people == {toyland.round_key(r): toyland.people(r) for r in (1, 2, 3)}
        assert releases(lab.home) == ["r000001", "r000002", "r000003"]


def test_readers_and_publishes(ready: Lab) -> None:
    """Each read sees one whole release, never an older one than before, never an error."""
    readers, publishes = (3, 2) if not _long() else (16, 100)
    _number(ready)
    stop, seen = ready.folder / "stop", []
    stop.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.faults.reader", str(ready.home / "published"), str(stop)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT, text=True) for _ in range(readers)]
    try:
        with trying("F9") as tries:
            for _ in range(publishes):
                with tries.one("a publish beside readers"):
                    _number(ready)
            stop.touch()
            seen = [json.loads(p.communicate(timeout=120)[0]) for p in started]
            tries.bad += [f"a reader saw {bad}" for s in seen for bad in s["bad"]]
            tries.tries += sum(s["reads"] for s in seen)
            assert all(s["last"] for s in seen)
    finally:
        stop.touch()
        for process in started:
            process.wait(timeout=120)


def test_a_long_reader_keeps_its_release(ready: Lab) -> None:
    with trying("F10") as tries, tries.one("an open connection"):
        _number(ready)
        path = ready.home / "published" / os.readlink(ready.home / "published/current") / "mtm.duckdb"
        with duckdb.connect(str(path), read_only=True) as con:
            before = con.execute("FROM marts.mart_population ORDER BY ALL").fetchall()
            for _ in range(2):
                _number(ready)
            if "gc" in ready.mtm("--help"):
                ready.mtm("gc", "--keep", "1")
                assert path.exists(), "gc took a release that is open"
            assert con.execute("FROM marts.mart_population ORDER BY ALL").fetchall() == before
            assert con.execute("SELECT count(*) FROM marts.mart_releases").fetchall()
        whole(path.parent)


def _number(lab: Lab) -> None:
    """Publish one more release that says its own number in all marts."""
    store = lab.folder / "candidate-folder"
    if not store.exists():
        copy_home(lab.folder / "state-ready/build/candidate", store)
    lab.number += 1
    process = lab.start("@publish_numbered", environment={"FAULT_FOLDER": str(store)})
    assert process.wait() == 0, process.said


def _at_the_gate(lab: Lab, action: str) -> Process:
    gate = lab.folder / "go"
    gate.unlink(missing_ok=True)
    ready = gate.with_suffix(".ready")
    ready.unlink(missing_ok=True)
    process = lab.start(action, gate=gate)
    patiently(ready.exists)
    return process


def _long() -> bool:
    return how_many(0) >= 100
