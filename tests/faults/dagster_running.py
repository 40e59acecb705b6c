"""`mtm dev` for real, in a process group of its own, and questions to it over GraphQL.

Starting, asking, finding its processes and ending them belong here; what is expected of it does not.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.lab import MTM, patiently

# What the command line of each part holds. `mtm dev` becomes `dagster dev`, which starts the others.
PARTS = {
    "daemon": "dagster._daemon",
    "webserver": "dagster_webserver",
    "worker": "spawn_main",
    "code server": "dagster api grpc",
    "pages": "orchestration.pages",
    "everything": "",
}
RUNS = "query($t: [ExecutionTag!], $l: Int) {runsOrError(filter: {tags: $t}, limit: $l) {... on Runs {results {runId status jobName tags {key value}}}}}"
GONE = {"SUCCESS", "FAILURE", "CANCELED"}


@dataclass(frozen=True)
class Dagster:
    """A running one. `session`: the id of its processes' session."""

    port: int
    session: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a GraphQL query; an error of it fails the test."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        asked = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found = json.loads(answer.read())
        assert "errors" not in found, found["errors"]
        data: dict[str, Any] = found["data"]
        return data

    def runs(self, round_key: str, limit: int = 20) -> list[dict[str, Any]]:
        """Runs on a round, the newest first."""
        tags = [{"key": "dagster/partition", "value": round_key}]
        runs: list[dict[str, Any]] = self.ask(RUNS, t=tags, l=limit)["runsOrError"]["results"]
        return runs

    def ended(self, round_key: str, count: int, seconds: float = 400) -> dict[str, Any]:
        """The newest run on a round, once so many have ended."""

        def there() -> bool:
            with suppress(OSError):
                runs = self.runs(round_key)
                return sum(r["status"] in GONE for r in runs) >= count and runs[0]["status"] in GONE
            return False

        patiently(there, seconds, 1.0)
        return self.runs(round_key)[0]

    def processes(self, part: str = "everything") -> list[tuple[int, str]]:
        """Living processes of a part: process id and command line."""
        return [(pid, line) for pid, line in processes(self.session) if PARTS[part] in line]


@contextmanager
def running(environment: Mapping[str, str], log: Path) -> Iterator[Dagster]:
    """`mtm dev` until its port answers; killed as a whole in the end."""
    port = _two_free_ports()
    with log.open("a") as said:
        process = subprocess.Popen([MTM, "dev", "--port", str(port)], env=dict(environment), stdout=said, stderr=said, start_new_session=True)  # fmt: skip
    found = Dagster(port, process.pid, log)
    try:
        patiently(lambda: process.poll() is not None or _answers(port), 240, 0.2)
        assert process.poll() is None, log.read_text()[-2000:]
        yield found
    finally:
        for pid, _ in found.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _two_free_ports() -> int:
    """A port whose next one is free as well: the pages of verdicts take it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def processes(session: int) -> list[tuple[int, str]]:
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
