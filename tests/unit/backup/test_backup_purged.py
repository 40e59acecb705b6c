"""What was purged at home goes from the backups too, and does not come back by a restore; what no rule keeps goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.backup.small import PERSONAL, ROUND, deliver, put
from warehouse.backup import prune as pruning
from warehouse.backup import take
from warehouse.backup.check import check
from warehouse.backup.place import open_place
from warehouse.backup.prune import Keep, prune
from warehouse.backup.repository import existing
from warehouse.backup.restore import restore
from warehouse.backup.take import backup
from warehouse.errors import MtmError, UsageError
from warehouse.personal.tombstones import Tombstone, bury
from warehouse.settings import Home

OTHER = b"u9,South,nobody\n" * 30
SIGN = b"996555010203"


def purged(home: Home, sha256: str) -> None:
    """What `mtm purge` leaves: no raw file, tables without values, a tombstone."""
    (home.vault / "blobs" / sha256[:2] / sha256).unlink()
    (home.vault / "received/round1.csv").unlink()
    put(home, f"build/normalized/{ROUND}/n1/rejected.parquet", b"tables without values")
    proof = {"removed": [f"vault/blobs/{sha256[:2]}/{sha256}"], "left": {}}
    bury(
        home,
        Tombstone(
            sha256, 1, [ROUND], [sha256[:12]], "2026-01-02T00:00:00+00:00", "asked", "a person asked", True, proof
        ),
    )


def contents_of(place: str) -> bytes:
    """All that the objects of a backup hold, as whoever has the key reads it."""
    repository = existing(open_place(place))
    return b"".join(b"".join(repository.read(name)) for name in repository.place.names("objects/"))


def test_a_purge_reaches_the_backups(small: Home, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_kept", lambda found, keep: found)  # both are of one day
    sha256 = next((small.vault / "blobs").glob("*/*")).name
    other = deliver(small, OTHER, 2)
    put(small, f"build/normalized/{ROUND}/n2/rejected.parquet", b"tables of the other one")
    first = backup(small, place).snapshot
    purged(small, sha256)
    second = backup(small, place).snapshot

    done = restore(tmp_path / "before-pruning", place, first.id)  # the law holds before anything is pruned
    everything = b"".join(p.read_bytes() for p in done.home.root.rglob("*") if p.is_file())
    assert SIGN not in everything and done.purged == 1
    assert (done.home.vault / f"tombstones/{sha256}.json").exists() and (
        done.home.vault / f"blobs/{other[:2]}/{other}"
    ).exists()
    assert SIGN in contents_of(place)

    told = prune(place, Keep())
    assert told.rewritten == [first.id] and told.objects >= 2 and SIGN not in contents_of(place)
    assert set(check(place).whole) == {first.id, second.id}
    assert prune(place, Keep()).rewritten == []
    again = restore(tmp_path / "after", place, first.id)
    assert (
        again.ok
        and again.purged == 0
        and PERSONAL not in b"".join(p.read_bytes() for p in again.home.root.rglob("*") if p.is_file())
    )


def test_a_purge_while_a_backup_runs(small: Home, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The raw file was sent already when it was purged: no snapshot names it."""
    sha256, done = next((small.vault / "blobs").glob("*/*")).name, []

    def meanwhile(home: Home, path: str, *rest: Any, stored: Any = take._stored) -> Any:
        found = stored(home, path, *rest)
        if path.startswith("vault/received") and not done:
            done.append(path)
            purged(home, sha256)
        return found

    monkeypatch.setattr(take, "_stored", meanwhile)
    taken = backup(small, place).snapshot
    assert sha256 not in {f.sha256 for f in taken.files.values()} and taken.buried[sha256].done
    prune(place, Keep())
    assert SIGN not in contents_of(place)


def test_rules_keep_days_weeks_and_months(small: Home, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        at = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.at

    monkeypatch.setattr(take, "datetime", Clock)
    for _ in range(40):
        backup(small, place)
        Clock.at += timedelta(days=1)
    told = prune(place, Keep(daily=2, weekly=3, monthly=3))
    assert [i[:8] for i in told.kept] == ["20260131", "20260201", "20260208", "20260209"]
    assert len(told.removed) == 36 and not check(place).problems
    assert len(prune(place, Keep(0, 0, 0)).kept) == 1  # the newest stays whatever the rules say


def test_a_snapshot_that_can_not_be_read_stops_pruning_until_it_is_given_up(small: Home, place: str) -> None:
    first = backup(small, place).snapshot
    put(small, "waivers/waivers.jsonl", b"other")
    backup(small, place)
    file = next(Path(place, "snapshots").glob(f"{first.id}*"))
    file.write_bytes(b"MTM1 nothing")
    with pytest.raises(MtmError) as refused:
        prune(place, Keep(1, 0, 0))
    assert f"--drop {first.id}" in refused.value.todo and set(check(place).problems) == {first.id}
    assert prune(place, Keep(), [first.id]).removed == [first.id] and not check(place).problems
    for wrong in (["20990101T000000000000Z-aaaaaa"], check(place).snapshots):
        with pytest.raises(UsageError):
            prune(place, Keep(), wrong)
