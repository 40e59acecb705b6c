"""Publishing a candidate that passed: write, audit, sync, rename, flip.

The order of these steps belongs here (reliability: the old or the new release is served, never a mix).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import file_hash, sync
from warehouse.errors import GateRefused, MtmError
from warehouse.personal.scan import scan_release
from warehouse.releases.candidate import Candidate, database_path, discard, models_hash
from warehouse.releases.manifest import FILE, Manifest, read_manifest, release_ids
from warehouse.releases.pointer import flip, freeze, sync_tree, thaw
from warehouse.releases.serving import DATABASE, UNHASHED, serving_rows, write_serving
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home


def publish(home: Home, candidate: Candidate, verdict: Verdict) -> Manifest:
    """The release of a candidate. Raises GateRefused without a passed verdict on exactly this candidate."""
    _must_have_passed(candidate, verdict)
    try:
        manifest = _waiting(home, candidate) or _write_release(home, candidate, verdict)
        flip(home, manifest.release_id, candidate.base_release)
        return manifest
    finally:
        discard(candidate)


def code_version() -> str:
    """The version of this software."""
    return version("mtm-warehouse")


def _must_have_passed(candidate: Candidate, verdict: Verdict) -> None:
    same = (verdict.round_key, verdict.normalized_id, verdict.base_release) == (
        candidate.normalized.round_key, candidate.normalized.normalized_id, candidate.base_release
    )  # fmt: skip
    if verdict.outcome != "passed" or not same:
        raise GateRefused(
            f"{candidate.normalized.round_key} is not published: the verdict is {verdict.outcome}"
            if same else "the verdict was given on another candidate",
            expected="a passed verdict on this candidate", todo=f"mtm findings {candidate.normalized.round_key}", code="refused",
        )  # fmt: skip


def _waiting(home: Home, candidate: Candidate) -> Manifest | None:
    """A whole release of these rounds on this base that was never flipped to (a run died in between, or a rollback)."""
    for identity in release_ids(home):
        manifest = read_manifest(home.releases / identity)
        same = (manifest.parent, manifest.rounds, manifest.models_hash) == (
            candidate.base_release, sorted(candidate.versions, key=lambda v: v.round_key), models_hash()
        )  # fmt: skip
        if same and _complete(home.releases / identity, manifest):
            return manifest
    return None


def _complete(folder: Path, manifest: Manifest) -> bool:
    return all((folder / p).is_file() and file_hash(folder / p) == f["sha256"] for p, f in manifest.files.items())


def _write_release(home: Home, candidate: Candidate, verdict: Verdict) -> Manifest:
    for leftover in home.releases.glob(".staging-*"):
        thaw(leftover)
        shutil.rmtree(leftover)
    staging = home.releases / f".staging-{candidate.release_id}-{os.getpid()}"
    staging.mkdir()
    marts = write_serving(candidate.database, staging, candidate.folder)
    if {name: m["rows"] for name, m in marts.items()} != serving_rows(staging / DATABASE):
        raise MtmError(
            "the serving database does not hold what was written", where=DATABASE, todo="run again", code="audit_failed"
        )
    _write_json(staging / "verdict.json", verdict.as_dict())
    _refuse_personal(home, candidate, staging)
    manifest = _manifest(candidate, marts, staging)
    _write_json(staging / FILE, manifest.as_dict())
    sync_tree(staging)
    _keep_database(home, candidate)
    os.rename(staging, home.releases / candidate.release_id)
    freeze(home.releases / candidate.release_id)
    sync(home.releases)
    return manifest


def _refuse_personal(home: Home, candidate: Candidate, staging: Path) -> None:
    """Nothing personal goes out: the staging folder is thrown away where a value of a person stands anywhere."""
    try:
        scan_release(home, candidate, staging)
    except MtmError:
        shutil.rmtree(staging)
        raise


def _keep_database(home: Home, candidate: Candidate) -> None:
    """The build database becomes the base of the next candidate; if this is lost, it is built again from the vault."""
    target = database_path(home, candidate.release_id)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    sync(candidate.database)
    os.replace(candidate.database, target)
    sync(target.parent)


def _manifest(candidate: Candidate, marts: dict[str, dict[str, Any]], staging: Path) -> Manifest:
    files = {
        path.relative_to(staging).as_posix(): {"sha256": file_hash(path), "bytes": path.stat().st_size}
        for path in sorted(staging.rglob("*"))
        if path.is_file()
    }
    return Manifest(
        release_id=candidate.release_id,
        parent=candidate.base_release,
        published_at=candidate.created_at + "Z",
        content_hash=content_hash(marts),
        code_version=code_version(),
        models_hash=models_hash(),
        rounds=sorted(candidate.versions, key=lambda v: v.round_key),
        brought=[candidate.normalized.round_key],
        files=files,
        marts=marts,
        history=candidate.history(),
        synthetic=candidate.synthetic,
    )


def content_hash(marts: dict[str, dict[str, Any]]) -> str:
    """The hash over the content of all marts but those that carry dates of releases."""
    text = "\n".join(f"{name} {marts[name]['content_hash']}" for name in sorted(set(marts) - UNHASHED))
    return hashlib.sha256(text.encode()).hexdigest()


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
