"""The steps, in order, and taking a home through them: each once, in order, noted as soon as it is done.

Finding and running steps belongs here. A step is a module `m0001_….py` with TITLE, AUTOMATIC and `apply`; it may be killed at any
point and run again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from warehouse.errors import MtmError
from warehouse.migrations import m0001_private_folders, m0002_index_of_releases
from warehouse.migrations.state import VERSION, must_fit, write

LOCK = ".migrate.lock"


class Step(Protocol):
    """What a step's module gives. AUTOMATIC: it is harmless and quick, and done by whichever command comes first."""

    TITLE: str
    AUTOMATIC: bool

    def apply(self, root: Path, *, dry_run: bool) -> list[str]:
        """Do it, or say what would be done: one line for each thing; nothing where all is done."""


@dataclass(frozen=True)
class Applied:
    """A step that was done, or would be."""

    number: int
    title: str
    done: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {"number": self.number, "title": self.title, "done": self.done}


STEPS: dict[int, Any] = {1: m0001_private_folders, 2: m0002_index_of_releases}


def migrate(root: Path, *, dry_run: bool = False, only_automatic: bool = False) -> list[Applied]:
    """Take a home to the state of this program. Raises MtmError for a newer one, or for a step that needs `mtm migrate`."""
    found = must_fit(root)
    if found == VERSION or (found is None and dry_run):
        return []
    if dry_run:
        return [
            Applied(n, STEPS[n].TITLE, STEPS[n].apply(root, dry_run=True)) for n in range((found or 0) + 1, VERSION + 1)
        ]
    done = []
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        found = must_fit(root)  # another process may have been first
        if found is None:
            write(root, VERSION)  # a new home: nothing of before
            return []
        for number in range(found + 1, VERSION + 1):
            step: Step = STEPS[number]
            if only_automatic and not step.AUTOMATIC:
                raise _ask(found, number, step.TITLE, root)
            done.append(Applied(number, step.TITLE, step.apply(root, dry_run=False)))
            write(root, number)
    return done


def _ask(found: int, number: int, title: str, root: Path) -> MtmError:
    return MtmError(
        f"this home is of an older version: state {found}, and step {number} ({title}) changes what is kept", where=str(root),
        expected=f"state {VERSION}", todo="mtm backup URL, then mtm migrate (mtm migrate --dry-run says what it does)", code="state_is_older",
    )  # fmt: skip


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
