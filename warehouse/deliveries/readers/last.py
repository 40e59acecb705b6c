"""The sheets of the delivery that this process read last: a round that is run where it was received is read once.

Keeping one reading, by the hash of its bytes, belongs here; it is given away once. A large one is not kept: it would lie in
memory until the round is run.
"""

from __future__ import annotations

from threading import Lock

from warehouse.deliveries.readers.sheet import RawSheet

CELLS = 1_000_000  # some 100 MB
_lock = Lock()
_last: dict[str, list[RawSheet]] = {}


def keep(sha256: str, sheets: list[RawSheet]) -> None:
    """Keep these sheets, and those of no other file."""
    with _lock:
        _last.clear()
        if sum(sheet.height * sheet.width for sheet in sheets) <= CELLS:
            _last[sha256] = sheets


def given(sha256: str) -> list[RawSheet] | None:
    """The sheets of a file of these bytes, where it was the last one that was read; only once."""
    with _lock:
        return _last.pop(sha256, None)
