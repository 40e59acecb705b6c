"""Decisions: rows rejected and accepted by a person, findings that may stand, and the laws that no decision moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from warehouse.corrections.enter import Desk, Named, Signature, withdraw
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.corrections.listing import listed
from warehouse.corrections.model import AcceptFinding, DecideRow, RowAt
from warehouse.corrections.store import append, ledger_paths
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import UsageError
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import text_frame
from warehouse.normalize.places import resolve_places
from warehouse.normalize.reopen import reopen
from warehouse.normalize.rows import VERDICT
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
ROUND = "toy-baseline-r01"
HEADER = ["_uuid", "Region", "Displaced people"]
ROWS: list[list[object]] = [["u1", "North", 100], ["u2", "South", "many"], ["u3", "West", 30]]
BY = Signature("data manager", "seen on the paper form")


@pytest.fixture
def delivery(home: Home, workbook: Callable[..., Path]) -> Delivery:
    return Vault(home).receive(workbook("round1.xlsx", [HEADER, *ROWS])).delivery


def quarantined(home: Home, delivery: Delivery, rows: dict[int, str]) -> tuple[dict[int, str], DeliveryLedger]:
    """What is left of rows that were rejected for these reasons, after the ledger's decisions."""
    operation = load_operation("toy")
    ledger = DeliveryLedger(reopen(home, delivery, operation), delivery, operation, home)
    frame = text_frame(ledger.found.main)
    given = pl.DataFrame([(n, r, "") for n, r in rows.items()], schema=VERDICT, orient="row")
    places = resolve_places(frame, Resolver(operation, ledger.book.places))
    return dict(ledger.decide(given, frame, places).select("row_number", "reason_code").iter_rows()), ledger


def enter(home: Home, entry: DecideRow | AcceptFinding) -> None:
    append(ledger_paths(load_operation("toy"), home)[1], entry)


def decision(do: str, row: RowAt) -> DecideRow:
    return DecideRow.model_validate(
        {"do": do, "round_key": ROUND, "who": BY.who, "when": "2026-11-25", "why": BY.why, "row": row.model_dump()}
    )


def test_a_row_rejected_by_decision_is_counted(home: Home, delivery: Delivery) -> None:
    Desk(home, ROUND).decide_row("reject_row", Named(row_number=4), BY)
    after = normalize(home, delivery)
    assert after.table("rejected").select("row_number", "reason_code", "people").rows() == [
        (3, "not_a_whole_number", None), (4, "rejected_by_decision", 30)]  # fmt: skip
    counts = after.counts()
    assert (counts["people_in"], counts["people_accepted"], counts["people_rejected"]) == (130, 100, 30)
    assert [e["state"] for e in listed(home)] == ["applied"]
    withdraw(home, ROUND, listed(home)[0]["entry"], BY)
    assert normalize(home, delivery).counts()["people_accepted"] == 130


def test_a_doubt_is_cleared_and_a_law_is_not(home: Home, delivery: Delivery) -> None:
    for number in (2, 3):
        enter(home, decision("accept_row", RowAt(sheet="data", row_number=number, delivery=delivery.delivery_id)))
    left, ledger = quarantined(
        home, delivery, {2: "foreign_layout_row", 3: "foreign_layout_row", 4: "foreign_layout_row"}
    )
    assert left == {3: "foreign_layout_row", 4: "foreign_layout_row"}  # row 3 has a total that can't be read
    findings = Findings(ROUND, "f")
    ledger.settle({"population": pl.DataFrame(), "assessment": pl.DataFrame()}, findings)
    assert {(r["code"], r["severity"], r["row_number"]) for r in findings.rows} == {
        ("row_accepted_by_decision", "note", 2), ("decision_against_law", "block", 3)}  # fmt: skip
    left, _ = quarantined(home, delivery, {2: "not_a_whole_number"})
    assert left == {2: "not_a_whole_number"}


def test_on_the_command_line_only_a_doubt_can_be_accepted(home: Home, delivery: Delivery) -> None:
    for number in (2, 3):
        with pytest.raises(UsageError) as refused:
            Desk(home, ROUND).decide_row("accept_row", Named(row_number=number), BY)
        assert refused.value.code == "not_decidable"
    with pytest.raises(UsageError):
        Desk(home, ROUND).accept_finding("not_a_whole_number", "data", "Displaced people", BY)
    assert listed(home) == []


def accepted(delivery: Delivery, code: str) -> AcceptFinding:
    fields = {"do": "accept_finding", "round_key": ROUND, "who": BY.who, "when": "2026-11-25", "why": BY.why}
    return AcceptFinding.model_validate({**fields, "delivery": delivery.delivery_id, "code": code, "sheet": "data", "column": "Displaced people"})  # fmt: skip


def noted(home: Home, delivery: Delivery, code: str) -> list[str]:
    operation = load_operation("toy")
    ledger = DeliveryLedger(reopen(home, delivery, operation), delivery, operation, home)
    findings = Findings(ROUND, "f")
    findings.add(code, "block", "looks wrong", sheet="data", column_label="Displaced people")
    findings.add(code, "block", "looks wrong", sheet="data", column_label="Region")
    ledger.settle({"population": pl.DataFrame(), "assessment": pl.DataFrame()}, findings)
    return [row["severity"] for row in findings.rows]


def test_a_finding_that_was_looked_at_stands_for_this_delivery_only(home: Home, delivery: Delivery) -> None:
    enter(home, accepted(delivery, "column_sorted_alone"))
    assert noted(home, delivery, "column_sorted_alone") == ["note", "block"]
    assert noted(home, replace(delivery, delivery_id="000000000000", delivery_seq=2), "column_sorted_alone") == [
        "block",
        "block",
    ]


def test_a_law_can_not_be_accepted_by_hand_in_the_file(home: Home, delivery: Delivery) -> None:
    enter(home, accepted(delivery, "unknown_identifier_column"))
    assert noted(home, delivery, "unknown_identifier_column") == ["block", "block", "block"]


def test_a_decision_on_a_row_that_is_gone_stops_the_round(
    home: Home, delivery: Delivery, workbook: Callable[..., Path]
) -> None:
    Desk(home, ROUND).decide_row("reject_row", Named(row_number=4), BY)
    again = Vault(home).receive(workbook("round1 b.xlsx", [HEADER, ROWS[0]])).delivery
    found = normalize(home, again).table("finding").filter(pl.col("severity") == "block")
    assert found["code"].to_list() == ["decision_row_not_found"]


def test_who_doubts_rows_leaves_those_alone_that_a_person_cleared(home: Home, delivery: Delivery) -> None:
    for number in (2, 3):
        enter(home, decision("accept_row", RowAt(sheet="data", row_number=number, delivery=delivery.delivery_id)))
    operation = load_operation("toy")
    ledger = DeliveryLedger(reopen(home, delivery, operation), delivery, operation, home)
    assert ledger.left("data") == {2, 3} and ledger.left("other") == set()
    frame = text_frame(ledger.found.main)
    places = resolve_places(frame, Resolver(operation, ledger.book.places))
    judged = pl.DataFrame([(3, "not_a_whole_number", "")], schema=VERDICT, orient="row")
    assert ledger.decide(judged, frame, places)["row_number"].to_list() == [3]
    assert [(state, rows) for _, state, rows in ledger.decided] == [("applied", (2,)), ("against_law", (3,))]
