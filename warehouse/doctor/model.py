"""What a check is, what it is given, what it answers; and asking many of them without ever failing.

What is looked at does not belong here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from warehouse.errors import MtmError
from warehouse.settings import Home

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Asked:
    """`address` is that of the UI as people open it, where it was given; `offline` leaves out what is on other machines."""

    home: Home
    offline: bool = False
    address: str = ""


@dataclass(frozen=True)
class Found:
    """`seen` in a few words; `todo` wherever the state is not ok."""

    state: State
    seen: str
    todo: str = ""


def ok(seen: str) -> Found:
    """Nothing to do."""
    return Found("ok", seen)


def warn(seen: str, todo: str) -> Found:
    """Works, and should be looked at: `mtm doctor` ends with 0 all the same."""
    return Found("warn", seen, todo)


def bad(seen: str, todo: str) -> Found:
    """Does not work, or is not safe."""
    return Found("bad", seen, todo)


@dataclass(frozen=True)
class Check:
    """`look` is None-returning where there is nothing to look at: then the check is left out."""

    name: str
    look: Callable[[Asked], Found | None] = field(repr=False)


@dataclass(frozen=True)
class Row:
    """The answer of one check; `ok` is also true of warnings."""

    check: str
    ok: bool
    state: State
    seen: str
    todo: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def examine(asked: Asked, checks: Iterable[Check]) -> list[Row]:
    """The answers, in order. A check that breaks is `bad` and tells the kind of the trouble; the others go on."""
    rows = []
    for check in checks:
        started = time.perf_counter()
        found = _looked(check, asked)
        if found is not None:
            seconds = round(time.perf_counter() - started, 3)
            rows.append(Row(check.name, found.state != "bad", found.state, found.seen, found.todo, seconds))
    return rows


def _looked(check: Check, asked: Asked) -> Found | None:
    try:
        return check.look(asked)
    except MtmError as error:
        return bad(error.what, error.todo)
    except PermissionError as error:
        return _refused(error) if can_be_entered(asked.home) else None  # told once, by the check of MTM_HOME
    except OSError as error:
        return _refused(error)
    except Exception as error:  # its text may hold values
        return bad(
            f"could not be looked at: {type(error).__name__}",
            "a file of the state is damaged: restore it from a backup",
        )


def can_be_entered(home: Home) -> bool:
    """Whether this user may look into the home at all."""
    return not home.root.is_dir() or os.access(home.root, os.R_OK | os.X_OK)


def _refused(error: OSError) -> Found:
    path = f" at {error.filename}" if error.filename else ""
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    return bad(
        f"the system refuses{path}: {why}", "look at the path, its rights and the disk; run as the user of MTM_HOME"
    )
