"""What alerts remember: what was told when, what waits for which channel, how each channel does. One file in MTM_HOME/alerts.

Keeping the file whole, private and one writer at a time belongs here, and what a clock that jumps does to it. It holds
texts of alerts: no address, no password, no personal value.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from warehouse.alerts.model import Alert
from warehouse.releases.journal import write_json
from warehouse.settings import Home, private_folder

FILE = "state.json"
KEPT_SENT = 200  # entries of what was sent lately
FORGOTTEN = 400 * 86400.0  # what was told so long ago is told anew


@dataclass
class Once:
    """A thing that was told: when last (seconds since 1970), how often."""

    at: float
    times: int
    kind: str
    round_key: str


@dataclass
class Waiting:
    """One alert that is to be sent on one channel. `held`: the channel had its messages of the hour."""

    id: str
    channel: str
    at: float
    alert: dict[str, Any]
    held: bool = False


@dataclass
class Line:
    """How a channel does: moments of the last hour's messages, failures in a row, when to try again and why."""

    sent: list[float] = field(default_factory=list)
    failures: int = 0
    next: float = 0.0
    error: str = ""
    lease: float = 0.0  # until then a process is sending on it
    lost: int = 0  # given up since the last message that got through


@dataclass
class State:
    """Everything that is remembered."""

    told: dict[str, Once] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    channels: dict[str, Line] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)  # at, channel, kind, round_key, title, how
    known: dict[str, list[str]] = field(default_factory=dict)  # round → findings that were told of it

    def line(self, channel: str) -> Line:
        """How a channel does."""
        return self.channels.setdefault(channel, Line())

    def queue(self, channel: str, alert: Alert, now: float) -> str:
        """Keep an alert for a channel; its id."""
        waiting = Waiting(os.urandom(8).hex(), channel, now, alert.data())
        self.waiting.append(waiting)
        return waiting.id

    def note(self, channel: str, alert: Alert, how: str, now: float) -> None:
        """Write down what was sent, or given up."""
        entry = {"at": now, "channel": channel, "kind": alert.kind, "round_key": alert.round_key, "title": alert.title}
        self.sent = [*self.sent, {**entry, "how": how}][-KEPT_SENT:]


def read_state(home: Home) -> State:
    """The state as it stands, for looking at."""
    try:
        return _of(json.loads((home.alerts / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State()


@contextmanager
def changing(home: Home) -> Iterator[State]:
    """The state, to be changed by one process at a time; what was changed lasts when the context ends without an error."""
    folder = private_folder(home.alerts)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        state = _read_or_put_aside(folder / FILE)
        yield state
        _tidy(state)
        write_json(folder / FILE, asdict(state))
    finally:
        os.close(handle)


def _read_or_put_aside(path: Path) -> State:
    """The state; one that can't be read is kept beside, and begun anew: an alert twice is better than none."""
    if not path.exists():
        return State()
    try:
        return _of(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError):
        os.replace(path, path.with_name("state.damaged.json"))
        return State()


def _of(data: dict[str, Any]) -> State:
    state = State(
        told={key: Once(**once) for key, once in data["told"].items()},
        waiting=[Waiting(**waiting) for waiting in data["waiting"]],
        channels={name: Line(**line) for name, line in data["channels"].items()},
        sent=list(data["sent"]),
        known={key: list(codes) for key, codes in data["known"].items()},
    )
    for waiting in state.waiting:
        Alert.of(waiting.alert)  # a TypeError here, not when it is sent
    return state


def _tidy(state: State) -> None:
    now = time.time()
    state.told = {key: once for key, once in state.told.items() if abs(now - once.at) < FORGOTTEN}
