"""The workbook: a cover that says what it is, a sheet a mart, numbers that are numbers, and what is withheld marked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from warehouse.indicators.marts import marts
from warehouse.serving.neutral import neutral
from warehouse.serving.package import opened, workbook
from warehouse.serving.package.tables import sheet_names, tables
from warehouse.serving.package.workbook import HEAD, laid_out, write_workbook
from warehouse.serving.source import ReleaseSource
from warehouse.serving.words import tongue


@pytest.fixture(scope="module")
def book(package: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(package / "mtm.xlsx")


def words(book: openpyxl.Workbook, sheet: str = "about") -> str:
    return "\n".join(str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value is not None)


def test_the_cover_says_what_it_is(book: openpyxl.Workbook) -> None:
    text = words(book)
    assert "SYNTHETIC" in text and "r000042" in text and "One row per round" in text and "mart_population" in text
    links = {cell.value: cell.hyperlink.location for row in book["about"].iter_rows() for cell in row if cell.hyperlink}
    assert links["mart_population"] == "'mart_population'!A1" and set(links) == set(book.sheetnames[2:])
    assert book.properties.created == datetime(2026, 1, 2, 10)
    assert book.sheetnames[:2] == ["about", "columns"] and set(book.sheetnames[2:]) == {*marts(), "mart_plain"}


def test_every_cell_is_the_marts(book: openpyxl.Workbook, release: ReleaseSource) -> None:
    with opened(release) as con:
        for sheet in laid_out(tables(con), "en"):
            ws = book[sheet.name]
            names = [f.name for f in sheet.fields]
            assert [c.value for c in ws[2]] == names and all(str(c.value).startswith("#") for c in ws[3])
            chosen = ", ".join(f.sql for f in sheet.fields)
            meant = con.execute(f"SELECT {chosen} FROM {sheet.table.name} {sheet.table.order}").fetchall()
            for made, row in zip(ws.iter_rows(min_row=HEAD + 1, values_only=True), meant, strict=True):
                for cell, value, field in zip(made, row, sheet.fields, strict=True):
                    if field.kind in ("date", "datetime") and value is not None:
                        assert str(cell)[:10] == str(value)[:10], field.name
                    else:
                        assert cell == neutral(value) and isinstance(cell, bool) == isinstance(value, bool), field.name


def test_a_sheet_can_be_used(book: openpyxl.Workbook) -> None:
    ws = book["mart_population"]
    assert ws.freeze_panes == "C4" and ws.auto_filter.ref.startswith("A3:")
    rules = [rule.formula[0] for part in ws.conditional_formatting for rule in part.rules]
    assert any("ISBLANK" in rule for rule in rules) and len(rules) == 2  # withheld rows grey, their empty cells hatched
    names = [c.value for c in ws[2]]
    assert ws.cell(4, names.index("individuals") + 1).number_format == "#,##0"
    assert "place_name_en" in names and "place_name_ky" not in names  # and the sheet of columns says so
    told = {(r[0], r[1]): r[8] for r in book["columns"].iter_rows(min_row=2, values_only=True)}
    assert told["mart_population", "place_name_en"] == "1" and told["mart_population", "place_name_ky"] is None
    assert told["dim_place", "place_name_ky"] == "1"


def test_rows_that_do_not_fit_are_told_and_another_language_is_whole(release: ReleaseSource, tmp_path: Path) -> None:
    path = tmp_path / "cut.xlsx"
    write_workbook(release, path, lang="ky", only=["mart_reasons", "dim_round"], most=HEAD + 2)
    book = openpyxl.load_workbook(path)
    cut = tongue("ky").say(
        "CUT: a sheet holds no more than the first {n} rows; all {all} are in csv/ and parquet/.", n="2", all="3"
    )
    assert book["mart_reasons"].max_row == HEAD + 2 and cut in words(book)
    names = [c.value for c in book["mart_reasons"][2]]
    assert "reason_name_ky" in names and "reason_name_en" not in names


def test_names_of_sheets_fit_and_differ() -> None:
    long = [f"mart_{'x' * 40}_{n}" for n in range(20)]
    names = sheet_names([*long, "dim_round"])
    assert (
        len(set(names.values())) == 21
        and all(len(n) <= 31 for n in names.values())
        and names["dim_round"] == "dim_round"
    )


def test_a_large_workbook_is_the_same(
    book: openpyxl.Workbook, release: ReleaseSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From so many cells on rows go to the disk one by one."""
    monkeypatch.setattr(workbook, "CELLS", 10)
    write_workbook(release, tmp_path / "large.xlsx")
    large = openpyxl.load_workbook(tmp_path / "large.xlsx")
    for sheet in book.worksheets:
        other = large[sheet.title]
        assert [[c.value for c in row] for row in sheet] == [[c.value for c in row] for row in other]
        assert [d.height for d in sheet.row_dimensions.values()] == [d.height for d in other.row_dimensions.values()]
        assert {n: d.width for n, d in sheet.column_dimensions.items()} == {
            n: d.width for n, d in other.column_dimensions.items()
        }
