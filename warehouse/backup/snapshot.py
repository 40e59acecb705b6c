"""A snapshot: what a home held at one moment, file by file, as data.

Its shape and its way to and from JSON belong here, and that its paths stay below the home; where it is stored does not.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from warehouse.errors import MtmError

FORMAT = 1
ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{6}")
LINKS = re.compile(r"releases/r\d+")


@dataclass(frozen=True)
class File:
    """One file: the hash of its contents, bytes, permissions, time of change (ns: the order of verdicts rests on it)."""

    sha256: str
    size: int
    mode: int
    changed: int


@dataclass(frozen=True)
class Buried:
    """A purge that the snapshot knows of: its rounds, the hashes of all files that it took, whether it had ended."""

    round_keys: list[str]
    hashes: list[str]
    done: bool


@dataclass(frozen=True)
class Snapshot:
    """Paths are relative to the home. `links`: the two channels. `version` counts purges that were applied to it later."""

    id: str
    at: str  # ISO 8601, UTC
    code_version: str
    state: int  # version of the state (warehouse/migrations)
    current: str | None
    releases: list[str]
    rounds: list[str]
    files: dict[str, File]
    links: dict[str, str]
    buried: dict[str, Buried] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)  # what was not as it should be in the home
    version: int = 1

    @property
    def size(self) -> int:
        """Bytes of the home."""
        return sum(f.size for f in self.files.values())

    def as_json(self) -> bytes:
        """All of it."""
        data = asdict(self) | {"files": {p: [f.sha256, f.size, f.mode, f.changed] for p, f in self.files.items()}}
        return json.dumps({"format": FORMAT, **data}, ensure_ascii=False, sort_keys=True).encode(
            "utf-8", "surrogatepass"
        )

    def told(self) -> dict[str, Any]:
        """What a list shows of it."""
        return {
            "snapshot": self.id, "at": self.at, "current": self.current, "releases": len(self.releases), "rounds": len(self.rounds),
            "files": len(self.files), "bytes": self.size, "purges": len(self.buried), "problems": self.problems,
        }  # fmt: skip


def new_id(now: datetime, known: Iterable[str] = ()) -> str:
    """An id that no other backup bears, and that sorts behind all known ones, also where the clock was set back."""
    for last in sorted(known)[-1:]:
        now = max(now, datetime.strptime(last[:22], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC) + timedelta(microseconds=1))
    return f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(3)}"


def from_json(text: bytes, name: str) -> Snapshot:
    """A snapshot as it was written. Raises MtmError where it can't be one, or is of a newer program."""
    try:
        data = json.loads(text)
        form = data.pop("format")
        if form > FORMAT:
            raise MtmError(f"{name} was written by a newer version", expected=f"format {FORMAT}",
                           todo="restore with that version, then see docs/upgrades.md", code="backup_is_newer")  # fmt: skip
        data["files"] = {p: File(*f) for p, f in data["files"].items()}
        data["buried"] = {h: Buried(**b) for h, b in data["buried"].items()}
        found = Snapshot(**data)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise MtmError(f"{name} of the backup can't be read", expected="a snapshot", todo="mtm backup URL --list shows the others",
                       code="backup_damaged") from None  # fmt: skip
    _must_stay_below(found, name)
    return found


def _must_stay_below(found: Snapshot, name: str) -> None:
    """Paths that leave the home are never written, whoever wrote the snapshot."""
    for path in [*found.files, *found.links]:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise _outside(name)
    if not all(LINKS.fullmatch(target) and path.startswith("published/") for path, target in found.links.items()):
        raise _outside(name)


def _outside(name: str) -> MtmError:
    return MtmError(f"{name} names files outside of a home", expected="paths below it", todo="do not use this backup: somebody altered it",
                    code="backup_damaged")  # fmt: skip
