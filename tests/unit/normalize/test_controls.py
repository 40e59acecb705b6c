"""Controls: declared totals, places, windows and units are compared with what was delivered; shares with their scale."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.normalize.conftest import Bench, findings, law
from warehouse.normalize.run import Normalized
from warehouse.normalize.window import day_of

BOOK = """
partial_file_name: 'in.progress'
sheets:
  - name: main
    patterns: [data]
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}}
      - {field: hh, labels: [Households], type: count, measure: {category: idp, unit: households}}
      - {field: once, labels: [Once], type: share, scale: 100, measure: {category: idp, unit: share, dimension: times, item: once}}
      - {field: twice, labels: [Twice], type: share, scale: 100, measure: {category: idp, unit: share, dimension: times, item: twice}}
  - {name: control, patterns: [control*], role: control}
"""
ROWS: list[list[Any]] = [["Region", "IDPs", "Households"], ["North", 10, 2], ["South", "x", 3], ["East", 5, 1]]
CONTROL = "controls: [{measure: {category: idp}, sheet: 'control*', label: Grand total of IDPs, at: %s}]\n"


def of(done: Normalized, code: str) -> dict[str, Any]:
    table = done.table("finding")
    return table.filter(table["code"] == code).row(0, named=True)


@pytest.mark.parametrize(
    ("value", "found"), [("15", {}), ("1 015", {"control_total": "block"}), ("", {"control_not_found": "review"})]
)
@pytest.mark.parametrize("at", ["right", "below"])
def test_a_control_sheet_is_compared_with_the_rows(bench: Bench, value: str, found: dict[str, str], at: str) -> None:
    bench.codebook(BOOK + CONTROL % at)
    control = (
        [["Grand Total of IDPs:", "", value]] if at == "right" else [["", "Grand total of IDPs"], ["", ""], ["", value]]
    )
    done = bench.deliver(ROWS, control_totals=control)
    assert {c: s for c, s in findings(done).items() if c.startswith("control")} == found
    if "control_total" in found:
        assert "15" in of(done, "control_total")["what"]
        assert "1015" in of(done, "control_total")["what"]


def test_rows_and_declared_values_are_controls_too(bench: Bench) -> None:
    bench.codebook(
        BOOK
        + "controls: [{measure: rows, value: 4}, {measure: rows, value: 3}, {measure: rows, value: 9, rounds: '2-'}]\n"
    )
    done = bench.deliver(ROWS)
    assert of(done, "control_total")["what"] == "rows add up to 3, declared are 4"
    assert done.table("finding").filter(done.table("finding")["code"] == "control_total").height == 1


def test_a_place_that_is_missing_stops_a_round_that_is_not_partial(bench: Bench) -> None:
    bench.codebook(BOOK + "expected_places: [North, SOUTH, East, West]\n")
    rows = [*ROWS[:2], ["South", 1, 1], ROWS[3]]
    assert of(bench.deliver(rows), "places_missing")["what"] == "no rows of West"
    assert "places_missing" not in findings(bench.deliver(rows[:3], name="round2 in-progress.xlsx"))


WINDOW = "window_text: 'covers the period of (.+?) to (.+?)(?:\\.|$)'\n"
ROUNDS = "rounds: [{component: baseline, number: 1, window_start: 2018-03-18, window_end: 2018-04-18}]"


@pytest.mark.parametrize(
    ("text", "rounds", "code"),
    [
        ("It covers the period of 18 March to 18 April 2018.", ROUNDS, None),
        ("It covers the period of 18 March to 19 April 2018.", ROUNDS, "window_differs"),
        ("It covers the period of 18.03.2018 to 2018-04-18", "", "window_recorded"),
        ("Nothing", ROUNDS, "window_not_found"),
    ],
)
def test_the_window_of_the_notes_is_that_of_the_round(bench: Bench, text: str, rounds: str, code: str | None) -> None:
    bench.codebook(BOOK + WINDOW, rounds=rounds)
    done = bench.deliver(ROWS, control_notes=[["About", text]])
    assert {c for c in findings(done) if c.startswith("window")} == ({code} if code else set())


@pytest.mark.parametrize(
    "text", ["2024-04-30", "30.04.2024", "30 April 2024", "April 30, 2024", "30 апреля 2024", "30 avril 2024"]
)
def test_days_in_texts(text: str) -> None:
    assert day_of(text) == date(2024, 4, 30)


def test_units_that_were_exchanged(bench: Bench) -> None:
    bench.codebook(BOOK)
    assert "units_swapped" not in findings(bench.deliver([ROWS[0], ["A", 5, 1], ["B", 1, 5], ["C", 5, 5]]))
    assert (
        findings(bench.deliver([ROWS[0], ["A", 1, 5], ["B", 1, 5], ["C", 5, 5]], name="round2.xlsx"))["units_swapped"]
        == "block"
    )


SHARES = ["Region", "IDPs", "Once", "Twice"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[60, 40], [100, ""], [33.3, 66.7]], None),
        ([["60%", "40 %"]], None),
        ([[0.6, 0.4], [1, ""]], "percent_scale"),  # all on the other scale
        ([[60, 40], [0.33, 0.67]], "percent_scale"),  # mixed
        ([[60, 30]], "shares_not_whole"),
        ([[60, -1]], "share_not_a_number"),
        ([[60, "most"]], "share_not_a_number"),
    ],
)
def test_shares_keep_to_their_scale(bench: Bench, rows: list[list[Any]], code: str | None) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([SHARES, *([f"P{i}", 10, *row] for i, row in enumerate(rows))])
    told = {c for c in findings(done) if "share" in c or "percent" in c}
    assert (code in told) if code else not told
    law(done)
    table = done.table("share")
    assert table.height == len(rows) * 2
    if code is None:
        assert table.filter(table["item"] == "once")["value"].round(3).to_list()[0] == 0.6
        assert table["value_status"].to_list().count("reported") == sum(x != "" for row in rows for x in row)


def test_shares_of_the_whole_as_one(bench: Bench) -> None:
    bench.codebook(BOOK.replace("scale: 100", "scale: 1"))
    assert "percent_scale" not in findings(bench.deliver([SHARES, ["A", 1, 0.6, 0.4], ["B", 1, "0,25", "0,75"]]))
    assert (
        findings(bench.deliver([SHARES, ["A", 1, 60, 40], ["B", 1, 0.5, 0.5]], name="round2.xlsx"))["percent_scale"]
        == "block"
    )
