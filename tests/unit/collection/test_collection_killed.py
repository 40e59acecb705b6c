"""A process that keeps a partial round is killed at each step: the database is the old or the new one, and the next run mends."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.faults import toyland
from tests.toy import write_toy
from warehouse.collection import keep as keeping
from warehouse.collection import store
from warehouse.collection.store import KeptRound, ask, database, kept_rounds, replace_round
from warehouse.deliveries.vault import Vault
from warehouse.doctor.kept import collection
from warehouse.doctor.model import Asked, Check, examine
from warehouse.errors import MtmError
from warehouse.normalize.run import normalize
from warehouse.personal.tombstones import Tombstone, bury
from warehouse.releases.verdict import Verdict
from warehouse.settings import PROJECT, Home
from warehouse.status import round_states

KEY = toyland.round_key(1)


def put(home: Home, seq: int, key: str = KEY) -> None:
    kept = KeptRound(key, f"d{seq}", seq, "2025-03-05T20:00:00+00:00", "x.xlsx", date(2025, 3, 5), True)
    replace_round(home, kept, {"mart_collection_progress": pl.DataFrame([{"round_key": key, "communities": seq}])})


def told(home: Home) -> list[tuple[Any, ...]]:
    return ask(home, "SELECT round_key, communities FROM mart_collection_progress ORDER BY 1")[1]


def killed_at(where: str, work: str, home: Home) -> None:
    """Do some work in a process that is gone, without any clearing up, the moment it calls something."""
    module, _, name = where.rpartition(".")
    code = f"""
import importlib, os
from tests.unit.collection.test_collection_killed import KEY, put
from warehouse.collection.keep import leave
from warehouse.settings import Home
from pathlib import Path
home = Home(Path({str(home.root)!r}))
setattr(importlib.import_module({module!r}), {name!r}, lambda *_, **__: os._exit(9))
{work}
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 9, done.stderr[-500:]


@pytest.mark.parametrize(
    "where", ["warehouse.collection.store._take_over", "warehouse.collection.store.sync", "os.replace"]
)
def test_the_database_is_whole_and_the_next_one_mends(where: str, home: Home) -> None:
    put(home, 1)
    put(home, 1, "toy-baseline-r02")
    killed_at(where, "put(home, 2)", home)
    assert told(home) == [(KEY, 1), ("toy-baseline-r02", 1)]
    spilled = home.collection / f".{store.FILE}.99999.tmp"  # what did not fit into the memory of one that died
    spilled.mkdir()
    (spilled / "block").write_bytes(b"rows")
    put(home, 2)
    assert told(home) == [(KEY, 2), ("toy-baseline-r02", 1)]
    assert {p.name for p in home.collection.iterdir()} == {store.FILE, ".lock"}


def test_a_round_that_left_half_leaves_again(home: Home) -> None:
    """Pages go first: the database still names the round, so that they do not stay for ever."""
    put(home, 1)
    page = home.collection / KEY / "latest.html"
    page.parent.mkdir()
    page.write_text("x")
    killed_at("warehouse.collection.keep.without_rounds", "leave(home, [KEY])", home)
    assert not page.exists() and [k.round_key for k in kept_rounds(home)] == [KEY]
    assert keeping.leave(home, [KEY]) == [KEY] and kept_rounds(home) == []


def asked(home: Home) -> list[str]:
    return [row.state for row in examine(Asked(home), [Check("rounds being collected", collection)])]


@pytest.fixture
def judged(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A partial delivery with a provisional verdict, and nothing kept of it: its run died in between."""
    write_toy(tmp_path)
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path / "operations"))
    delivery = Vault(home).receive(toyland.delivery(tmp_path, 1), partial=True).delivery
    made = normalize(home, delivery)
    Verdict(KEY, made.normalized_id, None, "provisional", [], "0.1.0", inputs={"declared": "partial"}).save(home)
    return home


def test_what_was_judged_and_not_kept_waits(judged: Home) -> None:
    (state,) = round_states(judged)
    assert state.state == "waiting"
    row = KeptRound.of(normalize(judged, state.delivery), None)
    replace_round(judged, replace(row, delivery_id="another"), {})
    assert round_states(judged)[0].state == "waiting"
    replace_round(judged, row, {})
    assert round_states(judged)[0].state == "provisional"


def test_what_was_purged_is_not_missed(judged: Home) -> None:
    d = Vault(judged).current(KEY)
    bury(judged, Tombstone(d.sha256, d.size, [KEY], [d.delivery_id], "2026-01-01", "asked", "why"))
    assert round_states(judged)[0].state == "provisional"


def test_a_damaged_database_is_told_and_stops_no_release(judged: Home) -> None:
    assert asked(judged) == []
    put(judged, 1)
    assert asked(judged) == ["ok"]
    database(judged).write_bytes(b"damaged")
    assert asked(judged) == ["bad"]
    assert keeping.settle(judged) == [] and round_states(judged)[0].state == "provisional"
    with pytest.raises(MtmError, match="can't be read"):
        put(judged, 2)
    database(judged).unlink()
    assert round_states(judged)[0].state == "waiting"
