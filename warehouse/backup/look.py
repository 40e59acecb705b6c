"""A home as it is at one moment: channels, logs and the list of releases, taken under the lock on releases.

What must be read together belongs here, and what is looked at besides (purges, rounds, whether files are what they should
be); sending files is in `take.py`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from warehouse.backup.snapshot import Buried, File
from warehouse.errors import MtmError, UsageError
from warehouse.releases.manifest import current_id, read_manifest, release_ids
from warehouse.releases.pointer import pointer_lock
from warehouse.settings import Home

BLOB = "vault/blobs/"


@dataclass(frozen=True)
class Moment:
    """`logs`: contents of what lies beside the releases (index, flips, tags), as it was when the channels were read."""

    current: str | None
    releases: list[str]
    links: dict[str, str]
    logs: dict[str, bytes]


def moment(home: Home) -> Moment:
    """Channels and logs, while nobody moves a release. Raises UsageError (exit 2) where there is no home."""
    if not home.vault.is_dir() or not home.releases.is_dir():
        raise UsageError("there is no home to back up", where=f"MTM_HOME, {home.root}", expected="a home that holds deliveries or releases",
                         todo="look at MTM_HOME", code="no_home")  # fmt: skip
    with pointer_lock(home):
        channels = [link for link in (home.current, home.latest_candidate) if link.is_symlink()]
        links = {f"published/{link.name}": link.readlink().as_posix() for link in channels}
        logs = {f"published/{p.name}": p.read_bytes() for p in home.published.iterdir() if _is_log(p)}
        return Moment(current_id(home), release_ids(home), links, logs)


def buried(home: Home) -> dict[str, Buried]:
    """The purges of a home: sha256 → rounds and the hashes of all files that went."""
    from warehouse.personal.tombstones import tombstones

    found = {}
    for stone in tombstones(home):
        removed = [str(name) for name in stone.proof.get("removed", [])]
        also = [name.rpartition("/")[2] for name in removed if name.startswith(BLOB)]
        found[stone.sha256] = Buried(sorted(stone.round_keys), sorted({stone.sha256, *also}), stone.done)
    return found


def problems(home: Home, files: dict[str, File], gone: set[str], releases: list[str]) -> list[str]:
    """What is not as it should be in what was read: it is in the snapshot all the same, and earlier ones are better."""
    told = [f"{p} is altered" for p, f in files.items() if p.startswith(BLOB) and p.rpartition("/")[2] != f.sha256]
    for path in (p for p in files if p.startswith("vault/deliveries/")):
        with suppress(OSError, ValueError, KeyError):
            sha256 = json.loads((home.root / path).read_text(encoding="utf-8"))["sha256"]
            if f"{BLOB}{sha256[:2]}/{sha256}" not in files and sha256 not in gone:
                told.append(f"the file of {path} is missing")
    if any(not stone.done for stone in buried(home).values()):
        told.append("a purge has begun and not ended (mtm purge)")
    for identity in releases:
        told += _release_problems(home, identity, files)
    return sorted(set(told))


def _release_problems(home: Home, identity: str, files: dict[str, File]) -> list[str]:
    top = f"published/releases/{identity}"
    try:
        expected = read_manifest(home.releases / identity).files
    except MtmError as error:
        return [error.what]
    read = {n: files.get(f"{top}/{n}") for n in expected}
    return [
        f"{top}/{n} is {'altered' if f else 'missing'}"
        for n, f in read.items()
        if f is None or f.sha256 != expected[n]["sha256"]
    ]


def _is_log(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")
