"""What of a home a backup holds, and in which order it is read (`contents.yml`; docs/backup.md says why).

Telling which files belong to it, and walking them, belongs here; reading them does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from warehouse.settings import Home


class LeftOut(BaseModel):
    """Files that a backup does not hold, and why a home works without them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str
    why: str


class Contents(BaseModel):
    """The file `contents.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    order: list[str]
    left_out: list[LeftOut]

    def holds(self, path: str) -> bool:
        """Whether a backup holds a path (relative to the home, with `/`)."""
        return not any(fnmatchcase(path, out.path) for out in self.left_out)

    def place_of(self, path: str) -> int:
        """When a path is read: the longest entry of `order` that it lies below."""
        fitting = [(len(p), i) for i, p in enumerate(self.order) if path == p or path.startswith(f"{p}/")]
        return max(fitting)[1] if fitting else self.order.index("*")


@cache
def contents() -> Contents:
    """What the file says."""
    import yaml

    return Contents(**yaml.safe_load(Path(__file__).with_name("contents.yml").read_text(encoding="utf-8")))


def held(home: Home) -> Iterator[str]:
    """Paths of the files that a backup holds, what names other things first. A folder is listed when it is its turn."""
    rules = contents()
    for turn in range(len(rules.order)):
        yield from sorted(p for p in _below(home.root, "", rules, turn) if rules.place_of(p) == turn)


def is_empty(root: Path) -> bool:
    """Whether a folder holds nothing that a backup would (its own state apart): a restore may fill it."""
    rules = contents()
    own = {"state.json"}
    turns = range(len(rules.order))
    return not any(p not in own for turn in turns for p in _below(root, "", rules, turn) if rules.place_of(p) == turn)


def _below(root: Path, folder: str, rules: Contents, turn: int) -> Iterator[str]:
    """Files of a turn. Links are no files, but the home's own folders may be links to another disk."""
    try:
        entries = list(os.scandir(root / folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if not rules.holds(path):
            continue
        if entry.is_dir(follow_symlinks=not folder):
            if rules.holds(f"{path}/x") and _may_hold(rules, path, turn):
                yield from _below(root, path, rules, turn)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _may_hold(rules: Contents, path: str, turn: int) -> bool:
    """Whether files of a turn may lie below a folder: those that lie elsewhere in the order are not walked."""
    wanted = rules.order[turn]
    return rules.place_of(path) == turn or wanted.startswith(f"{path}/")
