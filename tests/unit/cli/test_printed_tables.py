"""Tables at a terminal and in a pipe: nothing cut, nothing wider than there is room, numbers and what is missing told right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.cli import cells, layout
from warehouse.cli.layout import Column, fold, lines, width
from warehouse.cli.output import _columns, prose

WIDE = "移動追跡マトリックス Баткен облусу"
LONG = "Columns have the labels that they had in the round before, or a person said that new ones may stand."


def plain(column: str, text: str, piece: str) -> str:
    return piece


def table(*columns: Column, room: int | None) -> list[str]:
    return lines(columns, room, plain)


def letters(text: str) -> str:
    return "".join(sorted("".join(text.split())))


@pytest.mark.parametrize("room", [60, 80, 100, 140, 200])
def test_a_table_fits_and_loses_no_letter(room: int) -> None:
    found = table(Column("round", ["kgz-bma-r01", "kgz-bma-r02"]), Column("people", ["128,661", "7"], right=True),
                  Column("what must hold", [LONG, WIDE]), Column("what to do", ["nothing", LONG]), room=room)  # fmt: skip
    assert max(map(width, found)) <= room
    assert all(found.index(x) for x in found if x.startswith("kgz-bma-r0"))
    for text in (LONG, WIDE, "kgz-bma-r01", "128,661"):
        assert all(word in " ".join(found) for word in text.split()), text


@pytest.mark.parametrize("room", [60, 80])
def test_too_many_columns_are_told_row_by_row(room: int) -> None:
    found = table(
        *(Column(f"column_number_{i}", [f"value {i} {LONG if i == 3 else ''}".strip()] * 2) for i in range(14)),
        room=room,
    )
    assert max(map(width, found)) <= room
    assert [x for x in found if x.startswith("──")] and "column_number_13: value 13" in found


def test_in_a_pipe_each_row_is_one_line_however_long() -> None:
    found = table(
        Column("a", [LONG * 5, "x"]), Column("n", ["1", "22"], right=True), Column("b", ["two\nlines", WIDE]), room=None
    )
    assert len(found) == 3 and LONG * 5 in found[1] and WIDE in found[2]


def test_wide_letters_keep_columns_in_line() -> None:
    found = table(Column("place", ["移動", "Ош"]), Column("n", ["5", "17"], right=True), room=80)
    assert [width(x) for x in found[1:]] == [9, 9] and found[1] == "移動    5"


@settings(deadline=None, max_examples=150)
@given(st.text(st.characters(categories=("L", "N", "P", "Zs", "Mn")), max_size=60), st.integers(2, 40))
def test_folding_keeps_every_letter_and_the_width(text: str, room: int) -> None:
    found = fold(text, room)
    assert max(map(width, found)) <= room
    assert letters("".join(found)) == letters(text)


@pytest.mark.parametrize(
    ("cell", "person", "pipe"),
    [(128661.0, "128,661", "128661"), (0.28345678901234, "0.283456789", "0.28345678901234"), (2024, "2024", "2024"), (True, "yes", "yes"),
     (None, "", ""), (0, "0", "0"), (-12345, "-12,345", "-12345"), ("12345", "12345", "12345"), (1e-7, "1e-07", "1e-07"),
     ("a\x1b[31mb\u202ec\nd", "a [31mb c d", "a [31mb c d")],
)  # fmt: skip
def test_values(cell: object, person: str, pipe: str) -> None:
    assert (cells.shown(cell, "value", person=True), cells.shown(cell, "value")) == (person, pipe)


def test_numbers_that_are_names_are_not_parted() -> None:
    assert [cells.shown(123456, name, person=True) for name in ("row_number", "soate", "people")] == [
        "123456",
        "123456",
        "123,456",
    ]


def test_withheld_is_said_and_other_blanks_stay_blank() -> None:
    names = ["option_code", "estimate", "reliability", "is_suppressed", "ci_low"]
    rows = [["stay", 0.5, "good", False, None], ["go", None, None, True, None]]
    told = {c.name: c.texts for c in _columns(names, rows, person=True)}
    assert told["estimate"] == ["0.5", "withheld"] and told["reliability"] == ["good", ""]
    assert told["ci_low"] == ["", "withheld"]  # a mart's column of numbers, though no number stands here


def test_a_table_without_rows_has_its_head() -> None:
    assert table(Column("a", []), Column("b", []), room=80) == ["a  b"]
    assert layout.lines([Column("name " * 30, [])], 40, plain)


def test_prose_is_folded_at_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prose(LONG)
    monkeypatch.setattr("warehouse.cli.output.room_of", lambda _: 40)
    prose(LONG)
    whole, *folded = capsys.readouterr().out.splitlines()
    assert whole == LONG and len(folded) > 2 and max(map(len, folded)) <= 40 and " ".join(folded) == LONG
