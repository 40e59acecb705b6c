"""The pointer to the release that is served, and the file system calls that make a step durable.

Flipping and syncing belong here; what is in a release does not.
"""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.releases.flips import record
from warehouse.releases.manifest import current_id
from warehouse.settings import Home


def flip(home: Home, release_id: str, expected: str | None) -> None:
    """Point `current` at a release: one rename, logged. Raises MtmError where `expected` is not what is served (another won)."""
    if current_id(home) != expected:
        raise MtmError(
            "another release was published meanwhile",
            expected=f"{expected or 'no release'} to be current, {current_id(home)} is",
            todo="run again: the next candidate starts from the new release",
            code="lost_race",
        )
    record(home, release_id, expected)
    temporary = home.published / f".current.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / release_id)
    os.replace(temporary, home.current)
    sync(home.published)


def sync_tree(folder: Path) -> None:
    """fsync every file of a folder, then the folders."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def freeze(folder: Path) -> None:
    """Make a release read-only: files 0444, folders 0555."""
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def thaw(folder: Path) -> None:
    """Make a folder writable again, so that it can be removed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
