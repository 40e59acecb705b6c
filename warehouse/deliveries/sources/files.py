"""Files of a place: local ones found, and the rules for all: hidden, half-copied and empty names are left out.

Choosing files belongs here, and what says that one stands still; transfers do not.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from warehouse.deliveries.names import clean_name
from warehouse.errors import MtmError, UsageError

UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial", ".lock", ".swp")
HIDDEN = (".", "~$", "~lock", "_$")
ODD = {"thumbs.db", "desktop.ini"}
MOST = 2000  # files of one place


@dataclass(frozen=True)
class Item:
    """One file of a place: `path` opens it, `shown` is kept, `stamp` changes when it does."""

    path: str
    name: str
    shown: str
    size: int | None
    stamp: str

    @property
    def key(self) -> str:
        """Stands for the path where paths must not (cursors, run settings)."""
        return hashlib.sha256(self.path.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def mark(self) -> str:
        """Stands for the stamp."""
        return hashlib.sha256(self.stamp.encode()).hexdigest()[:12]


def is_wanted(name: str) -> bool:
    """Whether a file of this name is a delivery: not hidden, locked or half-copied."""
    low = name.lower()
    return bool(name) and not low.startswith(HIDDEN) and not low.endswith(UNFINISHED) and low not in ODD


def choose(found: list[Item], where: str) -> list[Item]:
    """The files of a place that are wanted, in the order of their names."""
    wanted = [item for item in found if is_wanted(item.name)]
    if len(wanted) > MOST:
        raise MtmError(
            f"there are {len(wanted)} files",
            where=where,
            expected=f"at most {MOST} in one place",
            todo="narrow it down with a folder or a pattern",
            code="too_many_files",
        )
    return sorted(wanted, key=lambda i: (i.name, i.path))


def local_items(path: Path) -> tuple[list[Item], int]:
    """The file, the files of a folder, or those that fit a pattern; and how many folders below were not looked into."""
    if path.is_dir():
        return choose([_item(p) for p in path.iterdir() if p.is_file()], path.name), _below(path)
    if path.exists():
        return [_item(path)], 0
    if any(c in path.name for c in "*?[") and path.parent.is_dir():
        return choose([_item(p) for p in path.parent.glob(path.name) if p.is_file()], path.parent.name), 0
    raise UsageError(
        "there is no such file or folder",
        where=clean_name(path.name),
        expected="a file, a folder, a URL or the name of a source",
        todo="check the path",
        code="no_such_file",
    )


def _below(path: Path) -> int:
    return sum(1 for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))


def _item(path: Path) -> Item:
    stat = path.stat()
    return Item(os.fspath(path), path.name, "file", stat.st_size, f"{stat.st_size};{stat.st_mtime_ns}")
