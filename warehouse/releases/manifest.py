"""The manifest of a release: what it holds, from which deliveries, with which hashes. And the list of releases.

Reading and writing manifests belongs here; making and moving releases does not.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from warehouse.errors import UsageError
from warehouse.settings import Home

FILE = "manifest.json"


@dataclass(frozen=True)
class RoundVersion:
    """Which delivery, read how, stands for a round in a release."""

    round_key: str
    delivery_id: str
    delivery_seq: int
    sha256: str
    normalized_id: str
    reference: str = ""  # hash of what marts read of the operation's files for this round


@dataclass(frozen=True)
class Manifest:
    """One release. `content_hash` is equal for equal contents; it leaves out dates and the release's own id."""

    release_id: str
    parent: str | None
    published_at: str  # ISO 8601, UTC
    content_hash: str
    code_version: str
    models_hash: str
    rounds: list[RoundVersion]
    brought: list[str]  # round keys that are new or newer here
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # path in the release -> sha256, bytes
    marts: dict[str, dict[str, Any]] = field(default_factory=dict)  # mart -> rows, content_hash
    history: list[dict[str, Any]] = field(default_factory=list)  # this release and its ancestors, oldest first
    synthetic: bool = False  # any of its rounds is synthetic

    def version(self, round_key: str) -> RoundVersion | None:
        """The version of a round in this release."""
        return next((v for v in self.rounds if v.round_key == round_key), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a release's folder."""
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Manifest(**{**data, "rounds": [RoundVersion(**v) for v in data["rounds"]]})


def release_ids(home: Home) -> list[str]:
    """Ids of all whole releases that are kept, oldest first."""
    return sorted(p.parent.name for p in home.releases.glob(f"r*/{FILE}"))


def current_id(home: Home) -> str | None:
    """The release that is served, or None before the first."""
    return Path(home.current.readlink()).name if home.current.is_symlink() else None


def current_manifest(home: Home) -> Manifest | None:
    """The manifest of the release that is served."""
    identity = current_id(home)
    return read_manifest(home.releases / identity) if identity else None


def load_manifest(home: Home, release_id: str | None = None) -> Manifest:
    """A release's manifest, or the current one's. Raises UsageError (exit 2) where there is none."""
    identity = release_id or current_id(home)
    if identity is None or identity not in release_ids(home):
        raise UsageError(
            f"there is no release {release_id}" if release_id else "nothing has been published yet",
            expected=f"one of {', '.join(release_ids(home)) or 'no release yet'}",
            todo="mtm releases shows them" if release_id else "mtm receive FILE, then mtm run",
            code="unknown_release",
        )
    return read_manifest(home.releases / identity)


def next_id(home: Home) -> str:
    """One more than the highest id that was ever used here: ids never go back."""
    return f"r{max((int(i[1:]) for i in release_ids(home)), default=0) + 1:06d}"
