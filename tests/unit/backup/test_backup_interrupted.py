"""Backup, prune and restore, killed at each of their writes: what was there before stands, and the next one goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.backup.small import deliver, publish, told
from warehouse.backup import locks, restore
from warehouse.backup.check import check
from warehouse.backup.place import Folder
from warehouse.backup.prune import Keep, prune
from warehouse.backup.take import backup
from warehouse.errors import MtmError
from warehouse.settings import Home

DEAD = 2**22 + 5  # no process has this number


class Killed(BaseException):
    """The process is gone: nothing that it would do afterwards is done."""


class Deadly:
    """Counts calls; at the chosen one the process dies, before or after the work. Afterwards no call does anything."""

    def __init__(self, at: int, after: bool) -> None:
        self.at, self.after, self.calls, self.dead = at, after, 0, False

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*words: Any, **named: Any) -> Any:
            if self.dead:
                raise Killed
            self.calls += 1
            if self.calls != self.at:
                return work(*words, **named)
            self.dead = True
            if self.after:
                work(*words, **named)
            raise Killed

        return called


def killed_at(work: Callable[[], Any], at: int, after: bool, targets: list[tuple[Any, str]]) -> bool:
    """Run work and kill it at its `at`-th call of the targets; False where it ended before."""
    deadly = Deadly(at, after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "_process", lambda: DEAD)
        for owner, name in targets:
            patch.setattr(owner, name, deadly.around(getattr(owner, name)))
        try:
            work()
        except Killed:
            return True
    assert not deadly.dead
    return False


PLACE = [(Folder, "put"), (Folder, "remove")]


def test_a_backup_that_is_killed_at_any_write(small: Home, tmp_path: Path) -> None:
    """The last snapshot is whole after each; the next one sends the rest and no more, and reads back."""
    at, whole = 1, 0
    for after in (False, True):
        at = 1
        while True:
            place = str(tmp_path / f"place-{at}-{after}")
            if not killed_at(lambda place=place: backup(small, place), at, after, PLACE):
                break
            done = backup(small, place)
            found = check(place)
            assert not found.problems and done.snapshot.id in found.whole
            sent = len([*Path(place, "objects").glob("*/*")])
            assert done.sent.objects <= sent == found.objects
            whole, at = whole + 1, at + 1
    assert whole > 30


def test_a_second_backup_that_is_killed_leaves_the_first(small: Home, place: str, tmp_path: Path) -> None:
    first, before = backup(small, place).snapshot, told(small.root)
    publish(small, 2, deliver(small, b"the next round", 2))
    at = 1
    while killed_at(lambda: backup(small, place), at, False, PLACE):
        assert first.id in check(place).whole
        at += 1
    assert told(restore.restore(tmp_path / "back", place, first.id).home.root) == before
    assert at > 5


def test_a_prune_that_is_killed_at_any_write(small: Home, tmp_path: Path) -> None:
    """Every snapshot that is listed is whole after each; the next prune ends the work."""
    at = 1
    while True:
        place = str(tmp_path / f"place-{at}")
        for number in (2, 3):
            backup(small, place)
            (small.waivers / "waivers.jsonl").write_bytes(b"line\n" * number * at)
        newest = backup(small, place).snapshot
        was_killed = killed_at(lambda place=place: prune(place, Keep(1, 0, 0)), at, False, PLACE)
        assert not check(place).problems
        prune(place, Keep(1, 0, 0))
        found = check(place)
        assert found.snapshots == [newest.id] and not found.problems
        assert len([*Path(place, "objects").glob("*/*")]) == found.objects and not [*Path(place, "locks").iterdir()]
        if not was_killed:
            break
        at += 1
    assert at > 4


def test_a_restore_that_is_killed_at_any_write(small: Home, place: str, tmp_path: Path) -> None:
    """Until it has ended the folder is refused; the next restore ends it, and the home is equal."""
    backup(small, place)
    before, at = told(small.root), 1
    targets = [
        (os, "replace"),
        (os, "utime"),
        (os, "sync"),
        (Path, "symlink_to"),
        (restore.shutil, "rmtree"),
        (restore, "freeze"),
    ]
    while True:
        target = tmp_path / f"back-{at}"
        if not killed_at(lambda target=target: restore.restore(target, place), at, at % 2 == 0, targets):
            break
        if (target / ".restore").exists():
            with pytest.raises(MtmError):
                Home(target).ensure()
        if not (target / "published/current").is_symlink():
            assert restore.restore(target, place).ok
        assert told(target) == before and os.readlink(target / "published/current") == "releases/r000001"
        at += 1
    assert at > 20


def test_one_prunes_alone(small: Home, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.backup.place import open_place

    backup(small, place)
    with locks.locked(open_place(place)), pytest.raises(MtmError) as refused, pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "WAIT_SECONDS", 0)
        with locks.locked(open_place(place), alone=True, wait=0):
            raise AssertionError
    assert refused.value.code == "backup_locked"
    with locks.locked(open_place(place)):
        backup(small, place)  # two may add at once
    monkeypatch.setattr(locks, "_process", lambda: DEAD)
    lock = locks.Lock(open_place(place), alone=True)  # its process died
    monkeypatch.undo()
    assert locks.is_dead(lock.name)


def test_two_backups_at_once_both_stand(small: Home, place: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        taken = [t.snapshot.id for t in pool.map(lambda _: backup(small, place), range(4))]
    found = check(place)
    assert sorted(taken) == found.whole and not found.problems
