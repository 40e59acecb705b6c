"""Systems that were attacked before with exactly these numbers, and nothing was told: the gate need not attack them again.

Remembering what an attack showed belongs here, by the content that it read; the attack does not. `mtm disclosure audit`
never asks it: it always attacks everything.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.settings import PROJECT

if TYPE_CHECKING:
    import polars as pl

MOST = 2000  # attacks that are remembered, the newest
NULL = "\\N"  # no text
ROOMS = ("disclosure", "survey", "counts")  # what the attack is made of
Told = dict[str, tuple[int, float | None]]  # mart -> withheld numbers, and the narrowest interval


@dataclass
class Proved:
    """The attacks that are remembered in a file; `path` None remembers nothing."""

    path: Path | None = None
    known: dict[str, Told] = field(default_factory=dict)
    _read: int = 0

    @classmethod
    def of(cls, path: Path) -> Proved:
        """What stands in the file; nothing where it can't be read."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            known = {str(k): {str(m): (int(n), w) for m, (n, w) in told.items()} for k, told in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            known = {}
        return cls(path, known, len(known))

    def add(self, key: str, told: Told) -> None:
        """An attack on all that `key` stands for, in which no number was told too closely and no facts contradict each other."""
        self.known[key] = told

    def save(self) -> None:
        """Write it, for the owner only, where anything came to it."""
        if self.path is None or len(self.known) == self._read:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self.path.with_suffix(f".{os.getpid()}")
        newest = dict(list(self.known.items())[-MOST:])
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(newest, file)
        os.replace(temporary, self.path)


def key_of(name: str, frames: Iterable[pl.DataFrame | None]) -> str:
    """The hash of all that a system is made from: its name, the rows that were read in their order, and the code of the attack."""
    digest = hashlib.sha256(f"{_code()}\0{name}".encode())
    for frame in frames:
        text = "none" if frame is None else f"{list(frame.schema.items())}\n" + frame.write_csv(null_value=NULL)
        digest.update(f"\0{len(text)}\0{text}".encode())
    return digest.hexdigest()


@cache
def _code() -> str:
    from importlib.metadata import version

    digest = hashlib.sha256(" ".join(version(p) for p in ("scipy", "numpy", "polars")).encode())
    files: list[Any] = [p for room in ROOMS for p in sorted((PROJECT / "warehouse" / room).rglob("*.py"))]
    for path in files:
        digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


__all__ = ["Proved", "Told", "key_of"]
