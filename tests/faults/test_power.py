"""F7: power loss. What was written and not synced may be gone: at the flip nothing of the release may be among it, and what
else is lost must not stop the next run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import replay, toyland, tracing
from tests.faults.lab import Lab
from tests.faults.tally import trying

BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
OPTIONS = ("-y", "-s", "512", "-e", f"trace={replay.TRACE}")


def test_a_release_is_durable_before_it_is_served(ready: Lab) -> None:
    tracing.needed()
    log = tracing.publish(ready, *OPTIONS).log
    release, current = ready.home / "published/releases/r000002", str(ready.home / "published/current")
    disk, flips = replay.Disk(), 0
    with trying("F7") as tries:
        for call, arguments, opened in replay.calls(log):
            disk.apply(call, arguments, opened)
            if call.startswith("rename") and f'"{current}"' in arguments:
                flips += 1
                with tries.one("at the flip"):
                    lost = disk.below(release)
                    assert not lost, f"{len(lost)} could be lost at the flip: {lost[:3]}"
        with tries.one("at the end"):
            assert not (lost := disk.below(ready.home / "published")), f"could be lost at the end: {lost[:3]}"
    assert flips == 1
    assert ready.served().people == BOTH


def test_a_delivery_is_durable_once_it_is_received(lab: Lab) -> None:
    tracing.needed()
    path = toyland.delivery(lab.folder, 3)
    traced = tracing.publish(lab, *OPTIONS, argv=("receive", str(path)))
    assert traced.code == 0, traced.said
    with trying("F7") as tries, tries.one("receive"):
        lost = _at_the_end(traced.log).below(lab.home / "vault")
        lost = [line for line in lost if "/incoming" not in line and not line.endswith("/.lock")]
        lost = [line for line in lost if not line.startswith("mode of")]  # the bytes count: 0400 or not
        assert not lost, f"could be lost: {lost[:3]}"


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("then", ["again", "another round"])
def test_a_run_after_a_power_loss(lab: Lab, then: str) -> None:
    """Every file below the home whose content was not synced is emptied; `mtm` goes on without hand work."""
    tracing.needed()
    traced = tracing.publish(lab, *OPTIONS, argv=("run",))
    assert traced.code == 0, traced.said
    disk = _at_the_end(traced.log)
    with trying("F7") as tries, tries.one(then):
        lost = [Path(p) for p in disk.contents if p.startswith(str(lab.home)) and Path(p).is_file()]
        for path in lost:
            path.chmod(0o600)
            path.write_bytes(b"")
        assert lab.served().people == BOTH
        if then == "another round":
            lab.deliver(3)
        lab.mtm("status")
        lab.mtm("run")
        lab.mtm("run", toyland.round_key(2))
        rounds = (1, 2, 3) if then == "another round" else (1, 2)
        assert lab.served().people == {toyland.round_key(r): toyland.people(r) for r in rounds}, [p.name for p in lost]


@pytest.mark.faults
@pytest.mark.slow
def test_a_run_that_lost_power_in_the_middle(lab: Lab) -> None:
    """Killed, and what was not synced emptied: the next run succeeds."""
    tracing.needed()
    with trying("F7") as tries:
        for name in ("build.duckdb", "r000002", "current"):
            with tries.one(f"before {name}"):
                lab.put_back("one")
                hooks = (
                    {"at_move": [name, "before", "kill"]}
                    if name != "build.duckdb"
                    else {"crash_at": ["expectations.gate", "check_candidate", "kill"]}
                )
                process = tracing.publish(lab, *OPTIONS, argv=("run",), hooks=hooks)
                assert process.code == -9
                for path in _at_the_end(process.log).contents:
                    if path.startswith(str(lab.home)) and Path(path).is_file():
                        Path(path).chmod(0o600)
                        Path(path).write_bytes(b"")
                assert lab.served().people == {toyland.round_key(1): toyland.people(1)}
                lab.mtm("run")
                assert lab.served().people == BOTH


def _at_the_end(log: Path) -> replay.Disk:
    disk = replay.Disk()
    for call in replay.calls(log):
        disk.apply(*call)
    return disk
