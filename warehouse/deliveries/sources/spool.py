"""Submissions on their way: spooled to disk page by page, indexed, and written in order at the end.

The file and what is left of a pull that was cut belong here; asking for pages does not.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

FRESH_SECONDS = 900


@dataclass
class Spool:
    """Submissions on disk, one a line, with an index of where each lies; and the page to ask for next."""

    path: Path
    next: str | None
    count: int | None = None
    index: list[tuple[int, int, int]] = field(default_factory=list)  # _id, offset, length
    size: int = 0

    @property
    def note(self) -> Path:
        """Where it is written down how far this is."""
        return self.path.with_suffix(".json")

    def save(self) -> None:
        """After each page."""
        state = {"next": self.next, "count": self.count, "size": self.size, "at": time.time()}
        self.note.write_text(json.dumps(state), encoding="utf-8")

    def drop(self) -> None:
        """Remove it."""
        for path in (self.path, self.note):
            path.unlink(missing_ok=True)


def left_over(path: Path, first: str) -> Spool:
    """What an earlier pull left, where it is fresh; else nothing."""
    try:
        state = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if time.time() - state["at"] > FRESH_SECONDS or path.stat().st_size < state["size"]:
            return fresh(path, first)
        spool = Spool(path, state["next"], state["count"], size=state["size"])
        with path.open("r+b") as file:
            file.truncate(state["size"])
            offset = 0
            for line in file:
                spool.index.append((json.loads(line)["_id"], offset, len(line) - 1))
                offset += len(line)
    except (OSError, ValueError, KeyError, TypeError):
        return fresh(path, first)
    return spool


def fresh(path: Path, first: str) -> Spool:
    """Nothing yet."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return Spool(path, first)


def write_whole(spool: Spool, target: Path) -> None:
    """The whole delivery: `{"count", "results"}`, submissions by `_id`."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with spool.path.open("rb") as lines, target.open("wb") as file:
        file.write(b'{"count": %d, "results": [' % len(spool.index))
        for n, (_, offset, length) in enumerate(sorted(spool.index)):
            lines.seek(offset)
            file.write((b",\n" if n else b"\n") + lines.read(length))
        file.write(b"\n]}\n")
