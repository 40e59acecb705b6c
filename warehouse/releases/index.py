"""The index of releases: one line for each that was written or removed, with the hash of its manifest.

Remembering belongs here: which id was ever used, which manifest is the true one, what was held back, what is gone. It
lies beside the releases (`published/index.jsonl`), so that a release can't vouch for itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import file_hash
from warehouse.releases import journal
from warehouse.releases.manifest import FILE as MANIFEST
from warehouse.releases.manifest import Manifest, number_of, release_ids
from warehouse.settings import Home

FILE = "index.jsonl"
FLIPS = "flips.jsonl"  # the log of moves of the pointer


def record_written(home: Home, manifest: Manifest, *, held: bool, digest: str = "") -> None:
    """A whole release stands in its folder. Not told twice, unless it is no longer held back, or held back now.

    `digest`: the hash of its manifest as it was made; else of the one that was noted, or lies there.
    """
    known = written(home).get(manifest.release_id)
    noted = known["manifest_sha256"] if known else ""
    digest = digest or noted or file_hash(home.releases / manifest.release_id / MANIFEST)
    if known is None or (known["manifest_sha256"], known["held"]) != (digest, held):
        _append(home, manifest, "written", manifest_sha256=digest, held=held)


def record_removed(home: Home, manifest: Manifest) -> None:
    """A release is about to be removed: what it was remains known."""
    _append(home, manifest, "removed", brought=manifest.brought)


def written(home: Home) -> dict[str, dict[str, Any]]:
    """Release → its last line of writing (`manifest_sha256`, `held`)."""
    return _lines(home, "written")


def is_held(home: Home, release_id: str) -> bool:
    """Whether it was noted as held back."""
    return bool(written(home).get(release_id, {}).get("held"))


def removed(home: Home) -> dict[str, dict[str, Any]]:
    """Release → the line of its removal, of those that are gone."""
    kept = set(release_ids(home))
    return {identity: line for identity, line in _lines(home, "removed").items() if identity not in kept}


def next_id(home: Home) -> str:
    """One more than the highest id that was ever used here, also by a release that is gone: ids never go back."""
    logged = [line.get("release_id") for name in (FILE, FLIPS) for line in journal.lines(home.published / name)]
    return f"r{max([0, *(number_of(str(identity)) for identity in [*release_ids(home), *logged])]) + 1:06d}"


def _append(home: Home, manifest: Manifest, do: str, **more: Any) -> None:
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    told = {"release_id": manifest.release_id, "parent": manifest.parent, "published_at": manifest.published_at}
    journal.append(_path(home), {"do": do, "at": at, **told, "content_hash": manifest.content_hash, **more})


def _lines(home: Home, do: str) -> dict[str, dict[str, Any]]:
    return {str(line.get("release_id")): line for line in journal.lines(_path(home)) if line.get("do") == do}


def _path(home: Home) -> Path:
    return home.published / FILE
