"""Restoring a home from a backup: every file hashed before anything bears its name, releases last, the pointers last of all.

The order of these steps belongs here. What was read lies in `.restore` until all of it is there; a restore that was
interrupted is taken up by the next one, and until then the program refuses to work with the folder (`migrations/state.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warehouse.backup.contents import is_empty
from warehouse.backup.locks import Lock, locked
from warehouse.backup.place import Place, open_place
from warehouse.backup.purged import without_purged
from warehouse.backup.repository import Repository, existing
from warehouse.backup.seal import damaged
from warehouse.backup.snapshot import File, Snapshot
from warehouse.deliveries.disk import file_hash, sync
from warehouse.errors import MtmError, UsageError
from warehouse.migrations.state import RESTORING, VERSION
from warehouse.progress import tell
from warehouse.releases.pointer import freeze
from warehouse.settings import Home

MARKER = ".snapshot"
ROOM = 64 * 2**20  # bytes beside the home's own


@dataclass(frozen=True)
class Restored:
    """A home that stands again. `verified`: every release with its answer; `problems`: what was wrong when it was backed up."""

    home: Home
    snapshot: Snapshot
    place: str
    verified: list[dict[str, Any]]
    purged: int  # files that were purged after the snapshot, and did not come back

    @property
    def ok(self) -> bool:
        """Whether every release is as it was published."""
        return all(a["ok"] for a in self.verified)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {**self.snapshot.told(), "home": str(self.home.root), "place": self.place, "verified": self.verified,
                "purged_since": self.purged, "ok": self.ok}  # fmt: skip


def restore(target: Path, url: str | None = None, snapshot: str | None = None) -> Restored:
    """Restore a snapshot (the newest by default) into an empty folder, and verify every release.

    Raises UsageError where the folder is not empty, MtmError where the backup is damaged, locked or not to be read: then
    nothing of it bears its name.
    """
    from warehouse.releases.verify import verify_all

    place = open_place(url)
    repository = existing(place)
    _must_be_empty(target)
    with _shared(place) as lock:
        chosen, purged = _chosen(repository, snapshot)
        _must_fit(chosen, target)
        _begin(chosen, target)
        _fetch(repository, chosen, target / RESTORING, lock)
    home = _in_place(chosen, target)
    return Restored(home, chosen, place.shown, verify_all(home), purged)


def restore_part(target: Path, url: str | None, only: str, snapshot: str | None = None) -> tuple[Snapshot, list[str]]:
    """Restore what lies below a path of the home (`published/releases/r000007`, `vault/blobs`) into an empty folder.

    It is for a home that lacks or holds damaged files: whoever asked moves them. Raises UsageError where nothing lies there.
    """
    place = open_place(url)
    repository = existing(place)
    if target.exists() and any(target.iterdir()):
        raise _not_empty(target)
    with _shared(place) as lock:
        chosen, _ = _chosen(repository, snapshot)
        below = only.strip("/")
        files = {p: f for p, f in chosen.files.items() if p == below or p.startswith(f"{below}/")}
        if not files:
            raise UsageError("the snapshot holds nothing of that name", where=below[:80], expected="a path below MTM_HOME, such as published/releases/r000007",
                             todo="mtm backup URL --list shows the snapshots; docs/backup.md what is in one", code="unknown_path")  # fmt: skip
        _fetch(repository, replace(chosen, files=files), target, lock)
    return chosen, sorted(files)


def _must_be_empty(target: Path) -> None:
    """Empty, but for what no backup holds; or begun by a restore that was interrupted."""
    if not target.exists() or (target / RESTORING).is_dir():
        return
    if not target.is_dir() or not is_empty(target):
        raise _not_empty(target)


def _not_empty(target: Path) -> UsageError:
    return UsageError(
        "the folder is not empty: a restore never writes over a home", where=str(target), expected="an empty folder, or a new one",
        todo="mtm restore URL --into NEW_FOLDER, or move this home away first", code="home_not_empty",
    )  # fmt: skip


def _shared(place: Place) -> Any:
    """A lock against pruning; a place that may only be read can't be pruned by us either."""
    from contextlib import nullcontext

    try:
        probe = Lock(place, alone=False)
        probe.release()
    except (MtmError, OSError):
        return nullcontext(None)
    return locked(place)


