"""Reading a backup back: whether every snapshot's objects are there, and hold what their hashes say.

Looking belongs here, and taking away what is damaged where that is asked for; restoring does not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from warehouse.backup.locks import locked
from warehouse.backup.place import open_place
from warehouse.backup.repository import OBJECTS, Repository, existing
from warehouse.backup.snapshot import Snapshot
from warehouse.errors import MtmError
from warehouse.progress import tell


@dataclass
class Checked:
    """What was read, and what is wrong: snapshot → paths that it lacks or that are damaged, or why it can't be read."""

    place: str
    encrypted: bool
    snapshots: list[str] = field(default_factory=list)
    objects: int = 0
    read: int = 0
    bytes: int = 0
    problems: dict[str, list[str]] = field(default_factory=dict)
    removed: int = 0

    @property
    def whole(self) -> list[str]:
        """Snapshots that nothing was found against, oldest first."""
        return [s for s in self.snapshots if s not in self.problems]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {"place": self.place, "encrypted": self.encrypted, "snapshots": self.snapshots, "objects": self.objects, "read": self.read,
                "bytes": self.bytes, "problems": self.problems, "whole": self.whole, "removed": self.removed, "ok": not self.problems}  # fmt: skip


def check(url: str | None = None, *, sample: int = 100, mend: bool = False) -> Checked:
    """Read `sample` percent of the objects (chosen anew each time), and look that all are there.

    `mend`: damaged objects are removed, so that the next backup sends them again where the home still has them.
    """
    place = open_place(url)
    repository = existing(place)
    with locked(place, alone=mend) as lock:
        found, wrong = repository.snapshots()
        done = Checked(place.shown, repository.is_encrypted, sorted([*(s.id for s in found), *wrong]))
        done.problems = {identity: [error.what] for identity, error in wrong.items()}
        hashes = sorted({f.sha256 for s in found for f in s.files.values()})
        have = place.names(OBJECTS)
        done.objects = len(hashes)
        lacking = {h for h in hashes if repository.object_name(h) not in have}
        present = [h for h in hashes if h not in lacking]
        chosen = random.sample(present, max(1, len(present) * sample // 100)) if present else []
        damaged = set()
        for number, sha256 in enumerate(chosen, 1):
            lock.renew()
            tell("reading the backup", "", number, len(chosen))
            if not _reads(repository, sha256, done):
                damaged.add(sha256)
        _tell(found, lacking, damaged, done)
        if mend:
            for sha256 in damaged:
                place.remove(repository.object_name(sha256))
                done.removed += 1
    return done


def _reads(repository: Repository, sha256: str, done: Checked) -> bool:
    try:
        for chunk in repository.contents(sha256):
            done.bytes += len(chunk)
    except MtmError as error:
        if error.code not in ("backup_damaged", "backup_object_missing"):
            raise
        return False
    finally:
        done.read += 1
    return True


def _tell(found: list[Snapshot], lacking: set[str], damaged: set[str], done: Checked) -> None:
    for snapshot in found:
        told = [
            f"{p} is {'missing' if f.sha256 in lacking else 'damaged'}"
            for p, f in sorted(snapshot.files.items())
            if f.sha256 in lacking | damaged
        ]
        if told:
            done.problems[snapshot.id] = told
