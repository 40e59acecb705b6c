"""Error cells are judged column by column: in a measure or a header they are refused, where a codebook names them they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from warehouse.codebooks.recognise import Recognised, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import UnreadableDelivery

HEADER = ["Round", "Region", "Region code", "Displaced people", "Remark 1"]


def delivered(folder: Path, row: int, column: int, error: str) -> Recognised:
    path = folder / "round1.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("data")
        for i, cells in enumerate([HEADER, [1, "North", "N1", 10, "x"], [1, "South", "S1", 20, "y"]]):
            page.write_row(i, 0, cells)
        page.write_formula(row, column, "=1/0", None, error)
    return recognise(read_file(path, keep_errors=True), path.name)


@pytest.mark.parametrize(("row", "column", "address"), [(1, 3, "D2"), (2, 1, "B3"), (0, 4, "E1"), (1, 2, "C2")])
def test_an_error_in_a_used_column_is_refused(tmp_path: Path, toy: Path, row: int, column: int, address: str) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        delivered(tmp_path, row, column, "#DIV/0!")
    assert caught.value.code == "error_cell" and address in caught.value.where


def test_an_error_in_a_column_that_is_not_used_is_noticed(tmp_path: Path, toy: Path) -> None:
    found = delivered(tmp_path, 2, 4, "#DIV/0!")
    (notice,) = [n for n in found.main.raw.notices if n.code == "error_cells"]
    assert (notice.code, notice.row_number, notice.column_label) == ("error_cells", 3, "E")


def test_an_error_that_the_codebook_calls_missing_is_taken_for_that_but_never_in_a_measure(
    tmp_path: Path, toy: Path
) -> None:
    book = toy / "codebooks" / "baseline.yml"
    book.write_text(book.read_text().replace("'n/a']", "'n/a', '#n/a']"))
    assert delivered(tmp_path, 1, 2, "#N/A").main.raw.texts(1)[2] == "#N/A"
    with pytest.raises(UnreadableDelivery):
        delivered(tmp_path, 1, 3, "#N/A")
