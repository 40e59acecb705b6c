"""Corrections: the guard, what is kept beside them, and that nobody's correction is lost in silence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toy import write_rows
from warehouse.corrections.enter import Desk, Named, Signature, withdraw
from warehouse.corrections.listing import listed
from warehouse.corrections.model import LedgerFile
from warehouse.corrections.store import ledger_paths
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError, UsageError
from warehouse.normalize.run import Normalized, normalize
from warehouse.operations import load_operation, read_yaml
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
ROUND = "toy-baseline-r01"
HEADER = ["_uuid", "Region", "Region code", "Displaced people", "Displaced in 2023", "Contact phone"]
ROWS: list[list[object]] = [
    ["u1", "North", "T1", 100, 40, "+996555010203"],
    ["u2", "South", "T2", "many", 10, "+996555010204"],
    ["u3", "West", "T3", 30, 30, "+996555010205"],
]
BY = Signature("data manager", "the field office confirmed by phone")


@pytest.fixture
def receive(home: Home, workbook: Callable[..., Path]) -> Callable[..., Normalized]:
    def put(name: str, rows: list[list[object]], header: list[object] | None = None) -> Normalized:
        return normalize(home, Vault(home).receive(workbook(name, [header or list(HEADER), *rows])).delivery)

    return put


def now(home: Home) -> Normalized:
    return normalize(home, Vault(home).current(ROUND))


def codes(normalized: Normalized) -> dict[str, str]:
    return dict(normalized.table("finding").select("code", "severity").iter_rows())


def test_a_rejected_row_is_corrected_and_its_delivered_text_stays(
    home: Home, receive: Callable[..., Normalized]
) -> None:
    before = receive("round1.xlsx", ROWS)
    assert before.table("rejected")["row_number"].to_list() == [3]
    entry = Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", BY)
    assert entry.row.key and not entry.row.sheet  # named by the row's own key: it outlives the row's number
    after = now(home)
    assert after.normalized_id != before.normalized_id
    assert after.table("rejected").is_empty()
    cell = after.table("population").filter((pl.col("value") == 55) & (pl.col("dimension") == "total"))
    assert cell["delivered_value"].to_list() == ["many"]
    assert after.counts() == {"rows_in": 3, "rows_accepted": 3, "rows_rejected": 0,
                              "people_in": 185, "people_accepted": 185, "people_rejected": 0}  # fmt: skip
    told = after.table("finding").filter(pl.col("code") == "correction_applied")
    assert told.select("severity", "sheet", "row_number", "column_label").rows() == [
        ("note", "data", 3, "Displaced people")
    ]
    assert "many" not in str(after.table("finding").to_dicts())


def test_the_guard_on_entry(home: Home, receive: Callable[..., Normalized]) -> None:
    receive("round1.xlsx", ROWS)
    desk = Desk(home, ROUND)
    with pytest.raises(UsageError) as wrong:
        desk.correct(Named(row_number=2), "Displaced people", "99", "101", BY)
    assert wrong.value.code == "correction_stale" and "100" not in str(wrong.value)
    for column, code in (("Contact phone", "correction_of_identifier"), ("_uuid", "correction_of_identifier"),
                         ("Colour", "correction_column_not_found")):  # fmt: skip
        with pytest.raises(UsageError) as refused:
            desk.correct(Named(row_number=2), column, "100", "1", BY)
        assert refused.value.code == code
    with pytest.raises(UsageError) as nowhere:
        desk.correct(Named(row_number=9), "Displaced people", "1", "2", BY)
    assert nowhere.value.code == "row_not_found"
    desk.correct(Named(row_number=2), "idp", "100", "101", BY)
    with pytest.raises(UsageError) as twice:
        desk.correct(Named(row_number=2), "Displaced people", "100", "102", BY)
    assert twice.value.code == "correction_conflict"
    assert len(listed(home)) == 1


def test_a_redelivery_that_moved_the_row_keeps_the_correction(home: Home, receive: Callable[..., Normalized]) -> None:
    receive("round1.xlsx", ROWS)
    Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", BY)
    moved = receive("round1 again.xlsx", [ROWS[2], ["u9", "East", "T9", 1, 1, ""], ROWS[0], ROWS[1]])
    assert codes(moved)["correction_applied"] == "note"
    assert moved.counts()["people_accepted"] == 186


@pytest.mark.parametrize(
    ("delivered", "code", "severity", "people"),
    [(56, "correction_stale", "block", 186), (55, "correction_obsolete", "review", 185), (None, "correction_row_not_found", "block", 130)],
)  # fmt: skip
def test_a_redelivery_that_changed_the_value(
    home: Home, receive: Callable[..., Normalized], delivered: int | None, code: str, severity: str, people: int
) -> None:
    receive("round1.xlsx", ROWS)
    Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", BY)
    rows = [ROWS[0], *([["u2", "South", "T2", delivered, 10, ""]] if delivered else []), ROWS[2]]
    again = receive("round1 again.xlsx", rows)
    assert codes(again)[code] == severity and "correction_applied" not in codes(again)
    assert again.counts()["people_accepted"] == people
    (entry,) = listed(home, ROUND)
    assert entry["state"] == code.removeprefix("correction_")
    withdraw(home, ROUND, entry["entry"], BY)
    assert code not in codes(now(home))
    assert [e["state"] for e in listed(home, ROUND)] == ["withdrawn", "withdrawal"]


def test_a_row_without_a_key_of_its_own_is_named_by_place_or_by_its_delivery(
    home: Home, receive: Callable[..., Normalized]
) -> None:
    bare = [row[1:] for row in ROWS]
    receive("round1.xlsx", bare, list(HEADER[1:]))
    entry = Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", BY)
    assert entry.row.place == "T2"
    assert codes(now(home))["correction_applied"] == "note"
    twins = [bare[0], bare[1], ["South", "T2", 7, 7, ""]]
    assert codes(receive("round1 twins.xlsx", twins, list(HEADER[1:])))["correction_row_not_found"] == "block"
    (first,) = listed(home)
    withdraw(home, ROUND, first["entry"], BY)
    entry = Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "60", BY)
    assert (entry.row.row_number, entry.row.delivery) == (3, Vault(home).current(ROUND).delivery_id)
    moved = receive("round1 moved.xlsx", [bare[1], *twins], list(HEADER[1:]))
    assert codes(moved)["correction_row_not_found"] == "block"  # never a row that only has the same number


def test_a_submission_that_stands_twice_is_one_row_to_the_ledger(
    home: Home, receive: Callable[..., Normalized]
) -> None:
    receive("round1.xlsx", [ROWS[0], ROWS[1], ROWS[1]])
    entry = Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", BY)
    assert entry.row.delivery  # two rows have this key: the one that was meant is named by its number
    withdraw(home, ROUND, entry.entry_id, BY)
    from warehouse.corrections.locate import row_keys

    desk = Desk(home, ROUND)
    keys = row_keys(desk.frames[0], desk.found.codebook, home)
    assert keys is not None
    desk.correct(Named(key=keys["key"][1]), "Displaced people", "many", "55", BY)
    after = now(home)
    assert after.table("rejected").select("row_number", "reason_code").rows() == [(4, "duplicate_submission")]
    assert after.counts()["people_accepted"] == 155


@pytest.mark.parametrize(
    "text",
    [
        "entries: [{do: correct, round_key: toy-baseline-r01, who: xx, when: 2026-01-01, why: because, row: {sheet: data, row_number: 2}, column: a, expect: '1', value: '2'}]",
        "entries: [{do: correct, round_key: toy-baseline-r01, who: xx, when: 2026-01-01, why: because, row: {place: A}, column: a, expect: 012, value: '2'}]",
        "entries: [{do: correct, round_key: toy-baseline-r01, who: xx, when: 2026-01-01, why: because, row: {place: A}, column: a, expect: 'x', value: ' x'}]",
        "entries: [{do: forget, round_key: toy-baseline-r01}]",
        "entry: []",
    ],
)
def test_a_wrong_ledger_stops_everything(home: Home, receive: Callable[..., Normalized], toy: Path, text: str) -> None:
    (toy / "corrections.yml").write_text(text, encoding="utf-8")
    with pytest.raises(MtmError) as error:
        receive("round1.xlsx", ROWS)
    assert error.value.code == "bad_operation_file"


def test_texts_of_every_kind_come_back_from_the_file_as_they_were(
    home: Home, receive: Callable[..., Normalized]
) -> None:
    odd = "@1+1 'x' \u2028 \"q\" 😀 # no: comment\tend"
    receive("round1.xlsx", [["u1", odd, "T1", 1, 1, ""]])
    entry = Desk(home, ROUND).correct(Named(row_number=2), "Region", odd, "0012", BY)
    path = ledger_paths(load_operation("toy"), home)[1]
    assert read_yaml(path, LedgerFile).entries == [entry]
    assert path.stat().st_mode & 0o077 == 0  # delivered values: for the owner only
    hand = path.read_text(encoding="utf-8") + "  # a person wrote here\n"
    path.write_text(hand, encoding="utf-8")
    Desk(home, ROUND).correct(Named(row_number=2), "Displaced people", "1", "3", BY)
    assert path.read_text(encoding="utf-8").startswith(hand)


def test_the_operations_own_ledger_holds_for_every_installation(
    home: Home, receive: Callable[..., Normalized], toy: Path, tmp_path: Path, workbook: Callable[..., Path]
) -> None:
    receive("round1.xlsx", ROWS)
    entry = Desk(home, ROUND).correct(Named(row_number=3), "Displaced people", "many", "55", Signature(BY.who, BY.why, in_tree=True))  # fmt: skip
    assert entry.row.place == "T2"  # not by key: the key is this installation's secret
    other = Home(tmp_path / "other").ensure()
    there = normalize(other, Vault(other).receive(workbook("round1.xlsx", [HEADER, *ROWS])).delivery)
    assert there.counts()["people_accepted"] == 185


def test_the_same_words_after_a_withdrawal_hold_again(home: Home, receive: Callable[..., Normalized]) -> None:
    receive("round1.xlsx", ROWS)
    desk = Desk(home, ROUND)
    entry = desk.correct(Named(row_number=3), "idp", "many", "55", BY)
    with pytest.raises(UsageError) as twice:
        desk.correct(Named(row_number=3), "idp", "many", "55", BY)
    assert twice.value.code == "entry_exists"
    with pytest.raises(UsageError):
        withdraw(home, ROUND, entry.entry_id, Signature(BY.who, BY.why, in_tree=True))
    withdraw(home, ROUND, entry.entry_id, BY)
    assert now(home).counts()["people_accepted"] == 130
    desk.correct(Named(row_number=3), "idp", "many", "55", BY)
    assert now(home).counts()["people_accepted"] == 185
    assert [e["state"] for e in listed(home)] == ["withdrawn", "withdrawal", "applied"]


count = st.sampled_from(["0", "7", "1 200", "-4", "3.5", "many", ""])
line = st.tuples(st.sampled_from(["North", "South", ""]), count, count)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, min_size=1, max_size=5), data=st.data(), value=count)
def test_people_are_conserved_whatever_is_corrected(lines: list[tuple[str, str, str]], data: Any, value: str) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.sampled_from([1, 2]))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").ensure()
        rows: list[list[object]] = [[f"u{i}", a, "", b, c, ""] for i, (a, b, c) in enumerate(lines)]
        delivery = Vault(home).receive(write_rows(Path(folder) / "round1.xlsx", [list(HEADER), *rows])).delivery
        expect = lines[index][column]
        if expect == value:
            return
        Desk(home, ROUND).correct(Named(row_number=index + 2), str(HEADER[column + 2]), expect, value, BY)
        done = normalize(home, delivery)
        law = done.table("conservation")
        assert law.filter(pl.col("delivered") != pl.col("accepted") + pl.col("rejected")).is_empty()
        numbers = [*done.table("assessment")["row_number"], *done.table("rejected")["row_number"]]
        assert sorted(numbers) == list(range(2, len(lines) + 2))
        ids = dict(done.table("assessment").select("row_id", "row_number").iter_rows())
        for row_id, dimension, text in (
            done.table("population").select("row_id", "dimension", "delivered_value").iter_rows()
        ):
            assert text == lines[ids[row_id] - 2][1 if dimension == "total" else 2]  # always as it was delivered


REPEAT = """
  - name: origins
    role: repeat
    patterns: [origins]
    parent: main
    parent_key: parent_index
    measure: {category: idp, dimension: origin, item_field: origin, value_field: number}
    columns:
      - {field: parent_index, labels: [_parent_index], required: true}
      - {field: origin, labels: [Origin]}
      - {field: number, labels: [Number], type: count, required: true}
