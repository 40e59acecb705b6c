"""Whether a release's folder is as it was published: manifest, files, hashes, sizes, strays, links, permissions.

Looking at the folder from outside belongs here, without opening the database (`structure.py` does that); what is to be
done about it does not.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import file_hash
from warehouse.errors import MtmError
from warehouse.releases.contents import hashed_all
from warehouse.releases.index import written
from warehouse.releases.manifest import FILE, read_manifest
from warehouse.settings import Home


def problems(home: Home, release_id: str, *, modes: bool = True, most: int | None = None) -> list[str]:
    """What is not as it was published; empty where all is. `most`: hash so many bytes at most, the smallest files first.

    `modes`: also whether anybody may write (a run that died may not have frozen its release yet).
    """
    folder = home.releases / release_id
    if folder.is_symlink() or not folder.is_dir():
        return ["its folder is missing" if not folder.exists() else "its folder is a link"]
    if told := _manifest(home, folder):
        return told
    files = read_manifest(folder).files
    found = sorted(folder.rglob("*"))
    return [
        *_altered(folder, files, most),
        *_strays(folder, found, {*files, FILE}),
        *(_writable(folder, [folder, *found]) if modes else []),
    ]


def unhashed(home: Home, release_id: str, most: int) -> list[str]:
    """The files that `most` bytes do not reach: of them only the size is looked at."""
    files = read_manifest(home.releases / release_id).files
    return sorted(set(files) - set(_within(files, most)))


def _manifest(home: Home, folder: Path) -> list[str]:
    path, known = folder / FILE, written(home).get(folder.name)
    if path.is_symlink() or not path.is_file():
        return [f"{FILE} is missing"]
    if known and known.get("manifest_sha256") != file_hash(path):
        return [f"{FILE} is altered"]
    try:
        read_manifest(folder)
    except MtmError:
        return [f"{FILE} can't be read"]
    return []


def _altered(folder: Path, files: dict[str, dict[str, Any]], most: int | None) -> list[str]:
    told, fit = [], []
    for name, expected in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            told.append(f"{name} is missing")
        elif path.stat().st_size != expected["bytes"]:
            told.append(f"{name} is altered")
        else:
            fit.append(name)
    chosen = fit if most is None else [n for n in fit if n in _within(files, most)]
    now = hashed_all(folder, [folder / n for n in chosen])
    return told + [f"{name} is altered" for name in chosen if now[name]["sha256"] != files[name]["sha256"]]


def _within(files: dict[str, dict[str, Any]], most: int) -> list[str]:
    chosen, total = [], 0
    for name in sorted(files, key=lambda n: (files[n]["bytes"], n)):
        total += files[name]["bytes"]
        if total <= most:
            chosen.append(name)
    return chosen


def _strays(folder: Path, found: list[Path], known: set[str]) -> list[str]:
    folders = {parent.as_posix() for name in known for parent in Path(name).parents}
    told = []
    for path in found:
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            told.append(f"{name} is a link")
        elif name not in (folders if path.is_dir() else known):
            told.append(f"{name} does not belong to the release")
    return told


def _writable(folder: Path, found: list[Path]) -> list[str]:
    told = []
    for path in found:
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        if not path.is_symlink() and mode & 0o222:
            name = path.relative_to(folder).as_posix() if path != folder else "the folder"
            told.append(f"{name} can be written ({mode:04o})")
    return told
