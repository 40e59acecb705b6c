"""Verifying a release: every file against the manifest's hash, nothing missing, nothing beside them.

Also rolling back, which is a verified flip to an older release. Building anew from the vault does not belong here.
"""

from __future__ import annotations

from typing import Any

from warehouse.deliveries.disk import file_hash
from warehouse.errors import MtmError, UsageError
from warehouse.releases.manifest import FILE, current_id, load_manifest
from warehouse.releases.pointer import flip
from warehouse.settings import Home


def verify(home: Home, release_id: str | None = None) -> dict[str, Any]:
    """The release's files and problems found. Raises MtmError (exit 1) where it is not as it was published."""
    manifest = load_manifest(home, release_id)
    folder = home.releases / manifest.release_id
    problems = []
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif path.stat().st_size != expected["bytes"] or file_hash(path) != expected["sha256"]:
            problems.append(f"{name} is altered")
    known = {*manifest.files, FILE}
    found = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    problems += [f"{name} does not belong to the release" for name in found if name not in known]
    if problems:
        raise MtmError(
            f"release {manifest.release_id} is not as it was published: {'; '.join(problems)}",
            where=f"releases/{manifest.release_id}",
            expected="the files of its manifest",
            todo=f"mtm rollback {manifest.parent}" if manifest.parent else "restore it from a backup",
            code="tampered",
        )
    return {
        "release_id": manifest.release_id,
        "files": len(manifest.files),
        "content_hash": manifest.content_hash,
        "ok": True,
    }


def rollback(home: Home, release_id: str) -> dict[str, str | None]:
    """Serve an older (or newer) whole release again. Refused where the release does not verify."""
    before = current_id(home)
    if before == release_id:
        raise UsageError(f"{release_id} is current already", expected="another release", todo="mtm releases shows them")
    verify(home, release_id)
    flip(home, release_id, before)
    return {"before": before, "current": release_id}
