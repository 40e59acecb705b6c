"""Readers: every cell as it was, or a refusal with a reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.refusal import column_letters, column_number
from warehouse.deliveries.readers.sheet import cell_json, cell_text
from warehouse.deliveries.readers.text import read_text
from warehouse.errors import UnreadableDelivery


def texts(path: Path) -> list[list[str]]:
    (sheet,) = read_file(path)
    return [sheet.texts(i) for i in range(len(sheet.rows))]


def refusal(path: Path) -> UnreadableDelivery:
    with pytest.raises(UnreadableDelivery) as caught:
        read_file(path)
    assert caught.value.todo and caught.value.expected and caught.value.where
    return caught.value


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        (b"a;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        (b"a\tb\r1\t2\r", [["a", "b"], ["1", "2"]]),
        ("a|b\n1|ё\n".encode("utf-8-sig"), [["a", "b"], ["1", "ё"]]),
        ("a,b\n1,ө\n".encode("utf-16"), [["a", "b"], ["1", "ө"]]),
        (b'a;b\n"x;y";"line\nbreak"\n', [["a", "b"], ["x;y", "line\nbreak"]]),
        (b'a;b\n"1,5";2\n', [["a", "b"], ["1,5", "2"]]),
        (b"a,b\n1,2\n\n\n", [["a", "b"], ["1", "2"]]),
    ],
)
def test_text_is_read_as_it_is(tmp_path: Path, data: bytes, rows: list[list[str]]) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(data)
    assert texts(path) == rows


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"a,b\n1,2,3\n", "ragged_rows"),
        (b'a,b\n"1,2\n', "unclosed_quote"),
        (b"a,b;c\n1,2;3\n", "ambiguous_delimiter"),
        ("имя,б\n".encode("cp1251"), "bad_encoding"),
        (b"a,b\n1,\x00\n", "nul"),
        (b"%PDF-1.7 ...", "unknown_format"),
        (b"PK\x03\x04 and then nothing", "bad_zip"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(data)
    assert refusal(path).code == code


def test_the_first_bytes_decide_not_the_ending(workbook: Callable[..., Path]) -> None:
    path = workbook("round2.xlsx", [["a", "b"], [1, 2]]).rename(workbook("x.xlsx", [[1]]).with_name("round2.xls"))
    assert texts(path) == [["a", "b"], ["1", "2"]]


def test_cells_keep_their_kind(workbook: Callable[..., Path]) -> None:
    (sheet,) = read_file(workbook("kinds.xlsx", [["text", 3, 3.5, True, "", "007"]]))
    assert [cell_json(c) for c in sheet.rows[0]] == ["text", 3, 3.5, True, None, "007"]
    assert sheet.texts(0) == ["text", "3", "3.5", "TRUE", "", "007"]
    assert cell_text(datetime(2024, 9, 5, 8, 30)) == "2024-09-05 08:30:00"


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same archive with some members changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            target.writestr(member, change(member, source.read(member)))
    path.write_bytes(buffer.getvalue())
    return path


def test_a_far_cell_is_refused_before_it_is_parsed(workbook: Callable[..., Path]) -> None:
    path = workbook("far.xlsx", [["a"]])
    far = rewritten(path, lambda n, d: d.replace(b'r="A1"', b'r="XFD1048576"') if "sheet1" in n else d)
    assert refusal(far).code == "far_cell"


def test_entities_are_refused(workbook: Callable[..., Path]) -> None:
    path = workbook("xxe.xlsx", [["a"]])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "boom">]>'
    assert refusal(rewritten(path, lambda n, d: entity + d if "sheet1" in n else d)).code == "doctype"


def test_an_archive_that_inflates_too_much_is_refused(workbook: Callable[..., Path]) -> None:
    path = workbook("bomb.xlsx", [["a"]])
    bomb = rewritten(path, lambda n, d: d + b" " * (30 * 2**20) if "sheet1" in n else d)
    assert refusal(bomb).code == "zip_bomb"


def test_a_truncated_workbook_is_refused(workbook: Callable[..., Path]) -> None:
    path = workbook("short.xlsx", [["a", "b"]] * 50)
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path).code in {"bad_zip", "unreadable_workbook"}


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16384)])
def test_column_letters(letters: str, number: int) -> None:
    assert column_number(letters) == number
    assert column_letters(number - 1) == letters


CELL = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=',;\t|"\\\u2028\u2029\x85'), max_size=8
)


@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6)))
def test_written_csv_reads_back_cell_by_cell(rows: list[list[str]]) -> None:
    rows[0] = [f"h{i}" for i in range(len(rows[0]))]
    kept = list(rows)
    while not any(kept[-1]):
        kept.pop()
    data = "\n".join(";".join(row) for row in rows).encode()
    try:
        (sheet,) = read_text(data, "generated.csv")
    except UnreadableDelivery as error:
        assert error.code == "bad_encoding"  # letters that look as if they were encoded twice
        return
    assert sheet.rows == kept