"""


def test_a_count_of_a_repeat_sheet(home: Home, toy: Path, workbook: Callable[..., Path]) -> None:
    path = toy / "codebooks" / "baseline.yml"
    text = path.read_text(encoding="utf-8").replace("patterns: ['*']", "patterns: [data]\n    row_key: index")
    text = text.replace(
        "      - {field: round_number,", "      - {field: index, labels: [_index]}\n      - {field: round_number,", 1
    )
    path.write_text(text + REPEAT, encoding="utf-8")
    rows = [["_uuid", "Region", "Displaced people", "_index"], ["u1", "North", 9, 1], ["u2", "South", 9, 2]]
    origins = [["_parent_index", "Origin", "Number"], [2, "A", 5], [1, "A", 5], [1, "B", 4]]
    Vault(home).receive(workbook("round1.xlsx", rows, origins=origins))
    entry = Desk(home, ROUND).correct(Named(sheet="origins", row_number=3), "Number", "5", "6", BY)
    assert entry.row.delivery and entry.row.sheet == "origins"
    after = now(home)
    parts = (
        after.table("population").filter(pl.col("dimension") == "origin").join(after.table("assessment"), on="row_id")
    )
    assert sorted(parts.select("row_number", "item", "value", "delivered_value").rows()) == [
        (2, "A", 6, "5"), (2, "B", 4, "4"), (3, "A", 5, "5")]  # fmt: skip
    assert ("origins", 3, "Number") in after.table("finding").select("sheet", "row_number", "column_label").rows()
