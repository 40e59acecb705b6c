"""Removing from a backup: snapshots that no rule keeps, what was purged, and objects that no snapshot names.

Choosing and removing belong here. It works alone (locks.py), writes first and removes afterwards: where it is killed, every
snapshot that is there is whole, and the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from warehouse.backup.locks import locked
from warehouse.backup.place import open_place
from warehouse.backup.purged import without_purged
from warehouse.backup.repository import OBJECTS, SNAPSHOTS, Repository, existing
from warehouse.backup.snapshot import Snapshot
from warehouse.errors import MtmError, UsageError
from warehouse.progress import tell


@dataclass(frozen=True)
class Keep:
    """How many snapshots are kept: the last one of each of so many days, weeks and months that have any."""

    daily: int = 14
    weekly: int = 8
    monthly: int = 12


@dataclass
class Pruned:
    """What was removed: snapshots, objects and their bytes; `rewritten` are snapshots that lost what was purged."""

    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    objects: int = 0
    bytes: int = 0


def prune(url: str | None, keep: Keep, drop: Iterable[str] = ()) -> Pruned:
    """Remove what no rule keeps; `drop` names snapshots that go in any case, damaged ones too.

    Raises MtmError where a snapshot can't be read: what it names can't be told from what nobody needs.
    """
    place = open_place(url)
    repository = existing(place)
    done = Pruned()
    with locked(place, alone=True) as lock:
        _drop(repository, set(drop), done)
        found, wrong = repository.snapshots()
        if wrong:
            raise _unreadable(repository, wrong)
        kept = _kept(found, keep)
        done.kept = [s.id for s in kept]
        standing = [_without_purged(repository, s, kept[-1], done) for s in kept]
        for snapshot in (s for s in found if s not in kept):
            repository.remove(snapshot)
            done.removed.append(snapshot.id)
        lock.renew()
        _remove_unnamed(repository, standing, done, lock.renew)
    return done


def _kept(found: list[Snapshot], keep: Keep) -> list[Snapshot]:
    """The newest always; then the last of each day, week, month, as many as the rule says. Oldest first."""
    chosen = {s.id for s in found[-1:]}
    rules: list[tuple[int, Callable[[datetime], str]]] = [
        (keep.daily, lambda t: f"{t:%Y-%m-%d}"), (keep.weekly, lambda t: f"{t:%G-%V}"), (keep.monthly, lambda t: f"{t:%Y-%m}")]  # fmt: skip
    for most, period in rules:
        last = {period(datetime.fromisoformat(s.at)): s.id for s in found}  # the last of each: later ones stand
        chosen |= set(list(last.values())[-most:] if most else [])
    return [s for s in found if s.id in chosen]


def _without_purged(repository: Repository, snapshot: Snapshot, newest: Snapshot, done: Pruned) -> Snapshot:
    now = without_purged(snapshot, newest)
    if now is not snapshot:
        repository.write(now)
        repository.remove(snapshot)
        done.rewritten.append(snapshot.id)
    return now


def _remove_unnamed(repository: Repository, standing: list[Snapshot], done: Pruned, renew: Callable[[], None]) -> None:
    hashes = {f.sha256 for s in standing for f in s.files.values()}
    named = {repository.object_name(h) for h in hashes}
    gone = {n: size for n, size in repository.place.names(OBJECTS).items() if n not in named}
    for number, (name, size) in enumerate(sorted(gone.items()), 1):
        renew()
        tell("removing what no snapshot names", "", number, len(gone))
        repository.place.remove(name)
        done.objects, done.bytes = done.objects + 1, done.bytes + size
    newest = set(repository.snapshot_names().values())
    for name in [n for n in repository.place.names(SNAPSHOTS) if n not in newest]:  # versions that a killed prune left
        repository.place.remove(name)
    for name in repository.place.torn():
        repository.place.remove(name)


def _drop(repository: Repository, drop: set[str], done: Pruned) -> None:
    names = repository.snapshot_names()
    if unknown := sorted(drop - set(names)):
        raise UsageError(f"there is no snapshot {unknown[0][:40]}", where=repository.place.shown,
                         expected=f"one of {', '.join(list(names)[-5:]) or 'none'}", todo="mtm backup URL --list", code="unknown_snapshot")  # fmt: skip
    if names and drop >= set(names):
        raise UsageError("that would remove the last snapshot", expected="one to stay", todo="remove the whole place by hand, if that is meant",
                         code="last_snapshot")  # fmt: skip
    for identity in sorted(drop):
        repository.place.remove(names[identity])
        done.removed.append(identity)


def _unreadable(repository: Repository, wrong: dict[str, Any]) -> MtmError:
    first = next(iter(wrong))
    return MtmError(
        f"{len(wrong)} snapshots can't be read: {', '.join(sorted(wrong)[:5])}", where=repository.place.shown,
        expected="every snapshot to say which objects it needs", todo=f"mtm backup URL --prune --drop {first} gives one up", code="backup_damaged",
    )  # fmt: skip
