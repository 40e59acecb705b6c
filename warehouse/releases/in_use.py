"""Releases that a process on this machine has open: its files, its maps, its working folder (Linux, `/proc`).

Looking at processes belongs here. A reader on another machine, in another container or under another user (unless this
runs as root) can't be seen: a tag keeps its release.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from warehouse.settings import Home

PROCESSES = Path("/proc")


def open_releases(home: Home) -> dict[str, list[int]]:
    """Release → the processes that have anything of it open."""
    root = f"{os.path.realpath(home.releases)}/"
    found: dict[str, set[int]] = {}
    for process in PROCESSES.glob("[0-9]*"):
        for path in _paths(process):
            if path.startswith(root):
                found.setdefault(path[len(root) :].split("/")[0], set()).add(int(process.name))
    return {name: sorted(ids) for name, ids in sorted(found.items())}


def _paths(process: Path) -> Iterator[str]:
    """What a process has open; nothing where it ended meanwhile, or is another user's."""
    with suppress(OSError):
        for entry in os.scandir(process / "fd"):
            with suppress(OSError):
                yield os.readlink(entry.path)
    with suppress(OSError):
        for line in (process / "maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            if "/" in line:
                yield line[line.index("/") :]
    with suppress(OSError):
        yield os.readlink(process / "cwd") + "/"
