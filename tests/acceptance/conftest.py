"""The installed command line, run as a person would run it: a process with a home of its own."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.warm_process import WarmProcess
from warehouse.settings import PROJECT


class Warm:
    """`mtm` as forks of one process that has loaded all (tests/faults/warm.py): its own process each, without the imports."""

    def __init__(self) -> None:
        """Nothing is loaded before it is needed."""
        self.number = 0
        self.folder = Path()
        self._process: WarmProcess | None = None

    def run(
        self, argv: list[str], environment: dict[str, str], cwd: Path, seconds: int
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        self.number += 1
        out = self.folder / f"said-{self.number}"
        asked = {
            "do": "start",
            "argv": argv,
            "out": str(out),
            "environment": environment,
            "folder": str(cwd),
            "seconds": seconds,
        }
        code = self._ask({"do": "wait", "pid": self._ask(asked)})
        told = [out.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".out", ".err")]
        return subprocess.CompletedProcess(["mtm", *argv], code, *told)

    def end(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ask(self, what: dict[str, Any]) -> Any:
        if self._process is None:
            own = {k: v for k, v in os.environ.items() if not k.startswith("MTM_") or k == "MTM_DBT_TARGET"}
            own |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(PROJECT)}  # no thread before the fork
            self._process = WarmProcess(self.folder / "home", self.folder / "warm.err", own)
        return self._process.ask(what)


WARM = Warm()


@pytest.fixture(scope="session", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the warm process lives, and its end."""
    WARM.folder = tmp_path_factory.mktemp("warm")
    yield
    WARM.end()


@dataclass
class CommandLine:
    """`mtm` with one home. `installed`: the installed command, started cold, as a person does."""

    home: Path
    installed: bool = False

    def __call__(self, *arguments: str | Path, code: int = 0, timeout: int = 900) -> subprocess.CompletedProcess[str]:
        argv, environment = [*map(str, arguments)], {**os.environ, "MTM_HOME": str(self.home)}
        done = (self._cold if self.installed else WARM.run)(argv, environment, self.home.parent, timeout)
        assert done.returncode == code, (
            f"mtm {' '.join(argv)}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        assert "Traceback" not in done.stderr
        return done

    def _cold(
        self, argv: list[str], environment: dict[str, str], cwd: Path, seconds: int
    ) -> subprocess.CompletedProcess[str]:
        path = f"{PROJECT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["mtm", *argv], env={**environment, "PATH": path}, capture_output=True, text=True, timeout=seconds, cwd=cwd,
        )  # fmt: skip

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.json("query", sql)
        return answer


@pytest.fixture
def mtm(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[CommandLine], None]) -> CommandLine:
    """A home that is made once for all workers of a test run, by the installed command; whoever comes second waits."""
    root = factory.getbasetemp()
    folder = (root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) / f"made-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            make(CommandLine(folder / "home", installed=True))
            (folder / "done").touch()
    return CommandLine(folder / "home")


# Rounds where something is new: codes (15), groups and shares (17), names (21), codes again (22), the dictionary (24); Mali's layouts.
TELLING = ("nga/round15", "nga/round17", "nga/round21", "nga/round22", "nga/round24", "mli/Baseline_Assessment_Round_12",
           "mli/Baseline_Assessment_Round_28", "mli/Baseline_December")  # fmt: skip


def real_files(deliveries: Path) -> list[Path]:
    """Spreadsheets of Nigeria (rounds 13 on) and Mali; by `make real` all of them, else those with something new."""
    found = [*sorted((deliveries / "nga").glob("round[12]?.xlsx")), *sorted((deliveries / "mli").glob("*.xlsx"))]
    found = [path for path in found if path.name not in ("round10.xlsx", "round11.xlsx", "round12.xlsx")]
    every = os.environ.get("MTM_REAL_ROUNDS") == "all"
    return [path for path in found if every or path.relative_to(deliveries).as_posix().startswith(TELLING)]


@pytest.fixture(scope="session")
def published_real(tmp_path_factory: pytest.TempPathFactory, deliveries: Path) -> CommandLine:
    """Real spreadsheets of two countries, received and run in one go."""

    def make(line: CommandLine) -> None:
        line("receive", *real_files(deliveries))
        line("run")

    return made_once(tmp_path_factory, "real", make)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The synthetic Kyrgyz rounds, taken all the way by `mtm demo`."""

    def make(line: CommandLine) -> None:
        line("demo")

    return made_once(tmp_path_factory, "demo", make)
