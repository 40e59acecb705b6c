"""The count of tries: what each test of the matrix tried and what was bad, and the table that `make faults` prints.

Counting belongs here; trying does not. `MTM_FAULT_TALLY` names the file; without it nothing is kept.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FAULTS = {
    "F1": "SIGKILL at random times over the whole run",
    "F2": "SIGKILL at each system call of publish",
    "F3": "no space (ENOSPC) at each write, fsync, rename",
    "F4": "input/output error (EIO) at each write, fsync, rename",
    "F5": "killed between the release's rename and the flip",
    "F6": "killed after the flip, before the run is marked done",
    "F7": "power loss: unsynced writes are dropped",
    "F8": "two publishers at once",
    "F9": "readers during publishes",
    "F10": "a long reader keeps its release",
    "F11": "each rule of the gate fails, one at a time",
    "F12": "the gate crashes, a suite is missing, nothing is measured",
    "F13": "a file changes after the audit",
    "F14": "a published file is altered",
    "F15": "Dagster's processes are killed",
    "F16": "the clock steps back, the same twice, rounds in reverse",
    "F17": "a vault file is deleted or altered",
    "F18": "restore on an empty machine",
    "F19": "no permission, read-only, strange paths",
    "F20": "disk, file size or memory exhausted",
    "F21": "killed between two durable steps of gate, publish, tag, promote, gc",
    "machine": "random sequences of commands, kills among them",
}


@dataclass
class Tries:
    """Tries of one fault; a try that is begun and not held is bad."""

    fault: str
    tries: int = 0
    bad: list[str] = field(default_factory=list)

    @contextmanager
    def one(self, what: str = "") -> Iterator[None]:
        """One try. What does not hold is kept, and the next one goes on; `judge` raises."""
        self.tries += 1
        try:
            yield
        except AssertionError as error:
            self.bad.append(f"{what}: {error}")

    def write(self) -> None:
        """Write the count down."""
        if path := os.environ.get("MTM_FAULT_TALLY"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"fault": self.fault, "tries": self.tries, "bad": self.bad}) + "\n")

    def judge(self) -> None:
        """Raise where anything was bad, or nothing was tried."""
        assert self.tries, f"{self.fault}: nothing was tried"
        assert not self.bad, f"{len(self.bad)} of {self.tries} bad:\n" + "\n".join(self.bad[:10])


@contextmanager
def trying(fault: str) -> Iterator[Tries]:
    """Count the tries of a fault; an error that is no assertion counts as well."""
    tries = Tries(fault)
    try:
        yield tries
    except Exception as error:
        tries.bad.append(f"{type(error).__name__}: {error}")
        raise
    finally:
        tries.write()
    tries.judge()


def how_many(short: int) -> int:
    """`MTM_FAULT_TRIES`, or the number of the short form."""
    return int(os.environ.get("MTM_FAULT_TRIES") or short)


def table(path: Path) -> str:
    """The matrix with its numbers, as Markdown."""
    tries, bad = defaultdict(int), defaultdict(int)
    for line in path.read_text(encoding="utf-8").splitlines():
        counted = json.loads(line)
        tries[counted["fault"]] += counted["tries"]
        bad[counted["fault"]] += len(counted["bad"])
    rows = [f"| {code} | {what} | {tries[code]:,} | {bad[code]} |" for code, what in FAULTS.items()]
    return "\n".join(["| fault | what happens | tries | bad |", "|---|---|---|---|", *rows])


def wrong(path: Path) -> bool:
    """Whether any try was bad; also where a fault that was begun tried nothing."""
    counted = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return not counted or any(line["bad"] for line in counted)


if __name__ == "__main__":
    kept = Path(sys.argv[1])
    if not kept.exists():
        sys.exit("nothing was tried")
    print(table(kept))
    sys.exit(1 if wrong(kept) else 0)
