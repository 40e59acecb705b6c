"""Removing what nobody needs any more: old releases, their build databases, and what only they rest on.

What is kept and why, and removing without harm, belong here. Deliveries in the vault are never touched; a release that
was removed remains in the index, so that history says that it is gone.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError, UsageError
from warehouse.releases import lock
from warehouse.releases.candidate import builder_lock, database_path
from warehouse.releases.in_use import open_releases
from warehouse.releases.index import record_removed
from warehouse.releases.leftovers import unneeded
from warehouse.releases.manifest import Manifest, current_id, latest_id, number_of, read_manifest, release_ids
from warehouse.releases.pointer import pointer_lock
from warehouse.releases.staging import PREFIX, TRASH, sweep
from warehouse.releases.tags import tags
from warehouse.settings import Home

SETTING = "MTM_KEEP_RELEASES"
KEEP = 10


@dataclass
class Collected:
    """What was removed, or would be; `kept`: release → why."""

    kept: dict[str, list[str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # databases, normalized tables, verdicts, leftovers, below MTM_HOME
    bytes: int = 0
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def keep_setting() -> int:
    """How many of the newest releases are kept: `MTM_KEEP_RELEASES`, 10 where it is not set. Raises UsageError."""
    text = os.environ.get(SETTING) or str(KEEP)
    return checked_keep(int(text) if text.isdecimal() else -1)


def checked_keep(keep: int) -> int:
    """A number of releases. Raises UsageError (exit 2) where it is none."""
    if keep < 1:
        raise UsageError("that many releases can't be kept", where=f"--keep, {SETTING}", expected="1 or more",
                         todo=f"leave it out for {KEEP}", code="bad_keep")  # fmt: skip
    return keep


def collect(home: Home, keep: int, *, dry_run: bool = False) -> Collected:
    """Remove all but the kept releases and what rests on them. Waits for a publish to end; a crash leaves no harm."""
    if dry_run:
        return _collected(home, keep, dry_run=True)
    lock.acquire(builder_lock(home))
    try:
        return _collected(home, keep, dry_run=False)
    finally:
        lock.release(builder_lock(home))


def kept_releases(home: Home, keep: int) -> dict[str, list[str]]:
    """Release → the reasons for which it is kept; without an entry it may go."""
    known = release_ids(home)
    why: dict[str, list[str]] = {}
    served, opened = current_id(home), open_releases(home)
    parent = _manifest(home, served).parent if served in known and served else None
    reasons = [
        *((i, f"one of the last {keep}") for i in known[-keep:]),
        *((i, f"tagged {name}") for name, i in sorted(tags(home).items())),
        (served, "current"), (latest_id(home), "latest-candidate"), (parent, "the current one was built on it"),
        *((i, f"open in process {', '.join(map(str, ids))}") for i, ids in opened.items()),
    ]  # fmt: skip
    for identity, reason in reasons:
        if identity in known:
            why.setdefault(str(identity), []).append(reason)
    return {identity: why[identity] for identity in sorted(why, key=number_of)}


def _collected(home: Home, keep: int, *, dry_run: bool) -> Collected:
    done = Collected(dry_run=dry_run)
    if not dry_run:
        done.files += [f"published/releases/{name}" for name in sweep(home)]
    with pointer_lock(home):
        done.kept = kept_releases(home, keep)
        for identity in release_ids(home):
            if identity not in done.kept:
                done.removed.append(identity)
                done.bytes += _size(home.releases / identity)
                if not dry_run:
                    _to_trash(home, identity)
    if not dry_run:
        sweep(home)
    _rest(home, done)
    return done


def _rest(home: Home, done: Collected) -> None:
    """Build databases and what rests on removed releases, leftovers of runs that died."""
    databases = {database_path(home, identity) for identity in done.kept}
    gone = [p for p in sorted((home.build / "databases").glob("*")) if p not in databases]
    manifests = [m for identity in done.kept if (m := _readable(home, identity))]
    if len(manifests) == len(done.kept):  # a damaged manifest may rest on anything
        gone += unneeded(home, manifests)
    if done.dry_run:
        gone += [p for mark in (PREFIX, TRASH) for p in home.releases.glob(f"{mark}*")]
    for path in gone:
        done.files.append(path.relative_to(home.root).as_posix())
        done.bytes += _size(path)
        if not done.dry_run:
            _remove(home, path)


def _remove(home: Home, path: Path) -> None:
    """Normalized tables lose their name first: a folder with its name is whole, also where this is killed."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    if home.normalized in path.parents and not path.name.startswith("."):
        path = path.rename(path.with_name(f".{path.name}.{os.getpid()}.gone"))
    shutil.rmtree(path)


def _to_trash(home: Home, identity: str) -> None:
    """One rename takes it from the releases; the rest of its removal may be done by the next time."""
    record_removed(home, _manifest(home, identity))
    os.rename(home.releases / identity, home.releases / f"{TRASH}{identity}")
    sync(home.releases)


def _manifest(home: Home, identity: str) -> Manifest:
    """A release's manifest, or what can be told of it where that is damaged."""
    return _readable(home, identity) or Manifest(identity, None, "unknown", "", "", "", [], [])


def _readable(home: Home, identity: str) -> Manifest | None:
    with suppress(MtmError):
        return read_manifest(home.releases / identity)
    return None


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(p.lstat().st_size for p in files if p.is_file() or p.is_symlink())
