"""Rows that are written at once: the same sheet as the library writes cell by cell."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from warehouse.serving.package.sheet_rows import row_sheet

ROWS: list[tuple[Any, ...]] = [
    ("a & <b>", 1, 0.1, True),
    (" blanks ", 3_000_000_000, -1e-9, False),
    (None, None, None, None),  # a row without a cell
    ("a & <b>", None, 1e22, None),
    ("😀" * 20_000, 0, None, None),  # longer than a cell may be
]
KINDS = ["text", "integer", "number", "boolean"]


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """The rows as texts, as a query gives them."""
    told = [[None if c is None else c if isinstance(c, str) else str(int(c)) if isinstance(c, bool) else f"{c:.16G}" for c in row] for row in rows]  # fmt: skip
    return pl.DataFrame(told, schema=dict.fromkeys(KINDS, pl.String), orient="row")


def sheet(path: Path, at_once: bool) -> dict[str, str]:
    """The parts of a workbook with a head and the rows, without the `spans`, which a spreadsheet does not need."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    whole = book.add_format({"num_format": "#,##0"})
    whole._get_xf_index()
    ws: Any = book.add_worksheet("rows", row_sheet() if at_once else None)
    ws.set_column(1, 1, 12, whole)
    ws.write_row(0, 0, ["text", "whole"])
    ws.set_row(0, 45)
    if at_once:
        ws.put_rows(1, frame(ROWS).iter_slices(2), KINDS)
    else:
        writers = [ws.write_string, ws.write_number, ws.write_number, ws.write_boolean]
        for number, row in enumerate(ROWS, 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    writers[column](number, column, cell)
    book.close()
    with zipfile.ZipFile(path) as made:
        return {n: re.sub(r' spans="[^"]*"', "", made.read(n).decode()) for n in made.namelist() if "docProps" not in n}


def test_rows_at_once_are_what_the_library_writes(tmp_path: Path) -> None:
    assert sheet(tmp_path / "rows.xlsx", at_once=True) == sheet(tmp_path / "cells.xlsx", at_once=False)


def test_a_sheet_without_rows_has_its_head(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "empty.xlsx"), {"in_memory": True})
    ws: Any = book.add_worksheet("rows", row_sheet())
    ws.write_row(0, 0, ["text", "whole"])
    ws.put_rows(1, frame([]).iter_slices(2), KINDS)
    book.close()
    with zipfile.ZipFile(tmp_path / "empty.xlsx") as made:
        assert made.read("xl/worksheets/sheet1.xml").count(b"<row ") == 1
