"""What long work says of itself while it goes on: a stage, whose it is, and how far it is.

Only handing on belongs here: work calls `tell`, whoever shows it listens (`cli/progress.py`); without a listener nothing
happens. What is told never holds a delivered value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing that work is doing. `whose`: a round, a release or a file; `number` of `total` where they are counted."""

    what: str
    whose: str = ""
    number: int = 0
    total: int = 0


Listener = Callable[[Step], None]
_listeners: list[Listener] = []


def tell(what: str, whose: str = "", number: int = 0, total: int = 0) -> None:
    """Say what is being done now; an empty text: nothing any more (a server waits)."""
    for listener in _listeners:
        listener(Step(what, whose, number, total))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear what is told inside of the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
