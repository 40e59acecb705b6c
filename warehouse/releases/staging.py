"""The folder in which a release is written, before it has its name: locked while its writer lives, gone if it fails.

Making, sweeping and throwing away staging folders belong here; what is written into them does not.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from warehouse.releases.lock import is_held
from warehouse.releases.pointer import thaw
from warehouse.settings import Home

PREFIX = ".staging-"
TRASH = ".trash-"


@contextmanager
def staging(home: Home, release_id: str) -> Iterator[Path]:
    """A fresh folder beside the releases. Whatever fails inside throws it away: it is never used again."""
    sweep(home)
    folder = home.releases / f"{PREFIX}{release_id}-{os.getpid()}"
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        if folder.exists():
            with suppress(OSError):  # the disk that failed may fail again: the next run sweeps
                erase(folder)
        os.close(handle)


def sweep(home: Home) -> list[str]:
    """Remove staging folders whose writer died, and what a removal left behind. Returns the names."""
    left = [*home.releases.glob(f"{PREFIX}*"), *home.releases.glob(f"{TRASH}*")]
    gone = []
    for folder in left:
        with suppress(FileNotFoundError):  # another process sweeps too
            if not is_held(folder):
                erase(folder)
                gone.append(folder.name)
    return gone


def erase(folder: Path) -> None:
    """Remove a folder that is read-only."""
    thaw(folder)
    shutil.rmtree(folder)
