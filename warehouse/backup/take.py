"""Taking a backup: what a home holds is hashed, what the place lacks is sent, the snapshot that names it all comes last.

The order of these steps belongs here. Runs, receipts and other backups may go on meanwhile: releases and raw files never
change once they have their name, logs only grow, and what names other things is read before what it names.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.backup.contents import held
from warehouse.backup.locks import Lock, locked
from warehouse.backup.look import Moment, buried, moment, problems
from warehouse.backup.place import Place, blocks, open_place
from warehouse.backup.record import record
from warehouse.backup.repository import OBJECTS, Changed, Repository, made
from warehouse.backup.snapshot import File, Snapshot, new_id
from warehouse.errors import MtmError, UsageError
from warehouse.migrations.state import program_version, version_of
from warehouse.progress import tell
from warehouse.settings import Home

TRIES = 3


class _Vanished(Exception):
    """A release or a raw file went while the home was read: the look at it is taken again. What was sent stays sent."""


@dataclass
class Sent:
    """What a backup sent: new objects and their bytes as stored."""

    objects: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Taken:
    """A backup that was taken."""

    snapshot: Snapshot
    sent: Sent
    place: str
    encrypted: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {**self.snapshot.told(), "place": self.place, "encrypted": self.encrypted,
                "sent_objects": self.sent.objects, "sent_bytes": self.sent.bytes}  # fmt: skip


def backup(home: Home, url: str | None = None, *, unencrypted: bool = False) -> Taken:
    """Back a home up. What an interrupted backup sent is not sent again.

    Raises MtmError where the place can't be written; then the snapshots that it has are as they were.
    """
    first = moment(home)  # before anything is made elsewhere: whether there is a home at all
    place = open_place(url)
    _must_be_elsewhere(home, place)
    repository = made(place, unencrypted=unencrypted)
    repository.spool = home.build / "backup"
    repository.spool.mkdir(mode=0o700, exist_ok=True)
    sent = Sent()
    with locked(place) as lock:
        snapshot = _taken(home, repository, lock, sent, first)
        repository.write(snapshot)
    record(home, place.shown, snapshot)
    return Taken(snapshot, sent, place.shown, repository.is_encrypted)


def _must_be_elsewhere(home: Home, place: Place) -> None:
    root = getattr(place, "root", None)
    if isinstance(root, Path) and root.resolve().is_relative_to(home.root.resolve()):
        raise UsageError("a backup inside of the home is none", where=place.shown, expected="a folder on another disk, or a URL",
                         todo="name another place", code="bad_url")  # fmt: skip


def _taken(home: Home, repository: Repository, lock: Lock, sent: Sent, seen: Moment) -> Snapshot:
    for _ in range(TRIES):
        try:
            return _snapshot(home, repository, lock, sent, seen)
        except _Vanished:
            seen = moment(home)
    raise MtmError("files went again and again while they were read", where="MTM_HOME", expected="mtm gc and mtm purge to end",
                   todo="back up again", code="backup_moving")  # fmt: skip


def _snapshot(home: Home, repository: Repository, lock: Lock, sent: Sent, seen: Moment) -> Snapshot:
    have, before = repository.place.names(OBJECTS), buried(home)
    files: dict[str, File] = {}
    for path in _paths(home, seen):
        lock.renew()
        tell("backing up", path.rpartition("/")[2] if path.startswith("published/") else path.split("/")[0], len(files))
        if (found := _stored(home, path, seen.logs.get(path), repository, have, sent)) is not None:
            files[path] = found
        elif path.startswith("published/releases/"):
            raise _Vanished
        else:
            _forget_folder(path, files)
    gone = buried(home)
    if gone != before or not all((home.releases / i).is_dir() for i in seen.releases):
        raise _Vanished  # something was purged or removed while this went on
    hashes = {h for b in gone.values() for h in b.hashes}
    files = {p: f for p, f in files.items() if f.sha256 not in hashes}
    _must_be_there(repository, files)
    now = datetime.now(UTC)
    rounds = sorted({p.split("/")[2] for p in files if p.startswith("vault/deliveries/")})
    return Snapshot(
        new_id(now, repository.snapshot_names()), now.isoformat(timespec="seconds"), program_version(), version_of(home.root) or 0, seen.current, seen.releases, rounds,
        files, seen.links, gone, problems(home, files, hashes, seen.releases),
    )  # fmt: skip


def _paths(home: Home, seen: Moment) -> Iterator[str]:
    """What a snapshot of this moment holds: its logs, its releases and none that came later, then all else."""
    yield from seen.logs
    names = {f"published/releases/{i}/" for i in seen.releases}
    for path in held(home):
        if path in seen.logs or (
            path.startswith("published/releases/") and "/".join(path.split("/")[:3]) + "/" not in names
        ):
            continue
        yield path


def _forget_folder(path: str, files: dict[str, File]) -> None:
    """Tables of a delivery are whole or not there at all: where one went (`mtm gc`, a purge), none of its folder is kept."""
    parts = path.split("/")
    if parts[:2] == ["build", "normalized"] and len(parts) == 5:
        for name in [p for p in files if p.startswith("/".join(parts[:4]) + "/")]:
            del files[name]


def _stored(
    home: Home, path: str, log: bytes | None, repository: Repository, have: dict[str, int], sent: Sent
) -> File | None:
    """A file that is stored now; None where it went. One that changes while it is read is read again."""
    file = home.root / path
    for _ in range(TRIES):
        try:
            told = os.stat(file, follow_symlinks=False)
            sha256 = hashlib.sha256(log).hexdigest() if log is not None else _hash(file)
            size = len(log) if log is not None else told.st_size
            name = repository.object_name(sha256)
            if name not in have:
                have[name] = _send(repository, name, file if log is None else log, sha256, size, sent)
        except FileNotFoundError:
            return None
        except Changed:
            continue
        return File(sha256, size, stat.S_IMODE(told.st_mode), told.st_mtime_ns)
    raise MtmError("a file changes while it is read", where=path, expected="it to stand still for a moment",
                   todo="back up again", code="backup_moving")  # fmt: skip


def _send(repository: Repository, name: str, contents: bytes | Path, sha256: str, size: int, sent: Sent) -> int:
    """Send contents that the place lacks; how many bytes they are there. Raises Changed where they are others by now."""
    stored = repository.put(name, blocks(contents), size, sha256)
    sent.objects, sent.bytes = sent.objects + 1, sent.bytes + stored
    return stored


def _must_be_there(repository: Repository, files: dict[str, File]) -> None:
    """Once more, before a snapshot names them: nobody removed an object meanwhile (by hand, by another program)."""
    have = repository.place.names(OBJECTS)
    if lacking := sum(repository.object_name(h) not in have for h in {f.sha256 for f in files.values()}):
        raise MtmError(f"{lacking} objects went from the backup while it was taken", where=repository.place.shown,
                       expected="nobody else to remove them", todo="back up again: they are sent again", code="backup_moving")  # fmt: skip


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
