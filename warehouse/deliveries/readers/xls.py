"""XLS workbooks (Excel 97 to 2003, BIFF8) to sheets.

The way from a compound file to its sheets belongs here; cells of a sheet are placed by `xls_sheet.py`.
"""

from __future__ import annotations

import struct

from warehouse.deliveries.readers.biff import BOF, CONTINUE, EOF, Pieces, Torn, records, shared_texts
from warehouse.deliveries.readers.dates import built_in_kind, format_kind
from warehouse.deliveries.readers.ole import CompoundFile
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Notice, RawSheet
from warehouse.deliveries.readers.xls_sheet import Workbook, read_sheet
from warehouse.errors import UnreadableDelivery

FILEPASS, CODEPAGE, DATEMODE, FORMAT, XF, BOUNDSHEET, SST, RECALC = 0x2F, 0x42, 0x22, 0x41E, 0xE0, 0x85, 0xFC, 0x1C1
ENCRYPTED = {"EncryptedPackage", "EncryptionInfo"}
MACROS = {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}


def read_xls(data: bytes, name: str) -> list[RawSheet]:
    """All sheets of a workbook. Raises UnreadableDelivery where a sheet or a cell can't be trusted."""
    file = CompoundFile(data, name)
    _check_contents(file.names, name)
    stream = file.stream("Workbook")
    try:
        book = _globals(stream, name)
        return _sheets(stream, book, name)
    except (Torn, struct.error, IndexError):
        raise _torn(name) from None


def _check_contents(names: set[str], name: str) -> None:
    if names & ENCRYPTED:
        raise _password(name)
    if names & MACROS:
        raise refuse("the workbook holds macros", name, "other_spreadsheet", expected="a workbook without macros")
    if "Workbook" not in names and "Book" in names:
        raise refuse(
            "the workbook is of Excel 95 or older", name, "old_workbook", expected="a workbook of Excel 97 or later"
        )
    if "Workbook" not in names:
        raise refuse("the file holds no workbook", name, "unknown_format", expected="an XLSX, XLS or ODS workbook")


def _globals(stream: bytes, name: str) -> Workbook:
    book, formats, styles = Workbook(name), dict[int, int](), list[int]()
    strings: list[bytes] = []
    last = 0
    is_first = True
    book.is_stale = True
    for _, kind, data in records(stream):
        if is_first and (kind != BOF or struct.unpack_from("<HH", data) != (0x600, 5)):
            raise refuse(
                "the workbook is not of Excel 97 to 2003",
                name,
                "old_workbook",
                expected="a workbook of Excel 97 or later",
            )
        is_first = False
        if kind == FILEPASS:
            raise _password(name)
        if kind == CONTINUE and last == SST:
            strings.append(data)
            continue
        last = kind
        if kind == EOF:
            break
        _global_record(book, kind, data, formats, styles, strings)
    else:
        raise Torn
    book.strings = shared_texts(strings) if strings else []
    book.styles = [formats[n] if n in formats else built_in_kind(n) for n in styles]
    return book


def _global_record(
    book: Workbook, kind: int, data: bytes, formats: dict[int, int], styles: list[int], strings: list[bytes]
) -> None:
    if kind == SST:
        strings.append(data)
    elif kind == DATEMODE:
        book.from_1904 = struct.unpack("<H", data)[0] == 1
    elif kind == RECALC:
        book.is_stale = False
    elif kind == FORMAT:
        formats[struct.unpack_from("<H", data)[0]] = format_kind(Pieces([data[2:]]).text())
    elif kind == XF:
        styles.append(struct.unpack_from("<H", data, 2)[0])
    elif kind == BOUNDSHEET:
        offset, state, what = struct.unpack_from("<IBB", data)
        book.sheets.append((Pieces([data[6:]]).text(1), offset, state & 3 != 0, what))


def _sheets(stream: bytes, book: Workbook, name: str) -> list[RawSheet]:
    starts = _substreams(stream)
    if sorted(offset for _, offset, _, _ in book.sheets) != starts[1:] or len({n for n, *_ in book.sheets}) != len(
        book.sheets
    ):
        raise refuse("the workbook does not list each of its sheets once", name, "unlisted_sheet")
    if any(what not in (0, 2) for *_, what in book.sheets):
        raise refuse("the workbook holds macros", name, "other_spreadsheet", expected="a workbook without macros")
    found = [
        read_sheet(stream, title, offset, hidden, book) for title, offset, hidden, what in book.sheets if what == 0
    ]
    if not found:
        raise refuse("the workbook has no sheet with cells", name, "bad_package")
    charts = sum(what == 2 for *_, what in book.sheets)
    if charts:
        note = Notice("no_cells", "note", f"{charts} sheets are charts and hold no cells")
        first = found[0]
        found[0] = RawSheet(first.name, hidden=first.hidden, notices=(note, *first.notices), columns=first.columns,
                            height=first.height, merged=first.merged)  # fmt: skip
    return found


def _substreams(stream: bytes) -> list[int]:
    """Where the substreams start that don't lie in another; each must end."""
    starts, depth = [], 0
    for offset, kind, _ in records(stream):
        if kind == BOF:
            starts += [offset] if depth == 0 else []
            depth += 1
        elif kind == EOF:
            depth -= 1
        if depth < 0 or (depth == 0 and kind not in (BOF, EOF)):
            raise Torn
    if depth:
        raise Torn
    return starts


def _torn(name: str) -> UnreadableDelivery:
    return refuse(
        "the workbook's records are damaged or cut off", name, "bad_records",
        expected="a whole file, as it was saved", todo="send the file again, or save it as XLSX and deliver that",
    )  # fmt: skip


def _password(name: str) -> UnreadableDelivery:
    return refuse(
        "the workbook is protected by a password", name, "password", expected="a file that opens without a password",
        todo="save it without a password and deliver that",
    )  # fmt: skip
