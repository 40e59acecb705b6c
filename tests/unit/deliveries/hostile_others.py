"""Broken and hostile workbooks of the other kinds (XLS, ODS), and files that only have a workbook's name.

The making of files belongs here; what must become of them is in `test_hostile_workbooks.py`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from tests.unit.deliveries.hostile import good_rows, packed, parts_of, swap, xlsx_cases


def good_xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Data")
    as_date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, row in enumerate(good_rows()):
        for j, cell in enumerate(row):
            page.write(i, j, cell, as_date if isinstance(cell, datetime) else xlwt.Style.default_style)
    book.add_sheet("Notes").write(0, 0, "notes")
    return saved(book)


def saved(book: object) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def xls_cases() -> Iterator[tuple[str, bytes, str | None, object]]:
    """XLS, taken apart by its records."""
    whole = good_xls()
    for share in (5, 30, 60, 90):
        yield f"xls cut off at {share} %", whole[: len(whole) * share // 100], "", None
    for name, old, new, code in (
        ("password", b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", "password"),
        ("Excel 95", b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x10\x00\x00\x05\x05\x00", "old_workbook"),
        ("a record that is too long", b"\x85\x00", b"\x85\xff", ""),
        (
            "text beyond the shared ones",
            b"\xfd\x00\x0a\x00\x00\x00\x00\x00\x11\x00\x00\x00",
            b"\xfd\x00\x0a\x00\x00\x00\x00\x00\x11\x00\xff\x7f",
            "bad_shared_string",
        ),
        (
            "style that is not there",
            b"\xfd\x00\x0a\x00\x00\x00\x00\x00\x11\x00",
            b"\xfd\x00\x0a\x00\x01\x00\x00\x00\x11\x00",
            "duplicate_cell",
        ),
    ):
        yield f"xls: {name}", swap(old, new)(whole), code, None
    for name, put, code in (
        ("error cell", lambda page: page.row(1).set_cell_error(7, "#DIV/0!"), "error_cell"),
        ("uncached formula", lambda page: page.write(1, 7, xlwt.Formula("1+1")), "uncached_formula"),
    ):
        book = xlwt.Workbook()
        page = book.add_sheet("Data")
        page.write(0, 0, "a")
        put(page)
        yield f"xls: {name}", saved(book), code, None


def ods_cells(*cells: TableCell, repeat: int = 1) -> bytes:
    book, table, row = OpenDocumentSpreadsheet(), Table(name="Data"), TableRow(numberrowsrepeated=repeat)
    for cell in cells:
        row.addElement(cell)
    table.addElement(row)
    book.spreadsheet.addElement(table)
    return saved(book)


def ods_cell(text: str, **attributes: str) -> TableCell:
    cell = TableCell(**attributes)
    cell.addElement(P(text=text))
    return cell


def ods_cases() -> Iterator[tuple[str, bytes, str | None, object]]:
    """ODS, by its cells and by its XML."""
    one = ods_cell("1", valuetype="float", value="1")
    for name, cell, code in (
        ("error", ods_cell("#DIV/0!", valuetype="float", value="0", formula="of:=1/0"), "error_cell"),
        ("error of an old program", ods_cell("Err:502", valuetype="float", value="0"), "error_cell"),
        ("uncached formula", TableCell(formula="of:=1+1"), "uncached_formula"),
        ("formula without number", TableCell(formula="of:=1+1", valuetype="float"), "uncached_formula"),
        ("no number", ods_cell("x", valuetype="float", value="x"), "bad_number"),
        ("no date", ods_cell("x", valuetype="date", datevalue="2024-02-31"), "bad_number"),
        ("no type", ods_cell("12"), "bad_cell"),
        ("too wide", ods_cell("1", valuetype="float", value="1", numbercolumnsrepeated="20000"), "far_cell"),
    ):
        yield f"ods: {name}", ods_cells(cell), code, None
    yield "ods: too long", ods_cells(one, repeat=2_000_000), "bad_cell", None
    wide = ods_cell("1", valuetype="float", value="1", numbercolumnsrepeated="1000")
    yield "ods: a million times a thousand", ods_cells(wide, repeat=1_000_000), "far_cell", None
    base = parts_of(ods_cells(one))
    for name, change in (
        (
            "password",
            {
                "META-INF/manifest.xml": base["META-INF/manifest.xml"].replace(
                    b"/>", b"><manifest:encryption-data/></x>", 1
                )
            },
        ),
        ("text document", {"mimetype": b"application/vnd.oasis.opendocument.text"}),
        ("template", {"mimetype": base["mimetype"] + b"-template"}),
        ("macros", {"Basic/Standard/Module1.xml": b"<x/>"}),
        ("torn attribute", {"content.xml": base["content.xml"].replace(b"office:value-type", b"office:value-typo")}),
        ("torn namespace", {"content.xml": base["content.xml"].replace(b"xmlns:text=", b"xmlns:texd=")}),
        ("cut off", {"content.xml": base["content.xml"][:-30]}),
        ("document type", {"content.xml": b"<!DOCTYPE x><x/>"}),
    ):
        yield f"ods: {name}", packed({**base, **change}), "", None
    for part in ("content.xml", "mimetype", "META-INF/manifest.xml"):
        yield f"ods without {part}", packed({k: v for k, v in base.items() if k != part}), "missing_part", None


def other_cases() -> Iterator[tuple[str, bytes, str | None, object]]:
    """Files that are no workbooks, under a workbook's name."""
    yield "text named xlsx", b"a,b\n1,2\n", "not_a_workbook", None
    yield "HTML named xls", b"<html><table><tr><td>1</td></tr></table></html>", "not_a_workbook", None
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_workbook", None
    yield "zeros", bytes(5000), "not_a_workbook", None
    yield "OLE magic and nothing else", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "bad_container", None


def all_cases() -> list[tuple[str, bytes, str | None, object]]:
    """Everything: name, file, code of the refusal ("" for any, None where it is read), what stands in A2 then."""
    return [*xlsx_cases(), *xls_cases(), *ods_cases(), *other_cases()]
