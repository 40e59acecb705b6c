"""Trying again: exponential back-off with jitter, `Retry-After` honoured, bounded; and the errors of sources.

What may be tried again and how long belongs here. A refusal (4xx, TLS, credentials) is never tried again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential
from tenacity.wait import wait_base

from warehouse.deliveries.sources.redact import redact
from warehouse.errors import MtmError


@dataclass
class Pace:
    """How long and how often: `tries` without any progress, waits in seconds, timeouts in seconds."""

    tries: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_asked: float = 120.0  # a server that asks for a longer pause is believed, and the pull ends
    connect: float = 10.0
    read: float = 60.0
    slowest: float = 200.0  # bytes a second, over `read` seconds: less is a server that does not answer


PACE = Pace()


class SourceError(MtmError):
    """A source that could not be pulled. Exit code 1; every part goes through the redaction.

    `may_pass`: the fault is of the moment (no answer, a cut connection), and another try later may help.
    """

    may_pass = False

    def __init__(self, what: str, *, where: str = "", expected: str = "", todo: str = "", code: str = "") -> None:
        """As MtmError; texts of servers and libraries may be passed in."""
        super().__init__(redact(what), where=redact(where), expected=redact(expected), todo=redact(todo), code=code)


class Transient(Exception):
    """A fault that may pass: `error` is what a person is told where it does not."""

    def __init__(self, error: MtmError, retry_after: float | None = None) -> None:
        """`retry_after`: seconds that the server asked for."""
        self.error, self.retry_after = error, retry_after
        if isinstance(
            error, SourceError
        ):  # a server that asks for a long pause gets it: the next pull, not the next try
            error.may_pass = (retry_after or 0.0) <= PACE.longest_asked
        super().__init__(str(error))


class Restart(Transient):
    """Going on where the transfer was cut is refused: the next try starts again."""


class Progress:
    """What a try got further than the one before: while there is progress, trying goes on."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.done, self.before, self.idle = 0, 0, 0

    def count(self) -> int:
        """Tries in a row that got nowhere, this one included."""
        self.idle = 1 if self.done > self.before else self.idle + 1
        self.before = self.done
        return self.idle


T = TypeVar("T")


class _Wait(wait_base):
    """What the server asked for, or an exponential wait with jitter."""

    def __init__(self) -> None:
        self.backoff = wait_random_exponential(multiplier=PACE.first_wait, max=PACE.longest_wait)

    def __call__(self, retry_state: RetryCallState) -> float:
        asked = _failure(retry_state).retry_after
        return self.backoff(retry_state) if asked is None else asked


def patiently(work: Callable[[], T], progress: Progress | None = None) -> T:
    """Do the work, again after a Transient fault. Raises its error where it does not pass."""
    progress = progress or Progress()
    again = Retrying(
        retry=retry_if_exception_type(Transient),
        stop=lambda state: _hopeless(state) or progress.count() >= PACE.tries,
        wait=_Wait(),
        sleep=lambda s: time.sleep(s),
        before_sleep=_say,
        reraise=True,
    )
    try:
        return again(work)
    except Transient as fault:
        raise fault.error from None


def retry_after(header: str | None) -> float | None:
    """`Retry-After` in seconds: a number or a date."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    at = _moment(header)
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at else None


def seconds_between(earlier: str | None, later: str | None) -> float | None:
    """Seconds between two dates of HTTP headers."""
    start, end = _moment(earlier), _moment(later)
    return (end - start).total_seconds() if start and end else None


def _moment(header: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(header or "")
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _say(state: RetryCallState) -> None:
    """A pause that a person notices is told."""
    pause = state.next_action.sleep if state.next_action else 0.0
    if pause >= 1.0:
        error = _failure(state).error
        print(f"{error.where}: {error.what}; trying again in {pause:.0f} s", file=sys.stderr, flush=True)


def _failure(state: RetryCallState) -> Transient:
    fault = state.outcome.exception() if state.outcome else None
    assert isinstance(fault, Transient)
    return fault


def _hopeless(state: RetryCallState) -> bool:
    return (_failure(state).retry_after or 0.0) > PACE.longest_asked


__all__ = [
    "PACE",
    "Pace",
    "Progress",
    "Restart",
    "SourceError",
    "Transient",
    "patiently",
    "retry_after",
    "seconds_between",
]
