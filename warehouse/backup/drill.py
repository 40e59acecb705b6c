"""The restore drill: a backup is restored into a scratch folder, compared with the home, and the scratch folder removed.

Comparing belongs here: release by release, round by round, file by file. Nothing of the home is touched.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.backup.restore import Restored, restore
from warehouse.deliveries.disk import file_hash
from warehouse.releases.manifest import read_manifest, release_ids
from warehouse.releases.staging import erase
from warehouse.settings import Home


@dataclass
class Drilled:
    """What a drill found. `differs`: what the restored home has otherwise than the home had when it was backed up."""

    snapshot: str
    at: str
    seconds: float
    files: int
    bytes: int
    releases: int
    rounds: int
    differs: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)  # releases of the home that came after the snapshot

    @property
    def ok(self) -> bool:
        """Whether the home could be put back from this backup alone."""
        return not self.differs

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {**self.__dict__, "ok": self.ok}


def drill(home: Home, url: str | None = None, snapshot: str | None = None, *, scratch: Path | None = None) -> Drilled:
    """Restore into a scratch folder (in `build/`, where microdata may lie) and compare. Raises as restoring does."""
    started = time.monotonic()
    place = scratch or home.build
    if not place.is_dir():  # no home here: a machine that is there for drills alone
        place = Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="verify-drill-", dir=place))
    try:
        done = restore(folder, url, snapshot)
        told = done.snapshot
        found = Drilled(told.id, told.at, 0.0, len(told.files), told.size, len(told.releases), len(told.rounds))
        found.differs = [*_wrong(done), *_states(done), *(_against(home, done) if home.releases.is_dir() else [])]
        found.newer = [i for i in release_ids(home) if i not in told.releases] if home.releases.is_dir() else []
        found.seconds = round(time.monotonic() - started, 1)
        return found
    finally:
        _remove(folder)


def _wrong(done: Restored) -> list[str]:
    """Releases that do not verify, and files that are not what the snapshot says, read from the disk once more."""
    told = [f"{a['release_id']}: {'; '.join(a['problems'])}" for a in done.verified if not a["ok"]]
    root = done.home.root
    skip = {"state.json"}  # written anew by the program
    return told + [
        f"{p} is altered"
        for p, f in sorted(done.snapshot.files.items())
        if p not in skip and file_hash(root / p) != f.sha256
    ]


def _states(done: Restored) -> list[str]:
    """What is served there, and which rounds were delivered."""
    from warehouse.deliveries.vault import Vault
    from warehouse.releases.manifest import current_id

    told = [] if current_id(done.home) == done.snapshot.current else [f"current is {current_id(done.home)}"]
    rounds = Vault(done.home).rounds()
    return told if rounds == done.snapshot.rounds else [*told, "other rounds are known"]


def _against(home: Home, done: Restored) -> list[str]:
    """Releases that both have are equal."""
    told = []
    for identity in sorted({*release_ids(home)} & {*done.snapshot.releases}):
        ours, theirs = (read_manifest(h.releases / identity) for h in (home, done.home))
        if ours != theirs:
            told.append(f"{identity} has content {theirs.content_hash[:12]}, {ours.content_hash[:12]} here")
    return told


def _remove(folder: Path) -> None:
    for release in folder.glob("published/releases/r*"):
        erase(release)
    shutil.rmtree(folder, ignore_errors=True)
