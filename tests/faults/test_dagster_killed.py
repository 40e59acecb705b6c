"""F15: Dagster's daemon, webserver and run worker are killed while a round that the sensor found is on its way."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import toyland
from tests.faults.lab import MTM, Lab, patiently
from tests.faults.tally import trying

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ALL = {toyland.round_key(r): toyland.people(r) for r in (1, 2, 3)}
PARTS = {
    "daemon": "dagster._daemon",
    "webserver": "dagster_webserver",
    "worker": "spawn_main",
    "code server": "dagster api grpc",
    "everything": "",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_process_of_dagster_is_killed(lab: Lab, part: str) -> None:
    """What is served is whole; `mtm run` brings all rounds; and Dagster starts again on the same home."""
    with trying("F15") as tries, tries.one(part):
        with _dagster(lab) as group:
            delivered = toyland.delivery(lab.folder, 3)
            shutil.copy(delivered, lab.home / "inbox" / "part")
            (lab.home / "inbox" / "part").rename(lab.home / "inbox" / delivered.name)
            patiently((lab.home / "build/candidate/build.duckdb").exists, 240, 0.05)
            struck = [pid for pid, line in _processes(group) if PARTS[part] in line]
            assert struck, f"no process of the {part}: {[line[:120] for _, line in _processes(group)]}"
            for pid in struck:
                os.kill(pid, signal.SIGKILL)
            lab.served()
        lab.served()
        lab.installed("run")
        assert lab.served().people == ALL
        with _dagster(lab):
            assert lab.served().people == ALL


@contextmanager
def _dagster(lab: Lab) -> Iterator[int]:
    """`mtm dev` in a process group of its own until its port answers; killed as a whole in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (lab.folder / "dagster.log").open("w") as log:
        process = subprocess.Popen(
            [MTM, "dev", "--port", str(port)], env=lab.environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        patiently(lambda: process.poll() is not None or _answers(port), 180, 0.2)
        assert process.poll() is None, (lab.folder / "dagster.log").read_text()[-2000:]
        yield process.pid
    finally:
        for pid, _ in _processes(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _processes(session: int) -> list[tuple[int, str]]:
    """Living processes of a session: process id and command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((int(path.name), (path / "cmdline").read_text().replace("\0", " ")))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
