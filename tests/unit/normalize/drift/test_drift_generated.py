"""Defects put into generated tables at random are found, and nothing else; what is only dirty or sorted raises nothing."""

from __future__ import annotations

import random

import pytest

from tests.unit.normalize.drift.tables import SHAPES, Rows, Table, codes, measure, paste, shift, with_column


@pytest.mark.parametrize("shape", SHAPES)
def test_injected_defects_are_found_and_nothing_else(shape: str) -> None:
    for what, share in measure(shape, range(100, 101), rows=250).items():
        assert share == (1 if what.endswith("found") else 0), f"{shape}, {what}: {share}"


def dirty(table: Table, rng: random.Random) -> Rows:
    """Single cells that are blank, words for not known, misspelt or far off: what real deliveries are full of."""
    rows = [list(row) for row in table.rows]
    for row in rng.sample(rows, len(rows) // 10):
        column = rng.randrange(6, len(row))
        row[column] = rng.choice(["", "не знаю", "n/a", "about 50", 999999, "x", "12-15"])
    for row in rng.sample(rows, len(rows) // 50):
        row[5] = f"{row[5]} {rng.randint(1, 9)}"
    for row in rng.sample(rows, len(rows) // 50):  # an interview that was broken off
        row[len(row) // 2 :] = [""] * (len(row) - len(row) // 2)
    for row in rng.sample(rows, 2):  # counts that nobody knew
        row[6:] = ["не знаю" if str(cell).isdigit() else cell for cell in row[6:]]
    return rows


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(2))
def test_dirt_is_no_drift(shape: str, seed: int) -> None:
    rng = random.Random(seed)
    table = SHAPES[shape](rng, 300)
    drift = table.drift(dirty(table, rng))
    assert not drift.notes
    assert drift.rows.is_empty()


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_sorted_as_a_whole_are_no_drift(shape: str) -> None:
    table = SHAPES[shape](random.Random(7), 300)
    for column in range(1, len(table.columns), 7):
        drift = table.drift(sorted(table.rows, key=lambda row: (str(type(row[column])), row[column])))
        assert not drift.notes, table.columns[column][0]
        assert drift.rows.is_empty()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [0, 1, 2, 5, 11, 20])
def test_little_is_said_of_small_tables(shape: str, rows: int) -> None:
    table = SHAPES[shape](random.Random(rows), 60)
    drift = table.drift(table.rows[:rows]) if rows else table.drift([[""] * len(table.columns)])
    assert not drift.notes
    assert drift.rows.is_empty()


def test_the_people_of_pasted_rows_are_counted() -> None:
    """The older layout is not known to the project: a single row's people are told from where its values stand, or not at all."""
    for seed in range(5):
        rng = random.Random(seed)
        table = SHAPES["counts"](rng, 300)
        changed, wrong = shift(table, rng)
        drift = table.drift(changed)
        (row,) = wrong
        told = drift.people[row + 2]
        assert told in (None, table.rows[row][table.at("idp_individuals")])


def test_a_row_that_a_person_accepted_is_left_alone() -> None:
    rng = random.Random(3)
    table = SHAPES["counts"](rng, 300)
    changed, wrong = paste(table, rng)
    numbers = {row + 2 for row in wrong}
    assert numbers <= set(table.drift(changed).rows["row_number"])
    left = table.drift(changed, frozenset(numbers))
    assert left.rows.is_empty()
    assert not left.notes


def test_a_stretch_of_a_column_moved_by_a_row_is_found_with_its_rows() -> None:
    table = SHAPES["ages"](random.Random(5), 300)
    column = table.at("emigrant_total")
    values = [row[column] for row in table.rows]
    moved = [*values[:100], *values[101:121], values[100], *values[121:]]
    drift = table.drift(with_column(table.rows, column, moved))
    assert codes(drift) == {"column_shifted"}
    (note,) = drift.notes
    assert note["column_label"] == "emigrant_total"
    assert "rows 102 to 122" in note["what"]


def test_households_and_individuals_swapped_in_rows_on_end_are_found() -> None:
    table = SHAPES["small"](random.Random(5), 50)
    h, i = table.at("idp_households"), table.at("idp_individuals")
    rows = [list(row) for row in table.rows]
    for row in rows[10:16]:
        row[h], row[i] = row[i], row[h]
    assert codes(table.drift(rows)) & {"columns_swapped", "rows_in_another_layout"}
    single = [list(row) for row in table.rows]
    single[20][h], single[20][i] = single[20][i], single[20][h]
    assert not table.drift(single).notes, "one row alone may be a slip, which the gate counts"


def test_men_under_women_can_not_be_told_and_nothing_is_said() -> None:
    table = SHAPES["ages"](random.Random(9), 300)
    a, b = table.at("returned_male_18-29"), table.at("returned_female_18-29")
    values = [[row[c] for row in table.rows] for c in (a, b)]
    assert not table.drift(with_column(with_column(table.rows, a, values[1]), b, values[0])).notes


def test_no_delivered_value_is_told() -> None:
    rng = random.Random(11)
    table = SHAPES["survey"](rng, 300)
    changed, _ = paste(table, rng)
    texts = {str(cell) for row in changed for cell in row if len(str(cell)) > 4}
    for note in table.drift(changed).notes:
        words = " ".join(str(note[key]) for key in ("what", "expected", "todo", "column_label"))
        assert not [text for text in texts if text in words]


@pytest.mark.parametrize("shape", ["counts", "ages", "survey"])
def test_a_sheet_of_two_layouts_is_refused_as_one(shape: str) -> None:
    """Where nobody can say which rows are the foreign ones, none is quarantined and the round waits."""
    table = SHAPES[shape](random.Random(13), 300)
    older = [i for i, c in enumerate(table.columns) if not (c[1] == "code" and c[0].startswith("admin"))]
    block = [[str(1000 + i), *(row[k] for k in older)] for i, row in enumerate(table.rows[:245])]
    drift = table.drift(table.rows + block)
    assert drift.rows.is_empty()
    assert "mixed_layouts" in codes(drift)


def test_a_header_repeated_among_the_rows_is_found() -> None:
    table = SHAPES["counts"](random.Random(14), 300)
    header = [column[0] for column in table.columns]
    drift = table.drift([*table.rows[:100], header, *table.rows[100:]])
    assert drift.rows["row_number"].to_list() == [102]
    assert drift.people == {102: None}
