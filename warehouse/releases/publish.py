"""Publishing a candidate that passed: write, audit, sync, rename, flip.

The order of these steps belongs here (reliability: the old or the new release is served, never a mix); each step has a
module of its own.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.personal.scan import scan_release
from warehouse.releases.admitted import admitted
from warehouse.releases.audit import audit, must_be_unchanged
from warehouse.releases.candidate import Candidate, database_path, discard, models_hash
from warehouse.releases.contents import hashes
from warehouse.releases.index import is_held, record_written
from warehouse.releases.integrity import problems
from warehouse.releases.manifest import FILE, Manifest, read_manifest, release_ids
from warehouse.releases.notes import write_notes
from warehouse.releases.pointer import advance, freeze, must_be_current, pointer_lock, serve, sync_tree
from warehouse.releases.quality import add_checks
from warehouse.releases.serving import content_hash, write_serving
from warehouse.releases.staging import staging
from warehouse.releases.twins import standing
from warehouse.releases.verdict import Verdict, take_docs
from warehouse.serving.handouts import write_handouts
from warehouse.serving.source import being_written
from warehouse.settings import Home


def publish(home: Home, candidate: Candidate, verdict: Verdict, *, hold: bool = False) -> Manifest:
    """The release of a candidate, served; or written and held back.

    Raises GateRefused without a passed verdict on exactly this candidate, MtmError where anything fails: then what was
    served before is served still, unless the error came after the flip (`mtm status` says).
    """
    try:
        with _told():
            return _publish(home, candidate, verdict, hold)
    finally:
        discard(candidate)


def _publish(home: Home, candidate: Candidate, verdict: Verdict, hold: bool) -> Manifest:
    verdict = admitted(candidate, verdict)
    if waiting := _waiting(home, candidate, verdict):
        with pointer_lock(home):
            must_be_current(home, candidate.base_release)
            _announce(home, waiting, hold=hold)
        return waiting
    return _write_release(home, candidate, verdict, hold)


def code_version() -> str:
    """The version of this software."""
    return version("mtm-warehouse")


def _waiting(home: Home, candidate: Candidate, verdict: Verdict) -> Manifest | None:
    """A whole release of these rounds on this base, by these exceptions, that is not served (a run died, it was held, a rollback)."""
    asked = (
        candidate.base_release,
        sorted(candidate.versions, key=lambda v: v.round_key),
        models_hash(),
        verdict.waivers,
    )
    for identity in reversed(release_ids(home)):
        try:
            m = read_manifest(home.releases / identity)
        except MtmError:
            continue
        if (m.parent, m.rounds, m.models_hash, m.waivers) == asked and not problems(home, identity, modes=False):
            return m
    return None


def _write_release(home: Home, candidate: Candidate, verdict: Verdict, hold: bool) -> Manifest:
    with staging(home, candidate.release_id) as folder:
        add_checks(candidate, verdict)
        marts = write_serving(candidate.database, folder, candidate.folder, home.build, standing(candidate, verdict))
        _write_json(folder / "verdict.json", verdict.as_dict())
        take_docs(home, verdict, folder)
        write_notes(folder, candidate, verdict, marts)
        write_handouts(being_written(folder, candidate, verdict, marts))
        sync_tree(folder)
        with ThreadPoolExecutor(1) as beside:  # both only read; what the scan says comes first
            audited = beside.submit(lambda: (hashes(folder), audit(folder, candidate.database, marts)))
            scanned = scan_release(home, candidate, folder)  # raises where a value of a person stands anywhere
            files, whole = audited.result()
        manifest = _manifest(candidate, verdict, whole, files, scanned)
        digest = _write_json(folder / FILE, manifest.as_dict())
        freeze(folder)
        sync_tree(folder)
        must_be_unchanged(folder, files)
        with pointer_lock(home):
            must_be_current(home, candidate.base_release)
            _name(home, candidate, folder)
            _announce(home, manifest, hold=hold, digest=digest)
    return manifest


def _name(home: Home, candidate: Candidate, folder: Path) -> None:
    """The rename that makes it a release, and its build database as the base of the next candidate."""
    kept = database_path(home, candidate.release_id)
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    kept.unlink(missing_ok=True)  # of a run that died: another candidate's
    try:
        os.rename(folder, home.releases / candidate.release_id)
    except OSError as error:
        if not (home.releases / candidate.release_id).exists():
            raise
        raise MtmError(
            f"{candidate.release_id} was written by another process", expected="ids to be used once",
            todo="run again: the next candidate starts from the new release", code="lost_race",
        ) from error  # fmt: skip
    sync(home.releases)
    sync(home.published)
    sync(candidate.database)
    os.replace(candidate.database, kept)  # if this is lost, it is built again from the vault
    sync(kept.parent)


def _announce(home: Home, manifest: Manifest, *, hold: bool, digest: str = "") -> None:
    """Note the release, look at all of it once more, move the pointers; the lock is held.

    That it is held back is noted last: a run that died before has held nothing back, and the next one takes the round up.
    """
    freeze(home.releases / manifest.release_id)
    record_written(home, manifest, held=hold and is_held(home, manifest.release_id), digest=digest)
    if wrong := problems(home, manifest.release_id):
        raise MtmError(
            f"the release is not served: {wrong[0]}", where=f"releases/{manifest.release_id}",
            expected="the files that were audited", todo="run again", code="audit_failed",
        )  # fmt: skip
    advance(home, manifest.release_id)
    if hold:
        record_written(home, manifest, held=True)
    else:
        serve(home, manifest.release_id, manifest.parent)


@contextmanager
def _told() -> Iterator[None]:
    """What the disk or the database engine refuses becomes one line, without paths or values."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise MtmError(
            f"the release could not be written: {why}", where="published/", expected="room, and a folder that can be written",
            todo="make room and run again" if full else "look at the disk and at the permissions, then run again",
            code="disk_full" if full else "not_written",
        ) from error  # fmt: skip


def _manifest(
    candidate: Candidate, verdict: Verdict, marts: dict[str, Any], files: dict[str, Any], scanned: dict[str, Any]
) -> Manifest:
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
        engine=candidate.engine,
        verdict=summary(verdict),
        waivers=verdict.waivers,
        personal_scan=scanned,
    )


def summary(verdict: Verdict) -> dict[str, Any]:
    """The verdict as the manifest tells it: outcome, number of checks, codes of those to look at."""
    failed = [c for c in verdict.checks if not c.passed]
    return {
        "outcome": verdict.outcome,
        "checks": len(verdict.checks),
        "to_review": sorted({c.code for c in failed if c.severity == "review"}),
        "noted": sorted({c.code for c in failed if c.severity == "note"}),
        "waived": sorted({c.code for c in failed if c.waiver}),
        "gate": verdict.gate,
    }


def _write_json(path: Path, data: dict[str, Any]) -> str:
    """Writes the file; its sha256 as it was meant."""
    text = json.dumps(data, ensure_ascii=False, indent=1).encode()
    path.write_bytes(text)
    return hashlib.sha256(text).hexdigest()
