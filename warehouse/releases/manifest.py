"""The manifest of a release: what it holds, from which deliveries, with which hashes. And the list of releases.

Reading and writing manifests belongs here; making and moving releases does not.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError, UsageError
from warehouse.releases.tags import RELEASE, tags
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
    engine: str = "duckdb"  # that ran the models; the content does not depend on it
    verdict: dict[str, Any] = field(
        default_factory=dict
    )  # outcome, number of checks, those to review; whole: verdict.json
    waivers: list[dict[str, Any]] = field(default_factory=list)  # the exceptions by which it passed, whole
    personal_scan: dict[str, Any] = field(
        default_factory=dict
    )  # what the scan for personal data went through, in numbers

    def version(self, round_key: str) -> RoundVersion | None:
        """The version of a round in this release."""
        return self._by_round.get(round_key)

    @cached_property
    def _by_round(self) -> dict[str, RoundVersion]:
        """Who asks for each round of many does not go through all of them each time."""
        return {v.round_key: v for v in reversed(self.rounds)}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a release's folder. Raises MtmError where it is damaged or gone."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Manifest(**{**data, "rounds": [RoundVersion(**v) for v in data["rounds"]]})
    except FileNotFoundError:
        raise MtmError(
            f"the release {folder.name} is gone", where=f"releases/{folder.name}", expected="the folder that was published",
            todo="mtm rollback RELEASE serves another one (mtm releases shows them), or restore it from a backup", code="release_gone",
        ) from None  # fmt: skip
    except (ValueError, TypeError, KeyError):
        raise MtmError(
            f"the manifest of {folder.name} can't be read", where=f"releases/{folder.name}/{FILE}",
            expected="the manifest that was published", todo=f"mtm verify {folder.name}", code="manifest_damaged",
        ) from None  # fmt: skip


def release_ids(home: Home) -> list[str]:
    """Ids of all whole releases that are kept, oldest first."""
    return sorted((p.parent.name for p in home.releases.glob(f"r*/{FILE}")), key=number_of)


def number_of(release_id: str) -> int:
    """The number in an id: what comes later has a higher one, whatever the clock said."""
    digits = release_id[1:]
    return int(digits) if digits.isdecimal() else -1


def current_id(home: Home) -> str | None:
    """The release that is served, or None before the first."""
    return Path(home.current.readlink()).name if home.current.is_symlink() else None


def latest_id(home: Home) -> str | None:
    """The newest whole release that passed the gate, served or held back; the current one where none was noted."""
    link = home.latest_candidate
    noted = Path(link.readlink()).name if link.is_symlink() else None
    return noted if noted and (home.releases / noted / FILE).is_file() else current_id(home)


def current_manifest(home: Home) -> Manifest | None:
    """The manifest of the release that is served."""
    identity = current_id(home)
    return read_manifest(home.releases / identity) if identity else None


def release_named(home: Home, name: str | None = None) -> str:
    """The id that an id, a tag or a channel stands for; the current one by default. Raises UsageError (exit 2)."""
    channels = {None: current_id, "current": current_id, "latest-candidate": latest_id}
    named = channels[name](home) if name in channels else tags(home).get(name or "", name)
    if named is not None and RELEASE.fullmatch(named) and (home.releases / named / FILE).is_file():
        return named
    raise _gone(home, named) if named else _unknown(home, name)


def load_manifest(home: Home, name: str | None = None) -> Manifest:
    """The manifest of a release: by id, tag or channel, or the current one's. Raises UsageError (exit 2) where there is none."""
    return read_manifest(home.releases / release_named(home, name))


def _gone(home: Home, release_id: str) -> UsageError:
    """A release that `mtm gc` removed was there; another name was never one."""
    from warehouse.releases.index import removed

    line = removed(home).get(release_id)
    if line is None:
        return _unknown(home, release_id)
    return UsageError(
        f"release {release_id}, published {line['published_at']}, was removed on {line['at']}",
        expected=f"one of {', '.join(release_ids(home))}",
        todo="take it from a backup, or build its deliveries anew from the vault; mtm tag keeps a release for good",
        code="release_removed",
    )


def _unknown(home: Home, name: str | None) -> UsageError:
    known = [*release_ids(home), *tags(home)]
    return UsageError(
        f"there is no release {name[:64]}" if name and known else "nothing has been published yet",
        where="" if known else f"MTM_HOME, {home.root}",
        expected=f"one of {', '.join(known)}" if known else "a home with a release",
        todo="mtm releases shows them" if known else "look at MTM_HOME; of a new home: mtm receive FILE, then mtm run",
        code="unknown_release",
    )
