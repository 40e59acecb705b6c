"""When rounds are due, in which state they are, and how a section `ingestion:` that is wrong is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from warehouse.deliveries.vault import Vault
from warehouse.due import Due, due_rounds
from warehouse.errors import MtmError
from warehouse.ingestion import ingestion_of, ingestion_problems
from warehouse.normalize.identity import normalized_id
from warehouse.operations import load_operation
from warehouse.replay import reference_hash
from warehouse.settings import Home

ROUNDS = """
rounds:
  - {component: baseline, number: 1, fieldwork_start: 2026-05-01, fieldwork_end: 2026-05-20}
  - {component: baseline, number: 2, due: 2026-09-01}
  - {component: baseline, number: 3, fieldwork_start: 2026-05-01, fieldwork_end: 2026-05-20, is_synthetic: true}
"""
HEADER = ["_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Displaced households"]


@pytest.fixture
def rounds(toy: Path) -> Path:
    (toy / "rounds.yml").write_text(ROUNDS, encoding="utf-8")
    ingest(toy, "{due_days_after_fieldwork: 10, timezone: Asia/Bishkek}")
    return toy


def ingest(toy: Path, section: str) -> None:
    path = toy / "operation.yml"
    path.write_text(
        path.read_text(encoding="utf-8").partition("\ningestion:")[0] + f"\ningestion: {section}\n", "utf-8"
    )


def first(home: Home, today: date) -> Due:
    return next(d for d in due_rounds(home, today) if d.round_key == "toy-baseline-r01")


@pytest.mark.parametrize(
    ("today", "state", "days_late"),
    [
        (date(2026, 4, 30), "expected", 0),
        (date(2026, 5, 20), "in_collection", 0),
        (date(2026, 5, 21), "due", 0),
        (date(2026, 5, 30), "due", 0),
        (date(2026, 5, 31), "late", 1),
        (date(2026, 7, 1), "late", 32),
    ],
)
def test_a_round_that_is_not_there(home: Home, rounds: Path, today: date, state: str, days_late: int) -> None:
    found = first(home, today)
    assert (found.due, found.state, found.days_late) == (date(2026, 5, 30), state, days_late)
    assert found.is_there is False and "2026-05-30" in found.text


def test_only_registered_rounds_with_a_date_and_no_synthetic_one(home: Home, rounds: Path) -> None:
    found = [d for d in due_rounds(home, date(2026, 8, 1)) if d.round_key.startswith("toy-")]
    assert [(d.round_key, d.state) for d in found] == [("toy-baseline-r01", "late"), ("toy-baseline-r02", "expected")]


def test_a_delivery_ends_it_and_a_partial_one_does_not(home: Home, rounds: Path, workbook: Callable[..., Path]) -> None:
    path = workbook("toy round1.xlsx", [HEADER, ["u1", 1, "North", "TOY01", "Hill", 120, 30]])
    Vault(home).receive(path, partial=True)
    assert first(home, date(2026, 7, 1)).text == (
        "round 1 was due on 2026-05-30: not there yet, 32 days late, a partial delivery is there"
    )
    came = Vault(home).receive(path).delivery.received_at[:10]
    found = first(home, date(2026, 7, 1))
    assert found.state == "delivered" and found.is_there
    assert abs(found.days_late - (date.fromisoformat(came) - date(2026, 5, 30)).days) <= 1  # the operation's own day
    assert f": delivered {found.days_late} days late, on " in found.text


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("{cron: '61 5 * * *'}", "ingestion.cron"),
        ("{cron: '0 5 31 2 *'}", "ingestion.cron"),
        ("{cron: '0 0 5 * * *'}", "ingestion.cron"),
        ("{timezone: Asia/Bishkeck}", "ingestion.timezone"),
        ("{timezone: ../../etc/passwd}", "ingestion.timezone"),
        ("{due_days_after_fieldwork: -1}", "ingestion.due_days_after_fieldwork"),
        ("{crown: 0 5 * * *}", "ingestion.crown"),
    ],
)
def test_a_mistake_is_one_line_and_touches_no_other_operation(home: Home, rounds: Path, section: str, key: str) -> None:
    ingest(rounds, section)
    with pytest.raises(MtmError) as told:
        ingestion_of(load_operation("toy"))
    assert key in str(told.value) and "\n" not in str(told.value) and told.value.code == "bad_ingestion"
    assert [str(p) for p in ingestion_problems()] == [str(told.value)]
    assert load_operation("kgz").code == "kgz" and ingestion_of(load_operation("kgz")).timezone == "Asia/Bishkek"
    assert not [d for d in due_rounds(home) if d.round_key.startswith("toy-")]


def test_an_operation_that_cannot_be_read_leaves_the_others(rounds: Path) -> None:
    (rounds / "operation.yml").write_text("operation: [", encoding="utf-8")
    assert load_operation("kgz").code == "kgz"
    assert [p.code for p in ingestion_problems()] == ["bad_operation_file"]
    with pytest.raises(MtmError, match=r"operation\.yml can't be used"):
        load_operation("toy")


def test_schedule_and_due_date_make_no_round_run_again(home: Home, rounds: Path, workbook: Callable[..., Path]) -> None:
    path = workbook("toy round1.xlsx", [HEADER, ["u1", 1, "North", "TOY01", "Hill", 120, 30]])
    delivery = Vault(home).receive(path).delivery
    before = reference_hash(load_operation("toy"), delivery), normalized_id(delivery, load_operation("toy"), home)
    (rounds / "rounds.yml").write_text(ROUNDS.replace("2026-05-20}", "2026-05-20, due: 2026-06-02}", 1), "utf-8")
    ingest(rounds, "{cron: 0 7 * * 1}")
    assert load_operation("toy").rounds[0].due == date(2026, 6, 2)
    assert (
        reference_hash(load_operation("toy"), delivery),
        normalized_id(delivery, load_operation("toy"), home),
    ) == before
