"""Delimited text (CSV, TSV) to one sheet: encoding and delimiter are decided by strict tests, never guessed.

Decoding and splitting text belongs here; spreadsheets do not.
"""

from __future__ import annotations

import codecs
import csv
import io

from warehouse.deliveries.readers.sheet import Cell, RawSheet
from warehouse.errors import UnreadableDelivery

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(data: bytes, name: str) -> list[RawSheet]:
    """The one table of a delimited text file. Raises UnreadableDelivery where a test fails."""
    text = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    candidates = {d: rows for d in DELIMITERS if (rows := split(text, d)) is not None}
    wide = {d: rows for d, rows in candidates.items() if rows and len(rows[0]) > 1}
    if len(wide) == 1:
        return [_sheet(name, next(iter(wide.values())))]
    if not wide and candidates and not any(d in text for d in DELIMITERS):
        return [_sheet(name, next(iter(candidates.values())))]
    raise UnreadableDelivery(
        "the rows don't have the same number of cells" if not wide else "more than one delimiter fits",
        where=f"{name}{_first_ragged(text)}",
        expected="one delimiter (comma, semicolon, tab or bar) that gives every row the same number of cells",
        todo="save the table again as CSV (UTF-8) or XLSX",
        code="ragged_rows" if not wide else "ambiguous_delimiter",
    )


def decode(data: bytes, name: str) -> str:
    """UTF-8, or UTF-16 with a byte order mark; anything else is refused with the offset of the first bad byte."""
    encoding = next((e for bom, e in BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDelivery(
            "the text is not UTF-8", where=f"{name}, byte {error.start}", expected="UTF-8 or UTF-16 with a mark",
            todo="save it as CSV UTF-8", code="bad_encoding",
        ) from None  # fmt: skip
    if "\0" in text:
        raise UnreadableDelivery(
            "the text holds NUL characters", where=name, expected="plain text", todo="export it again", code="nul"
        )
    return text


def split(text: str, delimiter: str) -> list[list[str]] | None:
    """Rows of equal width, or None where the delimiter does not fit every row."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    while rows and not any(rows[-1]):
        rows.pop()
    widths = {len(row) for row in rows if row}
    return rows if len(widths) <= 1 else None


def _first_ragged(text: str) -> str:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=text.count))
    width = None
    try:
        for row in reader:
            width = len(row) if width is None else width
            if row and len(row) != width:
                return f", line {reader.line_num}"
    except csv.Error:
        return f", line {reader.line_num}"
    return ""


def _sheet(name: str, rows: list[list[str]]) -> RawSheet:
    width = max((len(row) for row in rows), default=0)
    cells: list[list[Cell]] = [[*row, *[""] * (width - len(row))] for row in rows]
    return RawSheet(name, cells)