def _chosen(repository: Repository, name: str | None) -> tuple[Snapshot, int]:
    """The snapshot, without what was purged since; and how many files that were."""
    names = repository.snapshot_names()
    known = [i for i in names if name and i.startswith(name)]
    if name and len(known) != 1:
        raise UsageError(f"there is no snapshot {name[:40]}" if not known else f"{len(known)} snapshots begin with {name[:40]}",
                         where=repository.place.shown, expected=f"one of {', '.join(list(names)[-5:]) or 'none'}",
                         todo="mtm backup URL --list", code="unknown_snapshot")  # fmt: skip
    if not names:
        raise MtmError("the backup holds no snapshot", where=repository.place.shown, expected="one that was finished",
                       todo="mtm backup URL makes one", code="no_backup")  # fmt: skip
    found = repository.load(names[known[0] if name else list(names)[-1]])
    newest = repository.newest() or found
    now = without_purged(found, newest)
    return now, len({h for b in newest.buried.values() for h in b.hashes} & {f.sha256 for f in found.files.values()})


def _must_fit(snapshot: Snapshot, target: Path) -> None:
    if snapshot.state > VERSION:
        raise MtmError("the home was backed up by a newer version of the program", where=f"state {snapshot.state}",
                       expected=f"state {VERSION} or older", todo="restore with that version (docs/upgrades.md)", code="state_is_newer")  # fmt: skip
    place = next(p for p in (target, *target.parents) if p.exists())
    if (free := shutil.disk_usage(place).free) < snapshot.size + ROOM:
        raise MtmError("there is no room for the home", where=str(target), expected=f"{(snapshot.size + ROOM) / 2**20:,.0f} MiB free, {free / 2**20:,.0f} are",
                       todo="mtm restore URL --into a folder on a larger disk", code="disk_full")  # fmt: skip


def _begin(snapshot: Snapshot, target: Path) -> None:
    """The marker. Raises UsageError where a restore of another snapshot has begun in the folder."""
    marker = target / RESTORING / MARKER
    if marker.exists() and (begun := marker.read_text(encoding="utf-8")) != snapshot.id:
        raise UsageError(f"a restore of snapshot {begun[:40]} has begun here and not ended", where=str(target), expected="the same snapshot",
                         todo=f"mtm restore URL --snapshot {begun[:40]}, or remove the folder first", code="restore_unfinished")  # fmt: skip
    marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(snapshot.id, encoding="utf-8")


def _fetch(repository: Repository, snapshot: Snapshot, staging: Path, lock: Lock | None) -> None:
    """Every file into the staging folder, with its hash; contents that stand twice are read once."""
    here: dict[str, Path] = {}
    for number, (path, file) in enumerate(sorted(snapshot.files.items()), 1):
        tell("restoring", path.split("/")[0], number, len(snapshot.files))
        if lock:
            lock.renew()
        wanted = staging / path
        final = staging.parent / path  # a restore that was interrupted had moved it already
        if not any(_is_whole(p, file) for p in (wanted, final)):
            _write(repository, file, wanted, here.get(file.sha256))
        if wanted.exists():
            here[file.sha256] = wanted
            wanted.chmod(file.mode)
            os.utime(wanted, ns=(file.changed, file.changed))
    os.sync()


def _is_whole(path: Path, file: File) -> bool:
    return (
        path.is_file() and not path.is_symlink() and path.stat().st_size == file.size and file_hash(path) == file.sha256
    )


def _write(repository: Repository, file: File, path: Path, same: Path | None) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    size = 0
    with os.fdopen(handle, "wb") as target:
        for chunk in _copied(same) if same else repository.contents(file.sha256):
            size += len(chunk)
            if size > file.size:
                break
            target.write(chunk)
    if size != file.size:
        path.unlink()
        raise damaged(repository.object_name(file.sha256))


def _copied(path: Path) -> Iterator[bytes]:
    from warehouse.backup.place import blocks

    return blocks(path)


def _in_place(snapshot: Snapshot, target: Path) -> Home:
    """Move what was read to its place: vault and build, then releases, then the channels; the marker goes last."""
    staging, home = target / RESTORING, Home(target)
    last = ("published", "state.json")
    names = sorted(p.name for p in staging.iterdir() if p.name != MARKER)
    for name in [*(n for n in names if n not in last), *(n for n in names if n in last)]:
        _moved(staging / name, target / name)
    for folder in (home.published, home.releases):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
    for identity in snapshot.releases:
        freeze(home.releases / identity)
    for link, where in snapshot.links.items():
        (target / link).unlink(missing_ok=True)
        (target / link).symlink_to(where)
    os.sync()
    shutil.rmtree(staging)
    sync(target)
    return home.ensure()


def _moved(source: Path, target: Path) -> None:
    """A rename; into a folder that is there already, of what it holds."""
    if source.is_dir() and target.is_dir():
        for child in sorted(source.iterdir()):
            _moved(child, target / child.name)
        source.rmdir()
        return
    os.replace(source, target)
