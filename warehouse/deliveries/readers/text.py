"""Delimited text (CSV, TSV) to one sheet: encoding, delimiter and quotes are decided by strict tests, never guessed.

Making a sheet of a decoded table belongs here; encodings (encoding.py) and delimiters (delimiter.py) do not.
A row's number is that of its record, as a spreadsheet shows it: blank lines are rows, a cell over two lines is in one row,
and Excel's line `sep=;` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from warehouse.deliveries.readers.delimiter import COMMON, EXPECTED, NAMES, RARE, Fit, choose, record_ends, rows
from warehouse.deliveries.readers.encoding import Text, decode
from warehouse.deliveries.readers.foreign import kind_of_text
from warehouse.deliveries.readers.json_file import looks_like_json, read_json
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Cell, Notice, RawSheet

_SEPARATOR = re.compile('"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_NUMBER = re.compile(r"[\s\d+-]+\Z")
MAX_CELLS = 50_000_000  # rows × columns, filled or not
SEPARATORS = (*COMMON, *RARE, ":", "!", "#", "=", "*", "&")  # what tables in other layouts are separated by
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
FEW_ROWS = 10  # with more rows than this, a last cell that alone is empty is a sign of a cut


def read_text(data: bytes, name: str) -> list[RawSheet]:
    """The one table of a delimited text file. Raises UnreadableDelivery where a test fails."""
    if not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        raise refuse("the file holds no table", name, "empty_file", "a table with a header")
    text = decode(data, name)
    if looks_like_json(head := text.head()):
        return read_json(data, name)
    if kind := kind_of_text(head):
        raise refuse(f"the file is {kind}", name, "unknown_format", "a table as CSV or XLSX")
    table, separator = _table(text)
    fit = choose(table.lines, separator or _candidates(text), name, table.skipped)
    found = _rows(table, fit)
    ends = record_ends(text.lines()) if text.ends.mixed else set()
    _refuse_doubtful(text, fit, found, ends)
    return [sheet_of(name, found, _notices(text, fit, separator, ends))]


def sheet_of(name: str, rows: list[list[str]], notices: list[Notice]) -> RawSheet:
    """The sheet of rows: the one place that knows how sheets are made. Rows that are shorter are filled (no cell)."""
    width = max(map(len, rows), default=0)
    cells: list[list[Cell]] = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]  # type: ignore[misc,list-item]
    return RawSheet(name, cells, False, tuple(notices))


class _Below:
    """A text without its first lines."""

    def __init__(self, text: Text, skipped: int) -> None:
        self._text, self.skipped = text, skipped

    def lines(self) -> Iterator[str]:
        return islice(self._text.lines(), self.skipped, None)


def _table(text: Text) -> tuple[_Below, str]:
    """What is below Excel's line `sep=;`, and the delimiter that it declares."""
    first = next(text.lines(), "")
    declared = _SEPARATOR.fullmatch(first) if len(first) < 12 else None
    return _Below(text, 1 if declared else 0), declared[1] if declared else ""


def _candidates(text: Text) -> str:
    """The delimiters that occur in the text."""
    return "".join(d for d in COMMON + RARE if d.encode(text.codec) in text.data) or ","


def _rows(table: _Below, fit: Fit) -> list[list[str]]:
    found = list(rows(table.lines(), fit))
    while found and not any(found[-1]):
        found.pop()
    return found


def _notices(text: Text, fit: Fit, separator: str, ends: set[str]) -> list[Notice]:
    """What was decided while reading, for the record."""
    told = list(text.notices)
    if separator:
        told.append(Notice("separator_line", "note", "the first line declares the delimiter (sep=) and is no row"))
    if fit.delimiter != ",":
        told.append(Notice("delimiter", "note", f"cells are separated by {NAMES.get(fit.delimiter, 'another sign')}"))
    if not fit.quoted:
        told.append(Notice("bare_quotes", "note", "the file uses no quoting: quotes are part of the cells"))
    if fit.banner:
        what = f"{fit.banner} rows stand above the table's header and were kept as they are"
        told.append(Notice("banner_rows", "note", what, row_number=1))
    if len(ends) > 1:
        told.append(
            Notice("line_ends", "review", "some lines end with CR LF, some with LF: files may have been joined")
        )
    if text.ends.carriage and not text.ends.both:
        told.append(Notice("line_ends", "note", "lines end with CR alone"))
    if not text.ends.last:
        what = "the last line has no line end"
        told.append(Notice("no_last_line_end", "note", what, todo="make sure that the last row is whole"))
    return told


def _refuse_doubtful(text: Text, fit: Fit, found: list[list[str]], ends: set[str]) -> None:
    """What fits by count alone, and may yet be another table."""
    full = [row for row in found[fit.banner :] if any(row)]
    if not full:
        raise refuse("the file holds no table", text.name, "empty_file", "a table with a header")
    if len(found) * fit.width > MAX_CELLS:
        raise refuse(f"the table is {len(found)} rows × {fit.width} columns", text.name, "too_large", "the table only")
    if fit.width == 1 and len(full) > 1 and _several([row[0] for row in full]):
        what = "every row is one cell that seems to hold several, by another separator or quoted as a whole"
        raise refuse(what, text.name, "unknown_delimiter", EXPECTED)
    if len(ends) > 1 and (fit.width == 1 or "\r" in ends):
        raise refuse("the line ends are mixed", text.name, "mixed_line_ends", "lines that end alike: CR LF, LF or CR")
    if fit.delimiter == "," and fit.width == 2 and all(_NUMBER.match(cell) for cell in full[0]):
        what = "the commas may be decimal commas: there are only numbers, and no header"
        raise refuse(what, text.name, "ambiguous_delimiter", "a table with a header")
    blank_ends = sum(not row[-1] for row in full) if fit.width > 1 and not text.ends.last else 0
    if blank_ends == 1 and not full[-1][-1] and len(full) > FEW_ROWS:
        what, where = "the last row may be cut: its last cell is empty, and of no other row", f"{text.name}, last line"
        raise refuse(what, where, "truncated", "a whole file", "export it again and check that it is copied whole")


def _several(cells: list[str]) -> bool:
    """Whether every cell holds a sign equally often, or as many gaps of spaces."""
    signs = [re.compile(re.escape(sign)) for sign in SEPARATORS if sign in cells[0]] + [_GAP] * bool(
        _GAP.search(cells[0])
    )
    return any(len({len(sign.findall(cell)) for cell in cells}) == 1 for sign in signs)
