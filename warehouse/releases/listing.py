"""Releases as a person sees them: in a list with channels and tags, and their notes.

Reading what stands belongs here, also of releases that are gone or damaged; nothing is changed.
"""

from __future__ import annotations

from typing import Any

from warehouse.errors import MtmError, UsageError
from warehouse.releases.flips import ever_served
from warehouse.releases.index import removed, written
from warehouse.releases.manifest import RoundVersion, current_id, latest_id, number_of, read_manifest, release_ids
from warehouse.releases.tags import CHANNELS, RELEASE, tags
from warehouse.settings import Home


def held_releases(home: Home) -> list[str]:
    """Releases that passed, were held back, and stand on what is served: `mtm promote` serves them. Oldest first."""
    held = {i for i, line in written(home).items() if line.get("held")}
    waiting = [i for i in release_ids(home) if i in held - (ever_served(home) if held else set())]
    return [i for i in waiting if _parent(home, i) == current_id(home)]


def rounds_of(home: Home, release_id: str) -> list[RoundVersion]:
    """The rounds of a release; none where its manifest is damaged."""
    try:
        return read_manifest(home.releases / release_id).rounds
    except MtmError:
        return []


def release_rows(home: Home) -> list[dict[str, Any]]:
    """One row for each release that is kept, oldest first."""
    return [_row(home, i, names) for names in [_names(home)] for i in release_ids(home)]


def gone_rows(home: Home) -> list[dict[str, Any]]:
    """One row for each release that was removed."""
    return [
        {"release_id": i, "parent": line["parent"], "published_at": line["published_at"], "brought": line.get("brought", []),
         "rounds": None, "content_hash": line["content_hash"], "synthetic": None, "is_current": False, "is_latest_candidate": False,
         "is_held": False, "tags": [], "channel": f"removed {line['at']}", "removed_at": line["at"]}
        for i, line in sorted(removed(home).items(), key=lambda item: number_of(item[0]))
    ]  # fmt: skip


def is_release_name(home: Home, name: str) -> bool:
    """Whether a word means a release: an id, a tag or a channel."""
    return bool(RELEASE.fullmatch(name)) or name in CHANNELS or name in tags(home)


def notes_of(home: Home, release_id: str, language: str = "en") -> str:
    """The notes of a release. Raises UsageError for a release from before there were notes."""
    from warehouse.releases.notes import notes_name  # with all that notes are made of: mtm status needs none of it

    path = home.releases / release_id / notes_name(language)
    if not path.is_file():
        raise UsageError(f"{release_id} has no notes in this language", expected="a release that was published with notes",
                         todo=f"mtm show {release_id}, mtm diff", code="no_notes")  # fmt: skip
    return path.read_text(encoding="utf-8")


def _row(home: Home, identity: str, names: dict[str, list[str]]) -> dict[str, Any]:
    current, latest, held = identity == current_id(home), identity == latest_id(home), identity in names["held"]
    channel = "served" if current else "held back" if held else "latest candidate" if latest else ""
    told = {
        "is_current": current,
        "is_latest_candidate": latest,
        "is_held": held,
        "tags": names.get(identity, []),
        "channel": channel,
    }
    try:
        m = read_manifest(home.releases / identity)
    except MtmError:
        return {"release_id": identity, "parent": None, "published_at": "", "brought": [], "rounds": 0, "content_hash": "",
                "synthetic": False, **told, "channel": "DAMAGED: mtm verify"}  # fmt: skip
    return {"release_id": m.release_id, "parent": m.parent, "published_at": m.published_at, "brought": m.brought,
            "rounds": len(m.rounds), "content_hash": m.content_hash, "synthetic": m.synthetic, **told}  # fmt: skip


def _names(home: Home) -> dict[str, list[str]]:
    """Release → its tags; and under `held` those that are held back."""
    found: dict[str, list[str]] = {"held": held_releases(home)}
    for name, identity in sorted(tags(home).items()):
        found.setdefault(identity, []).append(name)
    return found


def _parent(home: Home, identity: str) -> str | None:
    try:
        return read_manifest(home.releases / identity).parent
    except MtmError:
        return "damaged"
