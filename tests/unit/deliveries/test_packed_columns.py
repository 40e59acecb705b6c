"""Columns of texts in parts: the same cells whatever the parts are, in little room, and given back once they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.deliveries.readers import text
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.text import read_text
from warehouse.deliveries.readers.wire import PackedColumn, frames, pack, receive

ROWS = [["name", "n", "remark"], *([f"Ош {i}", str(i), "" if i % 7 else 'a "quoted", text'] for i in range(1, 400))]


def csv_of(rows: list[list[str]], blank_after: int = 0) -> bytes:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    if blank_after:
        lines.insert(blank_after, "")
    return ("\n".join(lines) + "\n").encode()


def packed(sheet: RawSheet) -> list[PackedColumn]:
    found = [column for column in sheet.columns if isinstance(column, PackedColumn)]
    assert len(found) == sheet.width
    return found


@pytest.mark.parametrize("blank_after", [0, 49, 50, 51])
def test_the_cells_do_not_depend_on_the_parts(monkeypatch: pytest.MonkeyPatch, blank_after: int) -> None:
    monkeypatch.setattr(text, "CELLS_AT_ONCE", 1)  # 50 rows in a part, the least
    expected = ROWS[:blank_after] + [["", "", ""]] * bool(blank_after) + ROWS[blank_after:]
    (sheet,) = read_text(csv_of(ROWS, blank_after), "delivery.csv")
    assert {len(column.parts) for column in packed(sheet)} == {8 + (len(expected) > 400)}
    assert [sheet.texts(i) for i in range(sheet.height)] == expected
    assert sheet.rows == expected
    assert sheet.column(1).to_list() == [row[1] for row in expected]


def test_parts_are_given_back_once_they_are_sent() -> None:
    column = PackedColumn([pack(["a", "б"]), pack([""])])
    sent = list(frames([RawSheet("s", columns=[column], height=3)]))
    assert column.parts == []
    (sheet,) = receive(iter(sent))
    assert (sheet.height, sheet.column(0).to_list(), sheet.columns[0].kinds) == (3, ["a", "б", ""], None)


def test_texts_take_no_more_than_twice_the_room_of_their_file() -> None:
    data = csv_of(ROWS * 20)
    (sheet,) = read_text(data, "delivery.csv")
    assert sum(len(part) for column in packed(sheet) for part in column.parts) < 2 * len(data)


def test_what_the_child_sends_is_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(csv_of(ROWS))
    (sheet,) = read_file(path)
    (again,) = receive(iter(list(frames([sheet]))))  # a column that is a series crosses in one part
    assert sheet.rows == again.rows == ROWS
