"""Redelivery: rows, cells, columns and people that a delivery changed, and never a value of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.enter import Desk, Named, Signature
from warehouse.deliveries.vault import Vault
from warehouse.errors import UsageError
from warehouse.normalize.frame import text_frame
from warehouse.normalize.run import normalize
from warehouse.redelivery import compare as comparing
from warehouse.redelivery.compare import compare, redelivery
from warehouse.redelivery.model import Comparison
from warehouse.redelivery.named import deliveries_named
from warehouse.redelivery.people import moved
from warehouse.redelivery.rows import pairs, sheets
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
ROUND = "toy-baseline-r01"
HEADER = ["_uuid", "Region", "Displaced people", "Displaced households", "Contact phone"]
PHONE = "+996555010203"
ROWS: list[list[object]] = [
    ["u1", "North", 100, 20, PHONE],
    ["u2", "South", 50, 10, PHONE],
    ["u3", "West", 30, 6, PHONE],
]


@pytest.fixture
def redeliver(home: Home, workbook: Callable[..., Path]) -> Callable[..., Comparison]:
    def put(before: list[list[object]], after: list[list[object]], header: list[Any] | None = None) -> Comparison:
        for i, (labels, rows) in enumerate(((HEADER, before), (header or HEADER, after))):
            Vault(home).receive(workbook(f"round1 {i}.xlsx", [list(labels), *rows]))
        found = redelivery(normalize(home, Vault(home).current(ROUND)))
        assert found is not None
        return found

    return put


def test_rows_cells_and_people(redeliver: Callable[..., Comparison]) -> None:
    after = [["u9", "East", 5, 1, PHONE], ROWS[1], ["u1", "North", 110, 20, "+996555999999"]]
    found = redeliver(ROWS, after)
    assert (found.matched_by, found.rows_added, found.rows_gone, found.rows_changed, found.rows_equal) == (
        "unique field",
        1,
        1,
        1,
        1,
    )
    assert (found.added, found.gone, found.changed) == ([2], [4], [4])
    assert (found.cells_compared, found.cells_changed, found.columns_changed) == (8, 1, {"Displaced people": 1})
    assert (found.values_compared, found.values_changed) == (4, 1)
    households, people = found.people
    assert (people.before, people.after, people.in_added_rows, people.in_gone_rows, people.in_changed_rows) == (
        180,
        165,
        5,
        30,
        10,
    )
    assert people.before + people.in_added_rows - people.in_gone_rows + people.in_changed_rows == people.after
    assert (people.gross, found.people_moved, households.measure) == (45, 45, "idp.households")
    assert found.people_share == pytest.approx(45 / 180)


def test_nothing_that_was_delivered_is_told(home: Home, redeliver: Callable[..., Comparison]) -> None:
    redeliver([["u1", "SecretPlace", "many", 3, PHONE]], [["u1", "OtherPlace", "most", 3, PHONE]])
    (kept,) = (home.normalized / ROUND / "compared").glob("*.json")
    text = kept.read_text(encoding="utf-8")
    assert not [word for word in ("SecretPlace", "OtherPlace", "many", "most", PHONE, '"u1"') if word in text]
    assert json.loads(text)["cells_changed"] == 2


def test_columns_that_came_went_and_were_renamed(redeliver: Callable[..., Comparison]) -> None:
    header = ["_uuid", "Область", "Displaced people", "Contact phone", "Displaced in 2023", "Colour"]
    found = redeliver(ROWS, [["u1", "North", 100, PHONE, 4, "red"]], header)
    assert found.columns_added == ["Displaced in 2023", "Colour"]
    assert (found.columns_gone, found.columns_renamed) == (["Displaced households"], [["Region", "Область"]])
    assert (found.rows_gone, found.cells_changed) == (2, 0)


def test_rows_without_a_key_are_matched_by_place_then_by_contents(redeliver: Callable[..., Comparison]) -> None:
    bare, header = [["", *row[1:]] for row in ROWS], list(HEADER)
    found = redeliver(bare, [bare[2], ["", "North", 101, 20, PHONE]], header)
    assert (found.matched_by, found.rows_changed, found.rows_equal, found.rows_gone) == ("place and informant", 1, 1, 1)


def test_rows_that_nothing_tells_apart(redeliver: Callable[..., Comparison]) -> None:
    twins: list[list[object]] = [["", "North", 1, 1, PHONE], ["", "North", 1, 1, PHONE], ["", "North", 2, 1, PHONE]]
    found = redeliver(twins, [twins[0], twins[2], ["", "North", 3, 1, PHONE]])
    assert (found.matched_by, found.rows_added, found.rows_gone, found.rows_equal) == ("contents", 1, 1, 2)
    assert found.people_moved == 4


def test_people_in_rejected_rows_count_as_far_as_they_can_be_read(redeliver: Callable[..., Comparison]) -> None:
    found = redeliver(ROWS, [ROWS[0], ROWS[1], ["u3", "", 30, 6, PHONE]])
    assert (found.rows_changed, found.people_moved) == (1, 0)  # the row lost its place, nobody is lost


def test_a_correction_shows_in_the_values_as_used_only(home: Home, redeliver: Callable[..., Comparison]) -> None:
    redeliver(ROWS, [*ROWS[:2], ["u3", "West", 30, 7, PHONE]])
    Desk(home, ROUND).correct(Named(row_number=2), "idp", "100", "101", Signature("data manager", "confirmed by phone"))
    found = redelivery(normalize(home, Vault(home).current(ROUND)))
    assert found is not None
    assert (found.cells_changed, found.values_changed) == (1, 1)  # the first delivery is read with the correction too


def test_it_is_computed_once(home: Home, redeliver: Callable[..., Comparison], monkeypatch: pytest.MonkeyPatch) -> None:
    first = redeliver(ROWS, ROWS[:2])
    monkeypatch.setattr(comparing, "_made", None)
    assert redelivery(normalize(home, Vault(home).current(ROUND))) == first


def test_names_of_what_is_compared(
    home: Home, redeliver: Callable[..., Comparison], workbook: Callable[..., Path]
) -> None:
    redeliver(ROWS, ROWS[:2])
    one, two = Vault(home).deliveries(ROUND)
    assert deliveries_named(home, (ROUND,)) == (one, two)
    assert deliveries_named(home, (two.delivery_id, one.delivery_id[:8])) == (two, one)
    other = Vault(home).receive(workbook("round2.xlsx", [HEADER, ROWS[2]])).delivery
    for names in (
        (other.round_key,),
        ("abc",),
        ("toy-baseline-r09",),
        (one.delivery_id, two.delivery_id, one.delivery_id),
    ):
        with pytest.raises(UsageError):
            deliveries_named(home, names)
    with pytest.raises(UsageError) as refused:
        compare(home, one, other)
    assert refused.value.code == "different_rounds"


cell = st.tuples(st.sampled_from(["u1", "u2", "u3", "u4", ""]), st.sampled_from(["North", "South"]), st.integers(0, 3), st.just(1), st.just(PHONE))  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(cell.map(list), max_size=6), after=st.lists(cell.map(list), max_size=6))
def test_every_row_is_paired_once_or_came_or_went(before: list[list[Any]], after: list[list[Any]], workbook: Callable[..., Path], home: Home) -> None:  # fmt: skip
    from warehouse.codebooks.recognise import recognise
    from warehouse.deliveries.readers.open import read_file

    found: list[Recognised] = []
    for name, rows in (("round1 a.xlsx", before), ("round1 b.xlsx", after)):
        path = workbook(name, [HEADER, *rows])
        found.append(recognise(read_file(path), path.name))
    both = sheets(*(text_frame(f.main) for f in found))
    paired, _ = pairs(both, found[0].codebook)
    assert paired["before"].is_unique().all() and paired["after"].is_unique().all()
    assert set(paired["before"]) <= set(both.before.data["row_number"])
    counts = [
        f.data.select(
            "row_number",
            pl.lit("idp.individuals").alias("measure"),
            pl.col(f.of("idp") or "").cast(pl.Int64).alias("value"),
        )
        for f in (both.before, both.after)
    ]
    for m in moved(paired, *counts):
        assert m.after == m.before + m.in_added_rows - m.in_gone_rows + m.in_changed_rows
        assert m.gross >= abs(m.after - m.before)


def test_a_real_delivery_beside_itself(home: Home, deliveries: Path) -> None:
    delivery = Vault(home).receive(sorted((deliveries / "mli").glob("*.xlsx"))[0]).delivery
    same = compare(home, delivery, delivery)
    assert (same.rows_added, same.rows_gone, same.rows_changed, same.cells_changed, same.people_moved) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert same.rows_equal == same.after.rows > 0
    assert same.values_compared > 0 and same.values_changed == 0
