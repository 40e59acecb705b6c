"""Broken and hostile workbooks, made by code: a whole one is taken apart, one thing in it is changed, and it is put together.

The making of XLSX files belongs here, XLS and ODS are in `hostile_others.py`; what must become of them is in
`test_hostile_workbooks.py`.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime

import xlsxwriter

HEADER = ["id", "name", "date", "people", "share", "ok"]
SHEET1, SHEET2, BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
STRINGS, STYLES, TYPES = "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"
BOOK_RELS = "xl/_rels/workbook.xml.rels"
Parts = dict[str, bytes]


def good_rows() -> list[list[object]]:
    """The table that all of these files hold before they are broken."""
    return [HEADER, *([i, f"Айыл {i} & <co>", datetime(2024, 1, i), i * 7, i / 8, i % 2 == 0] for i in range(1, 9))]


def good_xlsx() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, notes = book.add_worksheet("Data"), book.add_worksheet("Notes")
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, row in enumerate(good_rows()):
            for j, cell in enumerate(row):
                page.write(i, j, cell, as_date if isinstance(cell, datetime) else None)
        notes.write(0, 0, "notes")
    return buffer.getvalue()


def parts_of(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(xml: bytes) -> bytes:
        assert old in xml, f"nothing to change: {old!r}"
        return xml.replace(old, new, 1)

    return change


CELL_A2 = b'<c r="A2"><v>1</v></c>'
# what is written instead of cell A2: name, bytes, code (None: read, and A2 is the given value)
CELLS: list[tuple[str, bytes, str | None, object]] = [
    ("error cell", b'<c r="A2" t="e"><v>#N/A</v></c>', "error_cell", None),
    ("error of a formula", b'<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "error_cell", None),
    ("error without its name", b'<c r="A2" t="e"/>', "bad_cell", None),
    ("uncached formula", b'<c r="A2"><f>1+1</f></c>', "uncached_formula", None),
    ("formula with an empty value", b'<c r="A2"><f>1+1</f><v></v></c>', "uncached_formula", None),
    ("formula with an empty element", b'<c r="A2"><f>1+1</f><v/></c>', "uncached_formula", None),
    ("shared formula without value", b'<c r="A2"><f t="shared" si="0"/></c>', "uncached_formula", None),
    ("placeholder of a formula", b'<c r="A2"><f>1+1</f><v>0</v></c>', "stale_formula", None),
    ("formula with its value", b'<c r="A2"><f>1+1</f><v>2</v></c>', None, 2),
    ("formula with a text", b'<c r="A2" t="str"><f>"a"</f><v>a &amp; b</v></c>', None, "a & b"),
    ("letters as number", b'<c r="A2"><v>abc</v></c>', "bad_number", None),
    ("not a number", b'<c r="A2"><v>NaN</v></c>', "bad_number", None),
    ("infinite", b'<c r="A2"><v>INF</v></c>', "bad_number", None),
    ("too large a number", b'<c r="A2"><v>1e999</v></c>', "bad_number", None),
    ("number in hexadecimal", b'<c r="A2"><v>0x1F</v></c>', "bad_number", None),
    ("number with a comma", b'<c r="A2"><v>1,5</v></c>', "bad_number", None),
    ("number with underscores", b'<c r="A2"><v>1_000</v></c>', "bad_number", None),
    ("digits of another script", '<c r="A2"><v>١٢</v></c>'.encode(), "bad_number", None),
    ("17 digits", b'<c r="A2"><v>12345678901234567</v></c>', None, 12345678901234567),
    ("1e308", b'<c r="A2"><v>1e308</v></c>', None, 1e308),
    ("a number in spaces", b'<c r="A2"><v> 12 </v></c>', None, 12),
    ("text beyond the shared ones", b'<c r="A2" t="s"><v>99999</v></c>', "bad_shared_string", None),
    ("negative shared text", b'<c r="A2" t="s"><v>-1</v></c>', "bad_shared_string", None),
    ("shared text without number", b'<c r="A2" t="s"><v></v></c>', "bad_cell", None),
    ("shared text that is no number", b'<c r="A2" t="s"><v>1.5</v></c>', "bad_shared_string", None),
    ("unknown type", b'<c r="A2" t="zz"><v>1</v></c>', "bad_cell", None),
    ("torn type attribute", b'<c r="A2" u="s"><v>1</v></c>', "bad_package", None),
    ("truth value 2", b'<c r="A2" t="b"><v>2</v></c>', "bad_cell", None),
    ("truth value", b'<c r="A2" t="b"><v>1</v></c>', None, True),
    ("style that is not there", b'<c r="A2" s="999"><v>1</v></c>', "bad_style", None),
    ("style that is no number", b'<c r="A2" s="x"><v>1</v></c>', "bad_style", None),
    ("two values", b'<c r="A2"><v>1</v><v>2</v></c>', "bad_cell", None),
    ("a value in a value", b'<c r="A2"><v>1<v>2</v></v></c>', None, None),
    ("a cell in a cell", b'<c r="A2"><c r="B2"><v>2</v></c></c>', "bad_cell", None),
    ("text beside the value", b'<c r="A2">7<v>1</v></c>', "bad_cell", None),
    ("inline text", b'<c r="A2" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', None, " a "),
    ("inline rich text", b'<c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', None, "ab"),
    ("inline text in a shared cell", b'<c r="A2" t="s"><is><t>a</t></is></c>', "bad_cell", None),
    ("escaped character", b'<c r="A2" t="str"><v>a_x000D_b</v></c>', None, "a\rb"),
    ("escaped escape", b'<c r="A2" t="str"><v>_x005F_x000D_</v></c>', None, "_x000D_"),
    ("escaped surrogates", b'<c r="A2" t="str"><v>_xD83D__xDE00_</v></c>', None, "\U0001f600"),
    ("lone surrogate", b'<c r="A2" t="str"><v>_xD83D_</v></c>', None, "_xD83D_"),
    ("marked section", b'<c r="A2" t="str"><v><![CDATA[a<b]]></v></c>', None, "a<b"),
    ("comment in a value", b'<c r="A2"><v>1<!-- x -->2</v></c>', None, 12),
    ("character reference", b'<c r="A2" t="str"><v>&#1040;&#x41;</v></c>', None, "АA"),
    ("unknown entity", b'<c r="A2" t="str"><v>&boom;</v></c>', "bad_xml", None),
    ("bare ampersand", b'<c r="A2" t="str"><v>a & b</v></c>', "bad_xml", None),
    ("control character", b'<c r="A2" t="str"><v>a\x01b</v></c>', "bad_xml", None),
    ("bytes that are no UTF-8", b'<c r="A2" t="str"><v>\xff\xfe</v></c>', "bad_xml", None),
    ("surrogate in UTF-8", b'<c r="A2" t="str"><v>\xed\xa0\x80</v></c>', "bad_xml", None),
    ("unclosed cell", b'<c r="A2"><v>1</v>', "bad_cell", None),
    ("two addresses", b'<c r="A2" r="B2"><v>1</v></c>', "bad_xml", None),
    ("cell of another row", b'<c r="A3"><v>1</v></c>', "bad_address", None),
    ("address in small letters", b'<c r="a2"><v>1</v></c>', "bad_address", None),
    ("address outside", b'<c r="XFE2"><v>1</v></c>', None, None),
    ("far cell", b'<c r="XFD1048576"><v>1</v></c>', "far_cell", None),
    ("cell comes twice", b'<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>', "duplicate_cell", None),
    ("blank cell comes twice", b'<c r="A2"><v>1</v></c><c r="A2" s="0"/>', "duplicate_cell", None),
    ("cells out of order", b'<c r="C2"><v>1</v></c><c r="A2"><v>2</v></c>', "duplicate_cell", None),
    ("no address", b"<c><v>5</v></c>", None, 5),
    ("single quotes", b"<c r='A2' t='n' ><v>5</v></c>", None, 5),
    ("other order of attributes", b'<c t="n" s="0" r="A2"><v>5</v></c>', None, 5),
    ("date in ISO form", b'<c r="A2" t="d"><v>2024-09-05</v></c>', None, date(2024, 9, 5)),
    ("moment in ISO form", b'<c r="A2" t="d"><v>2024-09-05T08:30:00Z</v></c>', None, datetime(2024, 9, 5, 8, 30)),
    ("no date in ISO form", b'<c r="A2" t="d"><v>2024-13-05</v></c>', "bad_number", None),
    ("a date's format on a number that is no date", b'<c r="A2" s="1"><v>99999999</v></c>', None, 99999999),
    ("29 February 1900", b'<c r="A2" s="1"><v>60</v></c>', None, 60),
]  # fmt: skip

# what is done to one part: name, part, change, code (None: read as if nothing had happened)
CHANGES: list[tuple[str, str, Callable[[bytes], bytes], str | None]] = [
    ("document type", SHEET1, lambda x: b'<!DOCTYPE x [<!ENTITY e "boom">]>' + x.partition(b"?>")[2], "doctype"),
    ("document type in UTF-16", STYLES, lambda x: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"), "doctype"),
    ("document type in a part that nobody reads", "docProps/app.xml", lambda x: b"<!DOCTYPE x><x/>", "doctype"),
    ("sheet in UTF-16", SHEET1, lambda x: x.decode().replace("UTF-8", "UTF-16").encode("utf-16"), None),
    ("sheet in an unknown encoding", SHEET1, swap(b"UTF-8", b"EBCDIC"), "bad_encoding"),
    ("sheet in cp1251 by its word", SHEET1, swap(b"UTF-8", b"windows-1251"), "bad_encoding"),
    ("bytes before the declaration", SHEET1, lambda x: b"  " + x, "bad_xml"),
    ("a mark before the declaration", SHEET1, lambda x: b"\xef\xbb\xbf" + x, None),
    ("two roots", SHEET1, lambda x: x + b"<a/>", "bad_xml"),
    ("another root", SHEET1, lambda x: x.replace(b"worksheet", b"workshirt"), "bad_package"),
    ("no namespace", SHEET1, lambda x: re.sub(rb' xmlns="[^"]*"', b"", x), "bad_package"),
    ("another namespace", SHEET1, swap(b"spreadsheetml/2006/main", b"spreadsheetml/2007/main"), "bad_package"),
    ("the strict namespace", SHEET1, swap(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"), None),
    ("prefixes", SHEET1, lambda x: re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", x).replace(b"xmlns=", b"xmlns:x="), None),
    ("line ends among the cells", SHEET1, lambda x: x.replace(b"<c ", b"\r\n  <c ").replace(b"<row", b"\n<row"), None),
    ("a comment among the rows", SHEET1, swap(b"<row", b"<!-- <row r='1'> --><row"), None),
    ("no row numbers", SHEET1, lambda x: re.sub(rb'<row r="\d+"', b"<row", x), None),
    ("rows out of order", SHEET1, lambda x: x.replace(b'<row r="2"', b'<row r="7"', 1), "bad_address"),
    ("rows come twice", SHEET1, lambda x: re.sub(rb'<row r="3".*?</row>', lambda m: m[0] + m[0], x, count=1, flags=re.DOTALL), "rows_out_of_order"),
    ("row zero", SHEET1, swap(b'<row r="1"', b'<row r="0"'), "bad_address"),
    ("a row far out", SHEET1, lambda x: x.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), "far_cell"),
    ("a row far down", SHEET1, lambda x: x.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'), "far_cell"),
    ("a row outside", SHEET1, lambda x: x.replace(b"</sheetData>", b'<row r="1048577"><c r="A1048577"><v>1</v></c></row></sheetData>'), "bad_address"),
    ("blank cells far out", SHEET1, lambda x: x.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'), None),
    ("two tables of cells", SHEET1, swap(b"</sheetData>", b'</sheetData><sheetData><row r="99"/></sheetData>'), "bad_package"),
    ("no table of cells", SHEET1, lambda x: re.sub(rb"<sheetData>.*</sheetData>", b"", x, flags=re.DOTALL), "bad_package"),
    ("an emptied sheet", SHEET1, lambda x: b"", "bad_xml"),
    ("a sheet that is cut off", SHEET1, lambda x: x[: len(x) // 2], "bad_xml"),
    ("a sheet of zeros", SHEET1, lambda x: bytes(len(x)), "bad_xml"),
    ("deep nesting", SHEET1, lambda x: x.replace(b"</sheetData>", b"</sheetData>" + b"<a>" * 5000 + b"</a>" * 5000), "bad_xml"),
    ("30 MB of blanks", SHEET1, lambda x: x + b" " * (30 * 2**20), "zip_bomb"),
    ("fewer shared texts", STRINGS, lambda x: re.sub(rb"<si>.*?</si>", b"", x, count=1), "bad_shared_strings"),
    ("shared texts are something else", STRINGS, lambda x: x.replace(b"sst", b"tst"), "bad_package"),
    ("shared texts are no XML", STRINGS, lambda x: x[:-5], "bad_xml"),
    ("shared texts with line ends", STRINGS, lambda x: x.replace(b"<si>", b"\n<si>"), None),
    ("shared texts with hints", STRINGS, lambda x: x.replace(b"</t></si>", b'</t><rPh sb="0" eb="1"><t>hint</t></rPh></si>'), None),
    ("shared texts in runs", STRINGS, lambda x: x.replace(b"<si><t>", b"<si><r><t>").replace(b"</t></si>", b"</t></r></si>"), None),
    ("a date's format is lost", STYLES, swap(b"formatCode", b"formatKode"), "bad_package"),
    ("a cell format is lost", STYLES, lambda x: re.sub(rb'<cellXfs count="2"><xf [^>]*/>', b'<cellXfs count="2">', x), "bad_style"),
    ("formats are no XML", STYLES, lambda x: x[:-9], "bad_xml"),
    ("a format without number", STYLES, swap(b'numFmtId="164" formatCode', b'numFmtId="a" formatCode'), "bad_style"),
    ("a sheet without part", BOOK, swap(b'r:id="rId1"', b'r:id="rId77"'), "missing_part"),
    ("a sheet is not listed", BOOK, lambda x: re.sub(rb'<sheet name="Notes"[^>]*/>', b"", x), "unlisted_sheet"),
    ("a part is listed twice", BOOK, swap(b'r:id="rId2"', b'r:id="rId1"'), "unlisted_sheet"),
    ("no sheets", BOOK, lambda x: re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", x), "bad_package"),
    ("two sheets of one name", BOOK, swap(b'name="Notes"', b'name="data"'), "bad_package"),
    ("a torn attribute of the calendar", BOOK, swap(b"<workbookPr ", b'<workbookPr date190t="1" '), "bad_package"),
    ("a calendar that is neither", BOOK, swap(b"<workbookPr ", b'<workbookPr date1904="x" '), "bad_package"),
    ("the workbook is no XML", BOOK, lambda x: x.replace(b"</workbook>", b""), "bad_xml"),
    ("relationships are no XML", BOOK_RELS, lambda x: x[:-5], "bad_xml"),
    ("a relationship comes twice", BOOK_RELS, swap(b'"rId2"', b'"rId1"'), "bad_package"),
    ("a relationship to the outside", BOOK_RELS, swap(b'Target="worksheets/sheet1.xml"', b'Target="file:///etc/passwd" TargetMode="External"'), "missing_part"),
    ("a relationship out of the package", BOOK_RELS, swap(b'Target="worksheets/sheet1.xml"', b'Target="../../../etc/passwd"'), "missing_part"),
    ("an absolute relationship", BOOK_RELS, swap(b'Target="worksheets/sheet1.xml"', b'Target="/xl/worksheets/sheet1.xml"'), None),
    ("a sheet's relationship of another kind", BOOK_RELS, lambda x: x.replace(b"relationships/worksheet", b"relationships/theme", 1), "bad_package"),
    ("texts are not related", BOOK_RELS, lambda x: re.sub(rb"<Relationship [^>]*sharedStrings[^>]*/>", b"", x), "bad_package"),
    ("formats are not related", BOOK_RELS, lambda x: re.sub(rb"<Relationship [^>]*styles[^>]*/>", b"", x), "bad_package"),
    ("no main part", "_rels/.rels", lambda x: x.replace(b"officeDocument", b"somethingElse"), "bad_package"),
    ("types are no XML", TYPES, lambda x: x[:-5], "bad_xml"),
    ("a sheet of another type", TYPES, lambda x: x.replace(b"worksheet+xml", b"worksheep+xml", 1), "bad_package"),
    ("a workbook of no known type", TYPES, swap(b"sheet.main+xml", b"sheet.mane+xml"), "bad_package"),
    ("a part with two types", TYPES, lambda x: x.replace(b"</Types>", re.search(rb"<Override [^>]*/>", x).group() + b"</Types>"), "bad_package"),  # type: ignore[union-attr]
    *((kind, TYPES, swap(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", content.encode()), "other_spreadsheet")
      for kind, content in (
          ("macros", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
          ("binary", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
          ("template", "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml"),
          ("add-in", "application/vnd.ms-excel.addin.macroEnabled.main+xml"))),
    ("a text document", TYPES, swap(b"spreadsheetml.sheet.main+xml", b"wordprocessingml.document.main+xml"), "unknown_format"),
]  # fmt: skip


def xlsx_cases() -> Iterator[tuple[str, bytes, str | None, object]]:
    """Name, file, code of the refusal (None where it is read), what stands in A2 then (None: the usual table or a refusal)."""
    base = parts_of(good_xlsx())
    for name, cell, code, value in CELLS:
        yield f"cell: {name}", packed({**base, SHEET1: swap(CELL_A2, cell)(base[SHEET1])}), code, value
    for name, part, change, code in CHANGES:
        yield f"part: {name}", packed({**base, part: change(base[part])}), code, None
    for part in base:
        if part.startswith(("xl/", "[", "_rels")) and "theme" not in part:
            yield f"without {part}", packed({k: v for k, v in base.items() if k != part}), "", None
            yield f"empty {part}", packed({**base, part: b""}), "", None
    yield "with a macro", packed({**base, "xl/vbaProject.bin": b"x"}), "other_spreadsheet", None
    yield from zip_cases(base)


def zip_cases(base: Parts) -> Iterator[tuple[str, bytes, str | None, object]]:
    """What can be wrong with the container."""
    whole = packed(base)
    for share in (1, 4, 20, 50, 80, 95, 99):
        yield f"cut off at {share} %", whole[: len(whole) * share // 100], "", None
    yield "bytes behind the end", whole + b"more", "bad_zip", None
    yield "bytes before the start", b"PK\x03\x04" + whole, "bad_zip", None
    for unsafe in ("../evil.xml", "/etc/passwd", "xl/../../x", "C:/x.xml", "xl\\x.xml"):
        yield f"member {unsafe}", packed({**base, unsafe: b"x"}), "unsafe_member", None
    yield "link", with_member(base, "xl/link", b"/etc/passwd", mode=0o120777), "unsafe_member", None
    yield "duplicate in other case", packed({**base, "XL/Workbook.xml": base[BOOK]}), "duplicate_member", None
    yield "a size that lies", lie(whole, SHEET1, 24, 10), "bad_zip", None
    yield "a checksum that lies", lie(whole, SHEET1, 16, 10), "bad_zip", None
    yield "encrypted", lie(whole, SHEET1, 8, 1), "password", None
    yield "another method", lie(whole, SHEET1, 10, 12), "bad_zip", None
    yield "members over each other", overlap(base), "bad_zip", None
    yield "only the end of an archive", b"PK\x05\x06" + bytes(18), "bad_zip", None


def with_member(base: Parts, name: str, data: bytes, mode: int) -> bytes:
    buffer = io.BytesIO(packed(base))
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info, data)
    return buffer.getvalue()


def lie(whole: bytes, part: str, offset: int, value: int) -> bytes:
    """The archive with a number changed in the directory's entry of a part."""
    at = whole.rindex(part.encode()) - 46
    assert whole[at : at + 4] == b"PK\x01\x02"
    return whole[: at + offset] + struct.pack("<H", value) + whole[at + offset + 2 :]


def overlap(base: Parts) -> bytes:
    """Two entries of the directory that lead to the same bytes."""
    whole = bytearray(packed({**base, SHEET2: base[SHEET1]}))
    first, second = (whole.rindex(part.encode()) - 46 for part in (SHEET1, SHEET2))
    whole[second + 42 : second + 46] = whole[first + 42 : first + 46]
    return bytes(whole)
