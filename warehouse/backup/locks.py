"""Locks in the place of a backup: many may add at once, one alone may remove.

A lock is a small file that says by its name whose it is and since when: `locks/<shared|alone>-<second>-<host>-<process>-<n>`.
Each side writes its own first and looks at the others afterwards, so that at least one of two sees the other.
"""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from warehouse.backup.place import Place
from warehouse.errors import MtmError

BELOW = "locks/"
STALE = 3600  # seconds: whoever works renews its lock
RENEW = 300
WAIT_SECONDS = 60.0


class Lock:
    """A lock that is held; `renew` is called while the work goes on."""

    def __init__(self, place: Place, *, alone: bool) -> None:
        """Written at once."""
        self.place, self.alone, self.name, self.since = place, alone, "", 0.0
        self._write()

    def renew(self) -> None:
        """Say that the work goes on; costs nothing most of the time."""
        if time.time() - self.since > RENEW:
            before = self.name
            self._write()
            self.place.remove(before)

    def blocked(self) -> bool:
        """Whether somebody else holds what does not go together with this one. Locks of the dead are taken away."""
        found = False
        for name in self.place.names(BELOW):
            if name == self.name:
                continue
            if is_dead(name):
                self.place.remove(name)
            elif self.alone or name.startswith(f"{BELOW}alone-"):
                found = True
        return found

    def release(self) -> None:
        """Give it back."""
        self.place.remove(self.name)

    def _write(self) -> None:
        self.since = time.time()
        kind = "alone" if self.alone else "shared"
        self.name = f"{BELOW}{kind}-{int(self.since)}-{_host()}-{_process()}-{secrets.token_hex(4)}"
        self.place.put(self.name, b"\n")


@contextmanager
def locked(place: Place, *, alone: bool = False, wait: float = WAIT_SECONDS) -> Iterator[Lock]:
    """Hold a lock. Raises MtmError (`backup_locked`) where another stands in the way for `wait` seconds."""
    deadline = time.monotonic() + wait
    while True:
        lock = Lock(place, alone=alone)
        try:
            if not lock.blocked():
                yield lock
                return
        finally:
            with suppress(MtmError, OSError):  # the place may be gone by now: the lock ends by its age
                lock.release()
        if time.monotonic() > deadline:
            raise MtmError(
                "another process works on this backup", where=place.shown, expected=f"it to end within {wait:.0f} seconds",
                todo=f"try again later; the lock of a machine that died ends by itself after {STALE // 60} minutes", code="backup_locked",
            )  # fmt: skip
        time.sleep(random.uniform(0.1, 1.0))


def is_dead(name: str) -> bool:
    """Whether a lock's process has ended (where it ran here), or has not renewed it for an hour."""
    try:
        _, second, host, process, _ = name.removeprefix(BELOW).split("-")
        if time.time() - int(second) > STALE:
            return True
        if host == _host():
            os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (ValueError, PermissionError):
        return False
    return False


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:12]


def _process() -> int:
    return os.getpid()
