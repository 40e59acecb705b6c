"""The sheets of an XLS file: its cell records, one by one, to a grid.

Cell records belong here; the workbook around them does not (`xls.py`).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field

from warehouse.deliveries.readers.biff import BOF, EOF, Pieces, Torn, packed_number, records
from warehouse.deliveries.readers.cells import BOOLEAN, ERROR, NUMBER, TEXT, CellTable, cell_text
from warehouse.deliveries.readers.dates import serial_cell
from warehouse.deliveries.readers.grid import Grid, hidden_notices
from warehouse.deliveries.readers.refusal import address, refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.xlsx import STALE, no_dates_notice, refuse_problems
from warehouse.deliveries.readers.xlsx_cells import Problems

DIMENSIONS, ROW, COLUMNS, MERGED = 0x200, 0x208, 0x7D, 0xE5
NUMBER_RECORD, RK, MULRK, LABELSST, LABEL, RSTRING, BOOLERR, FORMULA, STRING = (
    0x203, 0x27E, 0xBD, 0xFD, 0x204, 0xD6, 0x205, 0x06, 0x207,
)  # fmt: skip
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
          0x2B: "#GETTING_DATA"}  # fmt: skip


@dataclass
class Workbook:
    """What the workbook says: sheets as (name, offset, hidden, type), shared texts, what styles make of numbers."""

    name: str
    sheets: list[tuple[str, int, bool, int]] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    from_1904: bool = False
    is_stale: bool = False


def read_sheet(stream: bytes, title: str, offset: int, hidden: bool, book: Workbook) -> RawSheet:
    """One sheet. Raises UnreadableDelivery, or Torn where its records don't hold together."""
    reader = _Reader(book, f"{book.name}, sheet {title}")
    depth = 0
    for _, kind, data in records(stream, offset):
        if kind == BOF:
            if depth == 0 and struct.unpack_from("<HH", data) != (0x600, 0x10):
                raise Torn
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth == 0:
                return reader.finish(title, hidden)
        elif depth == 1:
            reader.record(kind, data)
    raise Torn


