"""Every cell as it was: kinds, numbers, dates and texts of generated and of real workbooks, against openpyxl and calamine."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import A, LineBreak, P, S, Span, Tab

from tests.unit.deliveries.hostile import SHEET1, packed, parts_of
from tests.unit.deliveries.oracles import openpyxl_rows, same, same_rows
from warehouse.deliveries.readers import xlsx_parts, xlsx_sheet
from warehouse.deliveries.readers.cells import KINDS, cell_json, cell_kind, cell_text, typed
from warehouse.deliveries.readers.dates import format_kind, serial_cell
from warehouse.deliveries.readers.formats import read_bytes
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.sheet import RawSheet

TEXTS = ["", " a ", "007", "1", "line\nbreak", "a\tb", "кыргыз тили", "<b>&amp;\"'", "=1+1", "  ", "TRUE", "1e5", "\u200b",
         "\U0001f600", "\u202eabc", "a" * 300, "#N/A", "null", "\u00a0x", "＝cmd", "_x000D_", "a\r\nb"]  # fmt: skip
NUMBERS = [0, 1, -1, 3.5, 1e308, -1e-300, 2**53, 123456789012345, 0.1, 0.3125, 1e15, 1e16, 0.45, -0.0]
FORMATS = ["General", "0", "0%", "0.00E+00", '0.0 "days"', "[Red]0;[Blue]-0", "@", "\\d0", "#,##0 [$сом-440]"]
DATES = [
    datetime(2024, 9, 5, 8, 30),
    datetime(1900, 1, 2),
    datetime(1900, 2, 28),
    datetime(1900, 3, 1),
    datetime(2023, 1, 1, 23, 59, 59),
]


def written(seed: int, from_1904: bool) -> tuple[bytes, list[list[object]]]:
    """A workbook of everything at random places, and what was put there."""
    rng, buffer = random.Random(seed), io.BytesIO()
    rows: list[list[object]] = []
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": from_1904}) as book:
        page = book.add_worksheet("Data")
        formats = {
            code: book.add_format({"num_format": code})
            for code in [*FORMATS, "yyyy-mm-dd hh:mm:ss", "hh:mm", "[h]:mm:ss"]
        }
        for i in range(25):
            cells = [
                rng.choice([*TEXTS, *NUMBERS, True, False, *DATES, time(8, 30), timedelta(hours=49, seconds=4), None])
                for _ in range(8)
            ]
            rows.append(cells)
            for j, cell in enumerate(cells):
                match cell:
                    case datetime():
                        if from_1904 and cell.year < 1905:
                            cells[j] = cell = datetime(1950, 5, 5)
                        page.write_datetime(i, j, cell, formats["yyyy-mm-dd hh:mm:ss"])
                    case time():
                        page.write_datetime(i, j, cell, formats["hh:mm"])
                    case timedelta():
                        page.write_datetime(i, j, cell, formats["[h]:mm:ss"])
                    case bool():
                        page.write_boolean(i, j, cell)
                    case int() | float():
                        page.write_number(i, j, cell, formats[rng.choice(FORMATS)])
                    case str():
                        page.write_string(i, j, cell)
                    case None:
                        page.write_blank(i, j, None, formats["0%"])
    return buffer.getvalue(), rows


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_everything_reads_back_as_it_was_written(seed: int, from_1904: bool) -> None:
    data, rows = written(seed, from_1904)
    (sheet,) = read_bytes(data, "all.xlsx")
    assert same_rows(list(sheet.rows), rows), [
        (a, b) for x, y in zip(sheet.rows, rows, strict=False) for a, b in zip(x, y, strict=False) if not same(a, b)
    ]
    theirs = openpyxl_rows(data)
    assert theirs is not None
    for ours, row in zip(sheet.rows, theirs["Data"], strict=False):
        # openpyxl leaves `_x000D_` in texts, which stands for a carriage return
        assert all(same(a, b) or "_x" in str(b) for a, b in zip(ours, row, strict=False))


@pytest.mark.parametrize("seed", range(4))
def test_calamine_reads_the_same(seed: int) -> None:
    import python_calamine

    data, _ = written(seed, False)
    (sheet,) = read_bytes(data, "all.xlsx")
    theirs = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    for ours, row in zip(sheet.rows, theirs, strict=False):
        for a, b in zip(ours, row, strict=False):
            blank = isinstance(a, str) and not a.strip()  # calamine loses texts of spaces
            assert same(a, b) or blank or isinstance(a, timedelta), (a, b)


def strictly(data: bytes, monkeypatch: pytest.MonkeyPatch) -> list[RawSheet]:
    """Read by the strict way alone."""

    def unusual(*_: object) -> None:
        raise xlsx_sheet.Unusual

    with monkeypatch.context() as patch:
        patch.setattr(xlsx_sheet._Fast, "read", unusual)
        patch.setattr(xlsx_parts, "_fast_strings", lambda *_: None)
        return read_bytes(data, "strict.xlsx")


def exact(sheets: list[RawSheet]) -> list[object]:
    return [(s.name, s.height, s.merged, s.notices, [(list(c.texts()), c.kinds) for c in s.columns]) for s in sheets]


@pytest.mark.parametrize("seed", range(4))
def test_the_fast_way_and_the_strict_way_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = written(seed, False)
    assert exact(read_bytes(data, "fast.xlsx")) == exact(strictly(data, monkeypatch))


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["nga/round3.xls", "nga/round8.xlsx", "nga/round22.xlsx", "mli/Baseline_December_2017.xlsx"]
)
def test_real_deliveries_are_read_as_openpyxl_does(
    deliveries: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (deliveries / name).read_bytes()
    sheets, theirs = read_file(deliveries / name), openpyxl_rows(data)
    assert theirs is not None and [s.name for s in sheets] == list(theirs)
    assert all(same_rows(list(s.rows), theirs[s.name]) for s in sheets)
    assert exact(sheets) == exact(strictly(data, monkeypatch))


def test_a_sheet_far_from_the_first_cell_keeps_its_row_numbers() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page["C5"], page["E7"] = "x", 1
    buffer = io.BytesIO()
    book.save(buffer)
    (sheet,) = read_bytes(buffer.getvalue(), "x.xlsx")
    assert (sheet.height, sheet.width) == (7, 5)
    assert sheet.texts(4) == ["", "", "x", "", ""] and sheet.cells(6) == ["", "", "", "", 1]
    assert sheet.column(2).to_list() == ["", "", "", "", "x", "", ""]


def test_what_is_hidden_is_read_and_said() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, secret = book.add_worksheet("Data"), book.add_worksheet("Secret")
        for i in range(5):
            page.write_row(i, 0, ["a", "b", "c"])
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})
        page.set_column(7, 9, None, None, {"hidden": True})
        page.merge_range("A7:C7", "merged")
        secret.write(0, 0, "x")
        secret.hide()
    data, hidden = read_bytes(buffer.getvalue(), "x.xlsx")
    assert [(n.code, n.severity, n.row_number, n.column_label) for n in data.notices] == [
        ("hidden_rows", "review", 3, ""), ("hidden_columns", "review", None, "B"),
    ]  # fmt: skip
    assert data.merged == ("A7:C7",) and not data.hidden
    assert hidden.hidden and [n.code for n in hidden.notices] == ["hidden_sheet"]


def test_rows_that_are_declared_and_not_there_are_noticed(workbook: Callable[..., Path]) -> None:
    parts = parts_of(workbook("x.xlsx", [["a"]] * 9).read_bytes())
    parts[SHEET1] = parts[SHEET1].replace(
        parts[SHEET1][parts[SHEET1].index(b'<row r="8"') : parts[SHEET1].index(b"</sheetData>")], b""
    )
    (sheet,) = read_bytes(packed(parts), "x.xlsx")
    assert sheet.height == 7 and [n.code for n in sheet.notices] == ["fewer_rows_than_declared"]


def test_numbers_that_only_look_like_dates_are_kept_and_noticed() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write(1, 2, 99999999, book.add_format({"num_format": "dd.mm.yyyy"}))
    (sheet,) = read_bytes(buffer.getvalue(), "x.xlsx")
    assert sheet.cells(1)[2] == 99999999
    assert [(n.code, n.column_label) for n in sheet.notices] == [("not_a_date", "C2")]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("General", 0), ("0.0 \"d\"", 0), ("\\d0", 0), ("_d0", 0), ("[Red]0", 0), ("[$-419]0", 0), ("dd.mm.yyyy;@", 4), ("[h]:mm", 7),
     ("mm:ss", 4), ("[$-FC19]d mmmm yyyy", 4), ("[ss]", 7), ("@", 0), ("0;d", 0), ("yyyy", 4), ('"сом" 0', 0)],
)  # fmt: skip
def test_formats_that_show_dates(code: str, kind: int) -> None:
    assert format_kind(code) == kind


@pytest.mark.parametrize(
    ("value", "from_1904", "text"),
    [(1, False, "1900-01-01"), (59, False, "1900-02-28"), (60, False, None), (61, False, "1900-03-01"), (0, True, "00:00:00"),
     (1, True, "1904-01-02"), (45000.5, False, "2023-03-15 12:00:00"), (0.35416666666666669, False, "08:30:00"), (-1, False, None),
     (2958465, False, "9999-12-31"), (2958466, False, None), (45000.999999999, False, "2023-03-16"), (0.999999999, False, None)],
)  # fmt: skip
def test_serial_numbers(value: float, from_1904: bool, text: str | None) -> None:
    found = serial_cell(value, 4, from_1904)
    assert (found[0] if found else None) == text


CELLS = ["", "text", 1, 2.5, 1e308, 12345678901234567, True, False, date(2024, 9, 5), datetime(2024, 9, 5, 8, 30, 1, 500),
         time(8, 30), timedelta(days=2, hours=3, microseconds=5), -timedelta(hours=1)]  # fmt: skip


def test_text_and_kind_give_the_cell_back() -> None:
    for cell in CELLS:
        assert typed(cell_text(cell), cell_kind(cell)) == cell
        assert type(typed(cell_text(cell), cell_kind(cell))) is type(cell)
    sheet = RawSheet.of("x", [CELLS, [None, "short"]])
    assert sheet.cells(0) == CELLS and sheet.rows[1][:3] == ["", "short", ""] and sheet.rows[0:1] == [CELLS]
    assert len(KINDS) == 9 and cell_json(sheet.cells(0)[5]) == 12345678901234567


def test_old_workbooks_keep_every_kind() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("Data")
    cells = [
        "кыргыз",
        "plain",
        " a ",
        1,
        1.5,
        -3,
        123456789.25,
        0.1,
        2**29,
        True,
        False,
        datetime(2024, 9, 5, 8, 30),
        date(2024, 9, 5),
        time(8, 30),
    ]
    formats = {datetime: "yyyy-mm-dd hh:mm", date: "dd.mm.yyyy", time: "hh:mm"}
    for j, cell in enumerate(cells):
        page.write(3, j, cell, xlwt.easyxf(num_format_str=formats.get(type(cell), "General")))
    page.write(4, 0, 1.5, xlwt.easyxf(num_format_str="[h]:mm"))
    for i in range(300):  # the table of shared texts is cut over several records
        page.write(10 + i, 0, f"{i} " + "ү" * 100 + "x" * (i % 7))
    page.row(5).hidden = True
    page.write(5, 0, "hidden")
    page.merge(6, 7, 0, 2)
    buffer = io.BytesIO()
    book.save(buffer)
    (sheet,) = read_bytes(buffer.getvalue(), "x.xls")
    assert sheet.cells(3) == cells and [type(c) for c in sheet.cells(3)] == [type(c) for c in cells]
    assert sheet.cells(4)[0] == timedelta(hours=36) and sheet.merged == ("A7:C8",)
    assert [sheet.texts(10 + i)[0] for i in range(300)] == [f"{i} " + "ү" * 100 + "x" * (i % 7) for i in range(300)]
    assert [(n.code, n.row_number) for n in sheet.notices] == [("hidden_rows", 6)]


def test_open_document_keeps_every_kind() -> None:
    book, table = OpenDocumentSpreadsheet(), Table(name="Data")
    table.addElement(TableColumn(numbercolumnsrepeated="2"))
    table.addElement(TableColumn(visibility="collapse"))
    row = TableRow()
    values: list[tuple[dict[str, str], object]] = [
        ({"valuetype": "float", "value": "1"}, 1), ({"valuetype": "float", "value": "1.50"}, 1.5),
        ({"valuetype": "percentage", "value": "0.45"}, 0.45), ({"valuetype": "currency", "value": "12"}, 12),
        ({"valuetype": "date", "datevalue": "2024-09-05"}, date(2024, 9, 5)),
        ({"valuetype": "date", "datevalue": "2024-09-05T08:30:00"}, datetime(2024, 9, 5, 8, 30)),
        ({"valuetype": "time", "timevalue": "PT08H30M00S"}, time(8, 30)),
        ({"valuetype": "time", "timevalue": "PT26H03M04S"}, timedelta(hours=26, minutes=3, seconds=4)),
        ({"valuetype": "boolean", "booleanvalue": "true"}, True), ({"valuetype": "string", "stringvalue": "007"}, "007"),
    ]  # fmt: skip
    for attributes, _ in values:
        row.addElement(TableCell(**attributes))
    text = TableCell(valuetype="string")
    first = P(text="a")
    for part in (S(c=2), Span(text="b"), Tab(), A(href="http://x", text="c"), LineBreak()):
        first.addElement(part)
    text.addElement(first)
    text.addElement(P(text="second"))
    row.addElement(text)
    table.addElement(row)
    table.addElement(TableRow(numberrowsrepeated="2"))
    again = TableRow(numberrowsrepeated="2", visibility="collapse")
    again.addElement(TableCell(numbercolumnsrepeated="2"))
    again.addElement(TableCell(valuetype="float", value="7", numbercolumnsrepeated="2"))
    table.addElement(again)
    table.addElement(TableRow(numberrowsrepeated="1048000"))
    book.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    book.save(buffer)
    (sheet,) = read_bytes(buffer.getvalue(), "x.ods")
    assert sheet.cells(0) == [*(value for _, value in values), "a  b\tc\n\nsecond"]
    assert sheet.height == 5 and sheet.cells(3)[:5] == sheet.cells(4)[:5] == ["", "", 7, 7, ""]
    assert [n.code for n in sheet.notices] == ["hidden_rows", "hidden_columns"]


def test_a_zip_that_is_no_workbook_goes_to_the_reader_of_archives(monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.deliveries.readers import formats

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    real = formats.load

    def load(kind: str) -> Callable[..., object]:
        if kind != "archive":
            return real(kind)  # type: ignore[no-any-return]
        return lambda data, name, back: [kind, name, back(b"x,y\n1,2\n", "a.csv")[0].texts(1)]

    monkeypatch.setattr(formats, "load", load)
    assert read_bytes(buffer.getvalue(), "x.zip") == ["archive", "x.zip", ["1", "2"]]
