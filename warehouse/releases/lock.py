"""One builder at a time: the lock on the candidate's folder, held by the process until the candidate ends.

Only the lock belongs here. The operating system frees it when a process dies, so a killed run blocks nobody.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from warehouse.errors import MtmError

_held: dict[Path, int] = {}
WAIT_SECONDS = 600


def acquire(path: Path, wait: float = WAIT_SECONDS) -> None:
    """Take the lock, or keep it where this process has it. Raises MtmError after `wait` seconds."""
    if path in _held:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held[path] = handle
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise MtmError(
                    "another run is building a candidate",
                    expected=f"it to end within {wait:.0f} seconds",
                    todo="wait for it, or stop it in the Dagster UI, then run again",
                    code="locked",
                ) from None
            time.sleep(0.1)


def release(path: Path) -> None:
    """Give the lock back, if this process has it."""
    handle = _held.pop(path, None)
    if handle is not None:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on a file or folder now; it is taken for no longer than the question."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
