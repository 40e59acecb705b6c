"""What Dagster keeps of a round holds no delivered identifier; a corrected round becomes the next release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.instance import open_instance
from orchestration.run import RoundResult, run_round
from tests.toy import write_rows, write_toy
from warehouse.corrections.enter import Desk, Named, Signature
from warehouse.deliveries.vault import Vault
from warehouse.releases.manifest import current_id, load_manifest, release_ids
from warehouse.settings import Home

pytestmark = pytest.mark.slow

ROUND = "toy-baseline-r01"
PHONES = [f"+999 700 55{i:04d}" for i in range(8)]  # no such country code is in use
HEADER: list[object] = ["_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Contact phone"]


def deliver(home: Home, name: str, *, first: object = 120) -> None:
    rows: list[list[object]] = [HEADER]
    for i, phone in enumerate(PHONES):
        people = first if i == 0 else 120 + i
        rows.append([f"u{i}", 1, f"Region {i % 2}", f"TOY0{i % 2}", f"District {i}", people, phone])
    Vault(home).receive(write_rows(home.root.parent / name, rows))


def spellings() -> list[bytes]:
    """Each phone as it was delivered, without blanks, and its last seven digits."""
    return [text.encode() for p in PHONES for text in (p, p.replace(" ", ""), p.replace(" ", "")[-7:])]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, list[RoundResult]]]:
    """Deliveries of a round with phone numbers: the first, one with text for a count, a corrected one; then a correction."""
    folder = tmp_path_factory.mktemp("phones")
    write_toy(folder)
    home = Home(folder / "home").ensure()
    results = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(folder / "operations"))
        patch.delenv("MTM_DEBUG", raising=False)
        for name, first in (("round1.xlsx", 120), ("round1 b.xlsx", f"call {PHONES[0]}"), ("round1 c.xlsx", 125)):
            deliver(home, f"toy {name}", first=first)
            results.append(run_round(home, ROUND))
        said = Signature("data manager", f"{PHONES[1]} confirmed it")  # what a person writes may be personal too
        Desk(home, ROUND).correct(Named(row_number=3), "idp", "121", "131", said)
        results.append(run_round(home, ROUND))
        yield home, results


def test_a_corrected_round_is_the_next_release(runs: tuple[Home, list[RoundResult]]) -> None:
    home, results = runs
    assert [(r.outcome, r.release_id) for r in results] == [
        ("published", "r000001"), ("refused", None), ("published", "r000002"), ("published", "r000003"),
    ]  # fmt: skip
    assert (release_ids(home), current_id(home)) == ([f"r00000{n}" for n in (1, 2, 3)], "r000003")
    version = load_manifest(home).version(ROUND)
    assert version is not None and version.delivery_seq == 3


def test_the_canonical_round_tells_rows_and_people_and_no_phone(runs: tuple[Home, list[RoundResult]]) -> None:
    home, results = runs
    with open_instance(home) as instance:
        entries = instance.all_logs(results[0].run_id or "")
    shown = [e.dagster_event for e in entries if e.dagster_event and e.dagster_event.is_step_materialization]
    (told,) = [e for e in shown if e.asset_key and e.asset_key.to_user_string() == "canonical_round"]
    metadata = told.step_materialization_data.materialization.metadata
    assert metadata["rows accepted"].value == len(PHONES)
    assert metadata["people accepted"].value == sum(120 + i for i in range(8))
    assert not any(text.decode() in str(metadata) for text in spellings())


def test_a_redelivery_is_told_in_counts(runs: tuple[Home, list[RoundResult]]) -> None:
    home, results = runs
    with open_instance(home) as instance:
        entries = instance.all_logs(results[2].run_id or "")
    shown = [e.dagster_event for e in entries if e.dagster_event and e.dagster_event.is_step_materialization]
    (told,) = [e for e in shown if e.asset_key and e.asset_key.to_user_string() == "canonical_round"]
    metadata = told.step_materialization_data.materialization.metadata
    assert "| rows | 8 | 8 | 0 | 0 | 1 |" in str(metadata["against the superseded delivery"].value)


def test_no_file_of_dagsters_holds_a_phone(runs: tuple[Home, list[RoundResult]]) -> None:
    home, _ = runs
    files = [p for p in home.dagster.rglob("*") if p.is_file()]
    assert any(p.suffix == ".db" and p.stat().st_size > 100_000 for p in files)
    assert _holding(files) == []


def test_nothing_that_readers_see_holds_a_phone(runs: tuple[Home, list[RoundResult]]) -> None:
    home, _ = runs
    assert _holding([p for p in home.published.rglob("*") if p.is_file()]) == []


def _holding(files: list[Path]) -> list[str]:
    return [p.name for p in files if any(text in p.read_bytes() for text in spellings())]
