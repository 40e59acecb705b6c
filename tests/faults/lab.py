"""A bench for faults: a home that is put back to a prepared state in a moment, and `mtm` on it, warm or as installed.

Starting, killing, tracing and putting back belong here; what must hold afterwards is in `served.py`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import toyland
from tests.faults.served import Served, what_is_served
from tests.warm_process import WarmProcess
from warehouse.settings import PROJECT

MTM = Path(sys.executable).with_name("mtm")
SECONDS = 300


@dataclass
class Process:
    """A forked `mtm`."""

    lab: Lab
    pid: int
    number: int

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Send it a signal; nothing happens where it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)

    def wait(self) -> int:
        """Its exit code; -9 where it was killed."""
        code = self.lab._ask({"do": "wait", "pid": self.pid})
        assert isinstance(code, int)
        return code

    @property
    def said(self) -> str:
        """What it printed, errors last."""
        path = self.lab.folder / f"said-{self.number}"
        return "".join(
            path.with_suffix(s).read_text(errors="replace") for s in (".out", ".err") if path.with_suffix(s).exists()
        )


@dataclass
class Lab:
    """One home in one folder. `states` are homes that were kept by name, to be put back."""

    folder: Path
    operations: Path
    target: Path
    number: int = 0
    _process: WarmProcess | None = None
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home that `mtm` works on: the same path for all tries."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What every `mtm` here is started with."""
        own = {"MTM_HOME": str(self.home), "MTM_OPERATIONS": str(self.operations), "MTM_DBT_TARGET": str(self.target)}
        own |= {"FAULT_CANDIDATE": str(self.folder / "candidate.pickle"), "OPENBLAS_NUM_THREADS": "1"}
        return {**os.environ, **own, "PYTHONPATH": str(PROJECT)}

    def keep(self, name: str) -> None:
        """Keep the home as it is now under a name."""
        copy_home(self.home, self.folder / f"state-{name}")

    def put_back(self, name: str) -> None:
        """Make the home what it was when it was kept."""
        remove(self.home)
        copy_home(self.folder / f"state-{name}", self.home)

    def start(self, *argv: str | Path, hooks: dict[str, Any] | None = None, gate: Path | None = None,
              environment: dict[str, str] | None = None) -> Process:  # fmt: skip
        """Start `mtm` as a fork of the warm process; `@publish` is the publishing step alone."""
        self.number += 1
        out = str(self.folder / f"said-{self.number}")
        asked = {"do": "start", "argv": [str(a) for a in argv], "out": out, "hooks": hooks or {}}
        asked["environment"] = environment or {}
        pid = self._ask({**asked, "gate": str(gate) if gate else None})
        return Process(self, pid, self.number)

    def mtm(self, *argv: str | Path, code: int | None = 0, hooks: dict[str, Any] | None = None) -> str:
        """Run `mtm` to its end; what it printed."""
        process = self.start(*argv, hooks=hooks)
        seen = process.wait()
        assert code is None or seen == code, f"mtm {' '.join(map(str, argv))}: {seen}\n{process.said[-3000:]}"
        return process.said

    def installed(
        self, *argv: str | Path, code: int = 0, before: tuple[str, ...] = (), home: Path | None = None
    ) -> str:
        """Run the installed command, cold, as a person does."""
        environment = {**self.environment, "MTM_HOME": str(home or self.home)}
        done = subprocess.run([*before, str(MTM), *map(str, argv)], env=environment, capture_output=True, text=True,
                              timeout=SECONDS, cwd=self.folder)  # fmt: skip
        assert done.returncode == code, f"{argv}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        return done.stdout + done.stderr

    def served(self) -> Served:
        """What is served, which must be something."""
        served = what_is_served(self.home)
        assert served is not None, "nothing is served"
        return served

    def deliver(self, round_number: int, version: int = 0) -> None:
        """Receive a delivery."""
        self.mtm("receive", toyland.delivery(self.folder, round_number, version))

    def end(self) -> None:
        """Stop the warm process."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ask(self, what: dict[str, Any]) -> Any:
        self._process = self._process or WarmProcess(self.home, self.folder / "warm.err", self.environment)
        return self._process.ask(what)


def copy_home(source: Path, target: Path) -> None:
    """A plain copy, with modes and symlinks, as a backup makes it."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


def remove(folder: Path) -> None:
    """Remove a home, read-only releases with it."""
    if folder.exists():
        for path in (folder, *(p for p in folder.rglob("*") if p.is_dir() and not p.is_symlink())):
            path.chmod(0o700)
        shutil.rmtree(folder)


@contextmanager
def opened(folder: Path, operations: Path, target: Path) -> Iterator[Lab]:
    """A lab that ends its warm process."""
    folder.mkdir(parents=True, exist_ok=True)
    lab = Lab(folder, operations, target)
    try:
        yield lab
    finally:
        lab.end()


def patiently(condition: Any, seconds: float = 60, every: float = 0.01) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(every)
