"""A purge removes what holds personal values, proves it, goes on after an interruption, and leaves what can be built on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.normalize.identity import content_hash
from warehouse.normalize.run import normalize
from warehouse.personal import purge as work
from warehouse.personal.tombstones import tombstone
from warehouse.settings import Home

ROUND = "toy-baseline-r01"
HEAD: list[object] = ["_uuid", "Region", "Displaced people", "Contact phone"]
PHONES = [f"+999 700 55000{i}" for i in range(4)]
ROWS: list[list[object]] = [HEAD, *([f"u{i}", f"Region {i}", 10 + i, phone] for i, phone in enumerate(PHONES)), ["u1", "x", f"{PHONES[1]}", ""]]  # fmt: skip


@pytest.fixture
def delivery(home: Home, toy: Path, workbook: Callable[..., Path]) -> Delivery:
    """A normalized delivery; the file itself is away, as a person would have put it away."""
    path = workbook("round1.xlsx", ROWS)
    received = Vault(home).receive(path).delivery
    normalize(home, received)
    (home.build / "databases").mkdir()
    (home.build / "databases" / "r000001.duckdb").write_bytes(PHONES[0].encode())
    path.rename(path.with_name("kept.xlsx"))
    return received


def holding(home: Home) -> list[str]:
    files = [Path(base) / n for base, _, names in os.walk(home.root) for n in names]
    return [p.name for p in files if any(phone.encode() in p.read_bytes() for phone in PHONES)]


def test_a_purge_takes_all_and_keeps_what_can_be_built_on(home: Home, delivery: Delivery) -> None:
    before = normalize(home, delivery)
    assert before.table("rejected")["cells"][0] and holding(home)
    (stone,) = work.purge(home, work.due(home, round_key=ROUND), "the mission asked")
    assert stone.done and stone.why == "the mission asked" and work.remaining([stone]) == {}
    assert stone.proof["values"] == 4 and stone.proof["files"] > 5 and len(stone.proof["values_hmac"]) == 64
    assert holding(home) == [] and PHONES[0] not in str(stone)
    after = normalize(home, delivery)
    assert after.normalized_id == before.normalized_id and after.table("population").height == 4
    assert after.table("rejected").height == 1 and after.table("rejected")["cells"].null_count() == 1
    assert after.counts()["people_accepted"] == 10 + 11 + 12 + 13
    assert Vault(home).current(ROUND) == delivery and work.due(home, round_key=ROUND) == []
    assert noted(after.folder)  # the gate takes them for what was written


def noted(folder: Path) -> bool:
    note = json.loads((folder / "normalized.json").read_text(encoding="utf-8"))
    return note["content_hash"] == content_hash(folder) and "purging" not in note


def test_tables_that_were_altered_before_a_purge_are_not_made_whole_by_it(home: Home, delivery: Delivery) -> None:
    folder = normalize(home, delivery).folder
    table = pl.read_parquet(folder / "population.parquet")
    table.head(1).write_parquet(folder / "population.parquet")
    work.purge(home, work.due(home, round_key=ROUND))
    assert not noted(folder)


def test_a_purge_that_was_interrupted_among_the_tables_notes_them_in_the_end(
    home: Home, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = normalize(home, delivery).folder
    clean = work._clean

    def killed(*given: object) -> None:
        clean(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(work, "_clean", killed)
        with pytest.raises(KeyboardInterrupt):
            work.purge(home, work.due(home, round_key=ROUND))
    assert not noted(folder)
    work.purge(home, [])
    assert noted(folder) and holding(home) == []


def test_a_purged_file_is_neither_read_nor_received_again(home: Home, delivery: Delivery, tmp_path: Path) -> None:
    work.purge(home, work.due(home, round_key=ROUND))
    for attempt in (lambda: Vault(home).path(delivery), lambda: Vault(home).receive(tmp_path / "kept.xlsx")):
        with pytest.raises(MtmError) as raised:
            attempt()
        assert raised.value.code == "purged"
    assert holding(home) == []


@pytest.mark.parametrize("step", ["_tables", "_databases", "_raw", "_proofs", "values_path"])
def test_an_interrupted_purge_goes_on(
    home: Home, delivery: Delivery, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        """As a signal."""

    with monkeypatch.context() as patch:
        patch.setattr(work, step, lambda *a: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            work.purge(home, work.due(home, round_key=ROUND))
    assert [s.done for s in work.begun(home)] == [False]
    (stone,) = work.purge(home, [])
    assert stone.done and stone.proof["values"] == 4 and work.begun(home) == [] and holding(home) == []


def test_what_lies_elsewhere_is_told(home: Home, delivery: Delivery) -> None:
    (home.inbox / "copy.csv").write_text(PHONES[2], encoding="utf-8")
    (stone,) = work.purge(home, work.due(home, round_key=ROUND))
    assert [place for place in work.remaining([stone]) if place.startswith("inbox/copy.csv")]


def test_retention_is_the_operations(
    home: Home, delivery: Delivery, toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert work.due(home, today=date(2200, 1, 1)) == []  # nothing said: kept
    path = toy / "operation.yml"
    path.write_text(path.read_text(encoding="utf-8") + "retention_days: 30\n", encoding="utf-8")
    from warehouse.operations import all_operations, load_operation

    for cached in (all_operations, load_operation):
        getattr(cached, "cache_clear", lambda: None)()
    received = date.fromisoformat(delivery.received_at[:10])
    assert work.due(home, today=received) == []
    (found,) = work.due(home, today=date.fromordinal(received.toordinal() + 31))
    assert (found.delivery, found.rule) == (delivery, "expired")
    assert tombstone(home, delivery.sha256) is None
