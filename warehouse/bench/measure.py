"""Measuring: workers that are timed, turns taken in turns, medians with their spread, memory of a whole process tree.

How something is measured belongs here; what is measured has a module for each figure.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from warehouse.errors import MtmError
from warehouse.settings import PROJECT

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """What one call cost: seconds of the clock and of the processors, and its answer."""

    wall: float
    cpu: float
    answer: Any = None


@dataclass(frozen=True)
class Taken:
    """Several turns of one way: the median counts, `low` and `high` are the fastest and the slowest turn."""

    wall: float
    cpu: float
    low: float
    high: float
    turns: int

    def as_dict(self) -> dict[str, float]:
        """Rounded, for JSON."""
        return {"wall": round(self.wall, 4), "cpu": round(self.cpu, 4), "low": round(self.low, 4),
                "high": round(self.high, 4), "turns": self.turns}  # fmt: skip


class Worker:
    """A process of its own that answers calls (`bench/worker.py`), warm from the second call on."""

    def __init__(self, **environment: str | Path) -> None:
        """`environment` is added to this process's own."""
        told = {**os.environ, "PYTHONPATH": str(PROJECT), **{k: str(v) for k, v in environment.items()}}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bench.worker"], cwd=PROJECT, env=told, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=None if os.environ.get("MTM_BENCH_DEBUG") else subprocess.DEVNULL,
        )  # fmt: skip

    def call(self, function: str, **arguments: Any) -> Cost:
        """Call `module:function`. Raises MtmError (`bench_failed`) where it failed: then nothing was measured."""
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({"call": function, "with": arguments}) + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        told = json.loads(line) if line else {"error": "the process ended"}
        if "error" in told:
            raise failed(function, told["error"])
        return Cost(told["wall"], told["cpu"], told["answer"])

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def failed(what: str, why: object) -> MtmError:
    """The error of a measurement that could not be made."""
    return MtmError(
        f"the bench could not measure {what}: {why}", expected="the call to succeed",
        todo="MTM_BENCH_DEBUG=1 mtm bench … shows the whole message", code="bench_failed",
    )  # fmt: skip


def in_turns(ways: Mapping[str, Callable[[], Cost]], turns: int, *, warm_up: bool = True) -> dict[str, list[Cost]]:
    """All ways take one turn before any takes the next, so that a busy machine is fair to all; one before is not counted."""
    taken: dict[str, list[Cost]] = {way: [] for way in ways}
    for turn in range(turns + warm_up):
        for way, run in ways.items():
            cost = run()
            if turn or not warm_up:
                taken[way].append(cost)
    return taken


def median(costs: list[Cost]) -> Taken:
    """The median turn."""
    walls = [c.wall for c in costs]
    return Taken(statistics.median(walls), statistics.median(c.cpu for c in costs), min(walls), max(walls), len(costs))


def ratio(of: list[Cost], to: list[Cost], what: str = "wall") -> float:
    """The median of the ratios turn by turn: what disturbs a turn disturbs both of its ways."""
    return float(statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(of, to, strict=True)))


def timed(function: Callable[[], Any]) -> Cost:
    """A call in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = function()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu, answer)


def command(arguments: list[str], **environment: str | Path) -> Cost:
    """A command in a fresh process, with its answer as text. Raises MtmError where it failed."""
    told = {**os.environ, "PYTHONPATH": str(PROJECT), **{k: str(v) for k, v in environment.items()}}
    before, started = os.times(), time.perf_counter()
    done = subprocess.run(arguments, cwd=PROJECT, env=told, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, os.times()
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise failed(" ".join(Path(a).name for a in arguments[:4]), lines[-1] if lines else f"exit {done.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, cpu, done.stdout)


def mtm(*arguments: str) -> list[str]:
    """The command line of `mtm` in this environment."""
    return [sys.executable, "-W", "ignore", "-c", "from warehouse.cli import main; main()", *arguments]


class Memory:
    """The peak of the resident memory of a process and all below it, in MB, looked at many times a second; their processor seconds."""

    def __init__(self, pid: int, every: float = 0.05) -> None:
        """`every`: seconds between looks."""
        self.pid, self.every, self.peak = pid, every, 0.0
        self._cpu: dict[int, float] = {}  # of each process as it was last seen: those that ended count on
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    @property
    def cpu(self) -> float:
        """Processor seconds of all of them so far."""
        return sum(self._cpu.values())

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.peak = max(self.peak, tree_megabytes(self.pid))
            for pid in (self.pid, *_below(self.pid)):
                self._cpu[pid] = max(self._cpu.get(pid, 0.0), _used(pid))
            self._stop.wait(self.every)


def _used(pid: int) -> float:
    """Processor seconds of a process, without those of its children; 0 where it is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0


def tree_megabytes(pid: int) -> float:
    """Resident memory of a process and its descendants now; pages that they share count once for each. 0 where it can't be told."""
    return sum(_resident(process) for process in (pid, *_below(pid)))


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in tasks.read_text().split()]
    return [*found, *(lower for child in found for lower in _below(child))]
