"""Rows that are not data: totals, headers that stand again, notes, a second table. Nothing is dropped on a guess."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.normalize.conftest import Bench, findings, law, reasons, values

BOOK = """
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: district, labels: [District]}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}}
      - {field: hh, labels: [Households], type: count, measure: {category: idp, unit: households}}
      - {field: colour, labels: [Colour]}
    ignored: ['№']
"""
HEADER = ["Region", "District", "IDPs", "Households"]
ROWS = [["North", "D1", 10, 2], ["North", "D2", 20, 4], ["South", "D3", 5, 1]]


def codes(bench: Bench, *rows: list[Any], header: list[str] = HEADER) -> dict[int, str]:
    bench.codebook(BOOK)
    done = bench.deliver([header, *rows])
    law(done)
    return reasons(done)


@pytest.mark.parametrize(
    "word", ["Итого", "Жалпы", "Бардыгы", "TOTAL", "Grand Total:", "Всего", "Sous-total", "المجموع"]
)
def test_a_row_of_totals_is_left_out_where_it_is_the_sum(bench: Bench, word: str) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, *ROWS, [word, "", 35, 7]])
    assert reasons(done) == {5: "total_row"}
    assert law(done)["idp.individuals"] == (35, 35, 0)
    assert law(done)["rows"] == (4, 3, 1)
    assert findings(done)["total_row"] == "note"
    assert "TOTAL" not in str(done.table("place")["place_code"].to_list()).upper()


@pytest.mark.parametrize(
    "total", [["Total", "", 36, 7], ["Total", "", 35, 8], ["Total", "", "x", 7], ["Total", "", 35, "x"]]
)
def test_a_row_of_totals_that_is_not_the_sum_stops_the_round(bench: Bench, total: list[Any]) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, *ROWS, total])
    assert reasons(done) == {5: "total_row_differs"}
    assert findings(done)["total_row_differs"] == "block"


def test_subtotals_stand_for_their_parent(bench: Bench) -> None:
    rows = [ROWS[0], ROWS[1], ["North", "Итого", 30, 6], ROWS[2], ["Total South", "", 5, 1], ["Total", "", 35, 7]]
    assert codes(bench, *rows) == {4: "total_row", 6: "total_row", 7: "total_row"}


def test_a_subtotal_of_another_group_is_none(bench: Bench) -> None:
    assert codes(bench, *ROWS, ["North", "Total", 35, 6]) == {5: "total_row_differs"}


def test_totals_may_stand_first_and_be_named_in_a_column_that_is_not_used(bench: Bench) -> None:
    rows = [["Всего", "", "", 35, 7], *([i, *row] for i, row in enumerate(ROWS))]
    assert codes(bench, *rows, header=["№", *HEADER]) == {2: "total_row"}


def test_a_place_without_a_name_is_no_total(bench: Bench) -> None:
    assert codes(bench, *ROWS, ["", "", 35, 7]) == {5: "place_missing"}


def test_a_header_that_stands_again_is_left_out(bench: Bench) -> None:
    assert codes(bench, ROWS[0], HEADER, *ROWS[1:]) == {3: "repeated_header"}


def test_a_second_table_is_not_read(bench: Bench) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, *ROWS, [], ["Region", "District", "Returnees", "Families"], ["North", "D1", 900, 90]])
    assert reasons(done) == {6: "second_table", 7: "second_table"}
    assert findings(done)["second_table"] == "block"
    assert values(done, "dimension") == {("total",): 42}
    assert law(done)["idp.individuals"] == (935, 35, 900)


def test_a_second_table_whose_labels_are_known_in_another_order(bench: Bench) -> None:
    assert codes(bench, *ROWS, ["Region", "District", "Households", "IDPs"], ["North", "D9", 2, 12]) == {
        5: "second_table",
        6: "second_table",
    }


def test_words_in_one_count_are_no_second_table(bench: Bench) -> None:
    assert codes(bench, ["North", "D1", "many", ""], *ROWS) == {2: "not_a_whole_number"}


@pytest.mark.parametrize(
    "note", ["Source: DTM", "* as told by key informants", "Примечание: без учёта города", "A" * 50]
)
def test_notes_below_the_table_are_left_out(bench: Bench, note: str) -> None:
    assert codes(bench, *ROWS, [], [note, "", "", ""]) == {6: "note_row"}


def test_a_place_without_counts_at_the_end_is_no_note(bench: Bench) -> None:
    assert codes(bench, *ROWS, ["East", "", "", ""]) == {5: "no_total"}


def test_blank_rows_are_counted(bench: Bench) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, ROWS[0], [], [], ROWS[1]])
    assert done.table("finding").filter(done.table("finding")["code"] == "blank_rows")["rows"].to_list() == [2]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#Н/Д", "#ЗНАЧ!", "#ССЫЛКА!"])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_the_text_of_a_failed_formula_is_never_read(bench: Bench, error: str, at: int) -> None:
    row: list[Any] = ["North", "D9", 3, 1]
    row[at] = error
    assert codes(bench, ROWS[0], row) == {3: "error_value"}


def test_the_total_of_a_region_among_its_districts_is_not_counted_twice(bench: Bench) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, ["North", "", 30, 6], *ROWS])
    assert reasons(done) == {2: "total_row"}
    assert law(done)["idp.individuals"] == (35, 35, 0)


@pytest.mark.parametrize("row", [["North", "", 31, 6], ["South", "", 5, 1]])
def test_a_region_that_is_not_the_sum_of_its_districts_is_told(bench: Bench, row: list[Any]) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, row, *ROWS])
    assert reasons(done) == {}
    assert findings(done)["mixed_levels"] == "review"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1,234", "ambiguous_count"),
        ("1.234", "ambiguous_count"),
        ("12,5", "not_a_whole_number"),
        ("-4", "negative_count"),
    ],
)
def test_counts_that_are_none_say_why(bench: Bench, cell: str, reason: str) -> None:
    assert codes(bench, *ROWS, ["North", "D9", cell, 1]) == {5: reason}


@pytest.mark.parametrize("word", ["n/a", "-", "NULL"])
def test_a_word_for_missing_is_no_place(bench: Bench, word: str) -> None:
    bench.codebook(BOOK)
    done = bench.deliver([HEADER, [word, "D1", 1, 1], ["North", word, 1, 1]])
    assert reasons(done) == {2: "place_missing"}
    assert done.table("place").filter(done.table("place")["place_level"] == 2).is_empty()


def test_the_same_header_below_blank_rows_begins_another_table(bench: Bench) -> None:
    assert codes(bench, ROWS[0], [], ["Province", "District", "IDPs"], ROWS[1]) == {
        4: "second_table",
        5: "second_table",
    }
