"""Step 2: releases from before there was an index are noted in it, and the log of flips begins with them.

The index holds the hash of each manifest beside the releases, so that a release can't vouch for itself; homes of before had
none. Their log of flips is written as far as it is known: each release was served when it was published. Only logs are added to.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.disk import write_whole

if TYPE_CHECKING:
    from warehouse.releases.manifest import Manifest
    from warehouse.settings import Home

TITLE = "every release is in the index, the log of flips begins with the first"
AUTOMATIC = True


def apply(root: Path, *, dry_run: bool) -> list[str]:
    """Note what is not noted. A release that is not whole is told, and not noted: the index must not vouch for it."""
    from warehouse.settings import Home

    home = Home(root)
    if not home.releases.is_dir():
        return []
    if dry_run:
        return _noted(home, dry_run=True)
    from warehouse.releases.pointer import pointer_lock

    with pointer_lock(home):
        return _noted(home, dry_run=False)


def _noted(home: Home, *, dry_run: bool) -> list[str]:
    from warehouse.errors import MtmError
    from warehouse.releases.index import record_written, written
    from warehouse.releases.integrity import problems
    from warehouse.releases.manifest import read_manifest, release_ids

    known, told, manifests = written(home), [], []
    for identity in release_ids(home):
        try:
            manifests.append(read_manifest(home.releases / identity))
        except MtmError as error:
            told.append(f"{identity} is not noted: {error.what}")
    told += _flips(home, manifests, dry_run=dry_run) if not known else []
    for manifest in manifests:
        if manifest.release_id in known:
            continue
        if wrong := problems(home, manifest.release_id, modes=False, most=0):
            told.append(f"{manifest.release_id} is not noted: {wrong[0]}")
            continue
        told.append(f"{manifest.release_id} is noted in the index")
        if not dry_run:
            record_written(home, manifest, held=False)
    return told


def _flips(home: Home, manifests: list[Manifest], *, dry_run: bool) -> list[str]:
    """The log as it would have been written; whole, by one rename, so that a half one is never taken for true."""
    from warehouse.releases.flips import FILE
    from warehouse.releases.manifest import current_id

    path, served = home.published / FILE, current_id(home)
    if path.exists() or not manifests or served is None:
        return []
    lines: list[dict[str, Any]] = []
    for manifest in manifests:
        before = lines[-1]["release_id"] if lines else None
        lines.append(
            {"at": manifest.published_at.removesuffix("Z"), "release_id": manifest.release_id, "before": before}
        )
    if lines[-1]["release_id"] != served:  # it was rolled back; when is not known: after the last was published
        lines.append({"at": lines[-1]["at"], "release_id": served, "before": lines[-1]["release_id"]})
    if not dry_run:
        write_whole(path, "".join(json.dumps(line) + "\n" for line in lines))
    return [f"{len(lines)} moves of the pointer are in the log of flips"]