class _Reader:
    def __init__(self, book: Workbook, where: str) -> None:
        self.book, self.where = book, where
        self.table = CellTable()
        self.problems = Problems(self.table)
        self.rows: dict[int, dict[int, int]] = {}
        self.no_dates: set[int] = set()
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[str] = []
        self.area: tuple[int, int, int, int] | None = None
        self.has_formulas = False
        self._open: tuple[int, int] | None = None  # a formula whose text comes in a record of its own
        self._memo: dict[tuple[str, int], int] = {}

    def record(self, kind: int, data: bytes) -> None:
        """One record of the sheet."""
        if kind == FORMULA:
            self._formula(data)
        elif kind == STRING:
            if self._open is None:
                raise Torn
            self._place(*self._open, self._cell(Pieces([data]).text(), TEXT))
            self._open = None
        elif kind == MULRK:
            row, first = struct.unpack_from("<HH", data)
            if (len(data) - 6) % 6 or struct.unpack_from("<H", data, len(data) - 2)[0] - first + 1 != (
                len(data) - 6
            ) // 6:
                raise Torn
            for i in range((len(data) - 6) // 6):
                style, value = struct.unpack_from("<HI", data, 4 + 6 * i)
                self._place(row, first + i, self._number(packed_number(value), style))
        elif kind in (NUMBER_RECORD, RK, LABELSST, LABEL, RSTRING, BOOLERR):
            row, column, style = struct.unpack_from("<HHH", data)
            self._place(row, column, self._value(kind, data[6:], style))
        else:
            self._layout(kind, data)

    def finish(self, title: str, hidden: bool) -> RawSheet:
        """The sheet, after its last record."""
        if self._open is not None:
            self._place(*self._open, self.problems.number("uncached_formula"))
        grid = Grid(self.table, self.where)
        for row, cells in sorted(self.rows.items()):
            places = sorted(cells)
            self._check_place(row, places)
            grid.add(row, places, [cells[column] for column in places], row in self.hidden_rows)
        columns = grid.finish()
        refuse_problems(grid, self.problems)
        notices = hidden_notices(grid, self.hidden_columns, hidden)
        notices += [STALE] if self.has_formulas and self.book.is_stale else []
        notices += [no_dates_notice(grid, self.no_dates)] if self.no_dates else []
        return RawSheet(title, hidden=hidden, notices=tuple(notices), columns=list(columns), height=grid.height,
                        merged=tuple(self.merged))  # fmt: skip

    def _check_place(self, row: int, places: list[int]) -> None:
        if self.area is not None:
            top, bottom, left, right = self.area
            if not top <= row < bottom or places[0] < left or places[-1] >= right:
                raise refuse("a cell stands outside the area that the sheet declares",
                             f"{self.where}, cell {address(row, places[-1])}", "bad_address")  # fmt: skip

    def _layout(self, kind: int, data: bytes) -> None:
        if kind == DIMENSIONS:
            top, bottom, left, right = struct.unpack_from("<IIHH", data)
            self.area = (top, bottom, left, right)
        elif kind == ROW:
            row, flags = struct.unpack_from("<H", data)[0], struct.unpack_from("<H", data, 12)[0]
            if flags & 0x20:
                self.hidden_rows.add(row)
        elif kind == COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<5H", data)
            if flags & 1:
                self.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == MERGED:
            for i in range(struct.unpack_from("<H", data)[0]):
                top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * i)
                self.merged.append(f"{address(top, left)}:{address(bottom, right)}")

    def _formula(self, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        result = data[6:14]
        self.has_formulas = True
        if self._open is not None:
            raise Torn
        if result[6:] != b"\xff\xff":
            (number,) = struct.unpack("<d", result)
            stale = self.book.is_stale and number == 0
            self._place(row, column, self.problems.number("stale_formula") if stale else self._number(number, style))
        elif result[0] == 0:
            self._open = (row, column)
        elif result[0] in (1, 2):
            self._place(row, column, self._value(BOOLERR, bytes((result[2], result[0] - 1)), style))
        elif result[0] == 3:  # the empty text; programs that don't calculate write it too
            self._place(row, column, self.problems.number("uncached_formula") if self.book.is_stale else 0)
        else:
            raise Torn

    def _value(self, kind: int, data: bytes, style: int) -> int:
        if kind == LABELSST:
            (index,) = struct.unpack("<I", data)
            if index >= len(self.book.strings):
                return self.problems.number("bad_shared_string")
            return self._cell(self.book.strings[index], TEXT)
        if kind in (LABEL, RSTRING):
            return self._cell(Pieces([data]).text(), TEXT)
        if kind == BOOLERR:
            value, is_error = data[0], data[1]
            if is_error not in (0, 1) or (value not in ERRORS if is_error else value > 1):
                return self.problems.number("bad_cell")
            return self._cell(ERRORS[value], ERROR) if is_error else self._cell(cell_text(bool(value)), BOOLEAN)
        number = packed_number(struct.unpack("<I", data)[0]) if kind == RK else struct.unpack("<d", data)[0]
        return self._number(number, style)

    def _number(self, number: float, style: int) -> int:
        if not math.isfinite(number):
            return self.problems.number("bad_number")
        if style >= len(self.book.styles):
            return self.problems.number("bad_style")
        meaning = self.book.styles[style]
        if meaning and (found := serial_cell(number, meaning, self.book.from_1904)):
            return self._cell(*found)
        if not meaning:
            return self._cell(cell_text(number), NUMBER)
        cell = self.table.add(cell_text(number), NUMBER)
        self.no_dates.add(cell)
        return cell

    def _cell(self, text: str, kind: int) -> int:
        if not text:
            return 0
        if (text, kind) not in self._memo:
            self._memo[text, kind] = self.table.add(text, kind)
        return self._memo[text, kind]

    def _place(self, row: int, column: int, number: int) -> None:
        cells = self.rows.setdefault(row, {})
        if column in cells or column > 255:
            raise refuse("a cell comes twice or stands outside any sheet", f"{self.where}, cell {address(row, column)}",
                         "duplicate_cell")  # fmt: skip
        cells[column] = number
