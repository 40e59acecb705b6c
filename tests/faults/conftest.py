"""The prepared home that all fault tests start from: made once for a whole test run, copied for each test file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import quick as quickly
from tests.faults import toyland
from tests.faults.lab import Lab, copy_home, opened


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the states `one` (round 1 served, round 2 received) and `ready` (its candidate passed the gate)."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    folder = Path(os.environ.get("MTM_FAULT_PREPARED") or root / "faults-prepared")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _prepare(folder)
            (folder / "done").touch()
    return folder


def _prepare(folder: Path) -> None:
    with opened(folder / "lab", toyland.operation(folder), folder / "dbt") as lab:
        (folder / "dbt").mkdir(exist_ok=True)
        lab.installed("receive", toyland.delivery(lab.folder, 1))
        lab.installed("run")
        lab.deliver(2)
        lab.keep("one")
        lab.mtm("run", hooks={"prepare": [str(lab.folder / "candidate.pickle")]})
        lab.keep("ready")


@pytest.fixture(scope="session")
def bench(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with the prepared states, one for each process of tests: its warm process is loaded once."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("state-one", "state-ready"):
        copy_home(prepared / "lab" / name, folder / name)
    copy_home(prepared / "lab" / "candidate.pickle", folder / "candidate.pickle")
    with opened(folder, prepared / "operations", prepared / "dbt") as lab:
        copy_home(folder / "state-one", lab.home)
        yield lab


@pytest.fixture
def lab(bench: Lab) -> Lab:
    """The lab with round 1 served and round 2 received, not yet run."""
    bench.put_back("one")
    return bench


@pytest.fixture
def ready(bench: Lab) -> Lab:
    """The lab with a candidate of round 2 that passed the gate and waits to be published."""
    bench.put_back("ready")
    return bench


@pytest.fixture
def quick(ready: Lab) -> quickly.Quick:
    """The same, with a publishing step that takes a tenth of a second."""
    return quickly.made(ready)
