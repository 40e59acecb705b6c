"""The collection's database: rounds beside each other, replaced whole, private, and left when they are published."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from warehouse.collection.keep import leave
from warehouse.collection.store import KeptRound, ask, database, kept_rounds, replace_round, table
from warehouse.errors import MtmError, UsageError
from warehouse.personal.purge import _collected
from warehouse.personal.tombstones import Tombstone
from warehouse.releases.leftovers import unneeded
from warehouse.settings import Home


def keep(home: Home, key: str, seq: int, communities: int, **more: object) -> None:
    kept = KeptRound(key, f"d{seq}", seq, "2025-03-05T20:00:00+00:00", "x.xlsx", date(2025, 3, 5), True)
    rows = pl.DataFrame([{"round_key": key, "communities": communities, **more}])
    replace_round(home, kept, {"mart_collection_progress": rows})


def test_a_round_is_replaced_and_the_others_stay(home: Home) -> None:
    keep(home, "kgz-bma-r05", 1, 10)
    keep(home, "kgz-rms-r05", 1, 7, newer="column")
    keep(home, "kgz-bma-r05", 2, 21)
    assert [(k.round_key, k.delivery_seq) for k in kept_rounds(home)] == [("kgz-bma-r05", 2), ("kgz-rms-r05", 1)]
    assert table(home, "mart_collection_progress", "kgz-bma-r05")["communities"].to_list() == [21]
    assert ask(home, "SELECT round_key, communities FROM mart_collection_progress ORDER BY 1")[1] == [
        ("kgz-bma-r05", 21), ("kgz-rms-r05", 7),
    ]  # fmt: skip
    assert (home.collection.stat().st_mode & 0o777, database(home).stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_reader_keeps_what_it_opened_and_a_torn_write_is_cleared(home: Home) -> None:
    keep(home, "kgz-bma-r05", 1, 10)
    before = database(home).open("rb")
    (home.collection / f".{database(home).name}.99999").write_bytes(b"half")
    keep(home, "kgz-bma-r05", 2, 20)
    assert before.read() and [p.name for p in home.collection.iterdir()] != []
    assert not list(home.collection.glob(f".{database(home).name}.*"))


def test_a_round_leaves_with_its_pages(home: Home) -> None:
    keep(home, "kgz-bma-r05", 1, 10)
    (home.collection / "kgz-bma-r05").mkdir()
    (home.collection / "kgz-bma-r05" / "latest.html").write_text("x")
    assert leave(home, ["kgz-bma-r05", "kgz-rms-r05"]) == ["kgz-bma-r05"]
    assert kept_rounds(home) == [] and not (home.collection / "kgz-bma-r05").exists()


def test_a_purge_and_a_collection_of_garbage_know_it(home: Home) -> None:
    keep(home, "kgz-bma-r05", 2, 10)
    left = home.collection / ".collection.duckdb.1"
    left.write_bytes(b"half")
    assert left not in unneeded(home, [])
    os.utime(left, (0, 0))
    assert left in unneeded(home, [])
    stone = Tombstone("ab", 1, ["kgz-bma-r05"], ["d1"], "2025-04-01", "asked", "why")
    assert _collected(home, stone) == []  # of another delivery
    assert _collected(home, replace(stone, deliveries=["d2"])) == ["collection/kgz-bma-r05"] and kept_rounds(home) == []


def test_nothing_can_be_written_or_read_beside_it(home: Home) -> None:
    with pytest.raises(UsageError, match="no round is being collected"):
        ask(home, "SELECT 1")
    keep(home, "kgz-bma-r05", 1, 10)
    for sql in ("DELETE FROM mart_collection_progress", "SELECT * FROM read_text('/etc/passwd')", "SELECT nothing"):
        with pytest.raises(UsageError, match="can't be answered"):
            ask(home, sql)
    database(home).write_bytes(b"damaged")
    with pytest.raises(MtmError, match="can't be read"):
        ask(home, "SELECT 1")
