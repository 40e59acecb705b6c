"""Progress of a pull on standard error: bytes and share, once it takes more than a second.

Only showing belongs here. Addresses are shown without secrets.
"""

from __future__ import annotations

import sys
import time

from warehouse.deliveries.sources.redact import redact

AFTER, EVERY = 1.0, 2.0  # seconds


class Meter:
    """Says how far a pull has come; silent where it is quick."""

    def __init__(self, what: str) -> None:
        """`what` is shown in front."""
        self.what = redact(what)
        self.started = time.monotonic()
        self.last = self.started + AFTER - EVERY
        self.spoke = False

    def show(self, size: int, total: int | None) -> None:
        """Bytes so far, and of how many."""
        share = f" of {_mb(total)} ({size / total:.0%})" if total else ""
        self.say(f"{_mb(size)}{share}")

    def say(self, text: str) -> None:
        """A line, at most one every two seconds."""
        now = time.monotonic()
        if now - self.started >= AFTER and now - self.last >= EVERY:
            self.last, self.spoke = now, True
            print(f"{self.what}: {text}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """The last line, where there was one before."""
        if self.spoke:
            print(f"{self.what}: pulled in {time.monotonic() - self.started:.0f} s", file=sys.stderr, flush=True)


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
