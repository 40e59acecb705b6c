"""Delimited text (CSV, TSV) to one sheet: encoding, delimiter and quotes are decided by strict tests, never guessed.

Making a sheet of a decoded table belongs here; encodings (encoding.py) and delimiters (delimiter.py) do not.
A row's number is that of its record, as a spreadsheet shows it: blank lines are rows, a cell over two lines is in one row,
and Excel's line `sep=;` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from warehouse.deliveries.readers.delimiter import COMMON, EXPECTED, NAMES, RARE, Fit, choose, record_ends, rows
from warehouse.deliveries.readers.encoding import Text, decode
from warehouse.deliveries.readers.foreign import kind_of_text
from warehouse.deliveries.readers.json_file import looks_like_json, read_json
from warehouse.deliveries.readers.limits import current
from warehouse.deliveries.readers.memory import without_collection
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Notice, RawSheet
from warehouse.deliveries.readers.stream import Data, Stream, holding
from warehouse.deliveries.readers.wire import PackedColumn, RowSheet, pack

_SEPARATOR = re.compile('"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_NUMBER = re.compile(r"[\s\d+-]+\Z")
CELLS_AT_ONCE = 200_000  # of how many cells there are lists of texts at a time
SEPARATORS = (*COMMON, *RARE, *":!#=*&/\\§¦·¬%$@")  # what tables in other layouts are separated by
WORDS = 3  # cells at least, where single spaces may part them
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
FEW_ROWS = 10  # with more rows than this, a last cell that alone is empty is a sign of a cut


def read_text(data: Data, name: str) -> list[RawSheet]:
    """The one table of a delimited text file. Raises UnreadableDelivery where a test fails.

    Of a stream the rows are read when they are asked for (`RowSheet`), once the tests have passed over all of them.
    """
    if isinstance(data, bytes) and not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        raise refuse("the file holds no table", name, "empty_file", "a table with a header")
    text = decode(data, name)
    if looks_like_json(head := text.head()) and isinstance(data, bytes):
        return read_json(data, name)
    if kind := kind_of_text(head):
        raise refuse(f"the file is {kind}", name, "unknown_format", "a table as CSV or XLSX")
    table, separator = _table(text)
    fit = choose(table.lines, separator or _candidates(text), name, table.skipped)
    seen = _look_over(rows(table.lines(), fit), fit)
    ends = record_ends(text.lines()) if text.ends.mixed else set()
    _refuse_doubtful(text, fit, seen, ends)
    notices = _notices(text, fit, separator, ends)
    if isinstance(data, Stream):
        return [RowSheet(name, lambda: islice(rows(table.lines(), fit), seen.height), fit.width, seen.height, notices)]
    return [sheet_of(name, islice(rows(table.lines(), fit), seen.height), fit.width, notices)]


def sheet_of(name: str, rows: Iterator[list[str]], width: int, notices: list[Notice]) -> RawSheet:
    """The sheet of rows: the one place that knows how sheets are made. Rows that are shorter are filled (no cell)."""
    parts: list[list[bytes]] = [[] for _ in range(width)]
    height, at_once = 0, max(50, CELLS_AT_ONCE // max(1, width))
    with without_collection():
        while chunk := list(islice(rows, at_once)):
            height += len(chunk)
            chunk[0] = chunk[0] + [""] * (width - len(chunk[0]))  # the longest row of the table has `width` cells
            for part, cells in zip(parts, zip_longest(*chunk, fillvalue=""), strict=True):
                part.append(pack(list(cells)))
    return RawSheet(name, None, False, tuple(notices), columns=[PackedColumn(part) for part in parts], height=height)


@dataclass
class _Seen:
    """What one look over the rows tells of a table."""

    height: int = 0  # rows up to the last that holds anything
    full: int = 0  # rows below the banner that hold anything
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    open_ends: int = 0  # rows whose last cell is empty
    single: list[str] = field(default_factory=list)  # the cells of a table of one column


def _look_over(found: Iterator[list[str]], fit: Fit) -> _Seen:
    seen = _Seen()
    for number, row in enumerate(found):
        if not any(row):
            continue
        seen.height = number + 1
        if number >= fit.banner:
            seen.full += 1
            seen.first, seen.last = seen.first or row, row
            seen.open_ends += not row[-1]
            if fit.width == 1:
                seen.single.append(row[0])
    return seen


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
    signs = {d: d.encode(text.codec) for d in COMMON + RARE}
    found = holding(text.data, signs.values())
    return "".join(d for d in signs if signs[d] in found) or ","


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


def _refuse_doubtful(text: Text, fit: Fit, seen: _Seen, ends: set[str]) -> None:
    """What fits by count alone, and may yet be another table."""
    if not seen.full:
        raise refuse("the file holds no table", text.name, "empty_file", "a table with a header")
    if seen.height * fit.width > current().text_cells:
        raise refuse(f"the table is {seen.height} rows × {fit.width} columns", text.name, "too_large", "the table only")
    if len(seen.single) > 1 and _several(seen.single):
        what = "every row is one cell that seems to hold several, by another separator or quoted as a whole"
        raise refuse(what, text.name, "unknown_delimiter", EXPECTED)
    if len(ends) > 1 and (fit.width == 1 or "\r" in ends):
        raise refuse("the line ends are mixed", text.name, "mixed_line_ends", "lines that end alike: CR LF, LF or CR")
    if fit.delimiter == "," and fit.width == 2 and all(_NUMBER.match(cell) for cell in seen.first):
        what = "the commas may be decimal commas: there are only numbers, and no header"
        raise refuse(what, text.name, "ambiguous_delimiter", "a table with a header")
    cut = fit.width > 1 and not text.ends.last and seen.open_ends == 1 and not seen.last[-1]
    if cut and seen.full > FEW_ROWS:
        what, where = "the last row may be cut: its last cell is empty, and of no other row", f"{text.name}, last line"
        raise refuse(what, where, "truncated", "a whole file", "export it again and check that it is copied whole")


def _several(cells: list[str]) -> bool:
    """Whether every cell holds a sign equally often, or as many gaps of spaces."""
    signs = [re.compile(re.escape(sign)) for sign in SEPARATORS if sign in cells[0]] + [_GAP] * bool(
        _GAP.search(cells[0])
    )
    words = {len(cell.split()) for cell in cells}
    return (len(words) == 1 and min(words) >= WORDS) or any(
        len({len(sign.findall(cell)) for cell in cells}) == 1 for sign in signs
    )
