"""Spreadsheets (XLSX, XLS, ODS) to sheets, with calamine, after a look at the container.

Opening and refusing workbooks belongs here; text files do not.
"""

from __future__ import annotations

import io
import re
import zipfile

from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery

MAX_INFLATED = 200 * 2**20  # bytes of all members together
MAX_PART = 100 * 2**20  # bytes of one member
MAX_RATIO = 100  # inflated : packed
MAX_CELLS = 50_000_000  # rows × columns of the used area: a far cell makes the parser abort the process
_REF = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')


def read_workbook(data: bytes, name: str) -> list[RawSheet]:
    """All sheets of a workbook. Raises UnreadableDelivery where the container can't be trusted or parsed."""
    import python_calamine as calamine

    if data[:2] == b"PK":
        check_zip(data, name)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        hidden = {m.name for m in book.sheets_metadata if m.visible != calamine.SheetVisibleEnum.Visible}
        return [
            RawSheet(n, book.get_sheet_by_name(n).to_python(skip_empty_area=False), n in hidden)
            for n in book.sheet_names
        ]
    except (calamine.CalamineError, calamine.PasswordError, ValueError, OSError) as error:
        protected = "assword" in str(error) or isinstance(error, calamine.PasswordError)
        raise UnreadableDelivery(
            "the workbook is protected by a password" if protected else "the workbook can't be parsed",
            where=name,
            expected="an XLSX, XLS or ODS file that opens without a password",
            todo="save it again as XLSX without a password and deliver that",
            code="password" if protected else "unreadable_workbook",
        ) from None


def check_zip(data: bytes, name: str) -> None:
    """Refuse truncated archives, zip bombs, entities and far cells before anything is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members, len(data), name)
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    _check_sheet(archive.read(member), name, member.filename)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _refuse("the file is not a whole archive", name, "a complete XLSX file", "bad_zip") from error


def _check_sizes(members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    inflated = sum(m.file_size for m in members)
    biggest = max((m.file_size for m in members), default=0)
    if inflated > MAX_INFLATED or biggest > MAX_PART or inflated > MAX_RATIO * max(packed, 10_000):
        raise _refuse("the file inflates to too much", name, f"at most {MAX_INFLATED >> 20} MB inflated", "zip_bomb")
    names = [m.filename for m in members]
    if any(".." in n.split("/") or n.startswith("/") for n in names) or len(set(names)) != len(names):
        raise _refuse(
            "the archive has unsafe member names", name, "a file as a spreadsheet program saves it", "bad_zip"
        )


def _check_sheet(xml: bytes, name: str, member: str) -> None:
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml[:4096]:
        raise _refuse("the sheet declares entities", name, "a file as a spreadsheet program saves it", "doctype")
    rows = columns = 0
    for letters, digits in _REF.findall(xml):
        rows, columns = max(rows, int(digits)), max(columns, column_number(letters.decode()))
    if rows * columns > MAX_CELLS:
        raise _refuse(
            f"the used area is {rows} rows × {columns} columns", f"{name}, {member}", "the table only", "far_cell"
        )


def column_number(letters: str) -> int:
    """The 1-based number of a column: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _refuse(what: str, where: str, expected: str, code: str) -> UnreadableDelivery:
    return UnreadableDelivery(
        what, where=where, expected=expected, todo="copy the table into a new workbook and deliver that", code=code
    )
