"""The grid: cells as they come in, row by row, turned into columns; and the checks that every format needs.

Placing cells and refusing sheets by what they hold belongs here; how a format writes its cells does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from warehouse.deliveries.readers.cells import CellTable, CodedColumn
from warehouse.deliveries.readers.refusal import address, column_letters, listed, refuse
from warehouse.deliveries.readers.sheet import Notice

MAX_AREA = 20_000_000  # rows × columns from the first cell to the last one with content
SPARSE_AREA = 2_000_000  # above this, at least one cell in SPARSE must have content
SPARSE = 100
BLOCK = 1000  # rows that are turned into columns at once
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384


class Grid:
    """The cells of one sheet as numbers in a table. Rows come in ascending order; rows without content are left out."""

    def __init__(self, table: CellTable, where: str) -> None:
        """`where` names file and sheet in refusals."""
        self.table, self.where = table, where
        self.height = self.width = self.filled = 0
        self.hidden_rows: list[int] = []  # 0-based, with content
        self._columns: dict[int, array[int]] = {}
        self._block: list[Sequence[int]] = []
        self._block_columns: Sequence[int] = ()
        self._block_row = 0

    def add(self, row: int, columns: Sequence[int], ids: Sequence[int], hidden: bool = False) -> None:
        """A row: the 0-based columns that have cells, ascending, and the numbers of the cells."""
        if not any(ids):
            return
        if columns is not self._block_columns or row != self._block_row + len(self._block) or len(self._block) >= BLOCK:
            self._flush()
            self._block_columns, self._block_row = columns, row
        self._block.append(ids)
        self.filled += len(ids) - ids.count(0)
        if hidden:
            self.hidden_rows.append(row)

    def finish(self) -> list[CodedColumn]:
        """All columns, filled to the same height."""
        self._flush()
        if self.height * self.width > SPARSE_AREA and self.filled * SPARSE < self.height * self.width:
            raise self._far(self.height, self.width)
        for column in self._columns.values():
            _fill(column, self.height)
        blank = array("I", bytes(4 * self.height))
        return [CodedColumn(self._columns.get(i, blank), self.table) for i in range(self.width)]

    def places(self, numbers: Iterable[int]) -> list[str]:
        """The addresses of cells that have one of these numbers, row by row."""
        wanted = set(numbers)
        found = [
            (row, index) for index, column in self._columns.items() if not wanted.isdisjoint(column)
            for row, number in enumerate(column) if number in wanted
        ]  # fmt: skip
        return [address(*place) for place in sorted(found)]

    def filled_columns(self) -> set[int]:
        """The 0-based columns that have content."""
        return set(self._columns)

    def _flush(self) -> None:
        if not self._block:
            return
        columns = [
            (c, ids) for c, ids in zip(self._block_columns, zip(*self._block, strict=True), strict=True) if any(ids)
        ]
        height, width = self._block_row + len(self._block), max(self.width, columns[-1][0] + 1)
        if height * width > MAX_AREA:
            raise self._far(height, width)
        for index, ids in columns:
            column = self._columns.setdefault(index, array("I"))
            _fill(column, self._block_row)
            column.extend(ids)
        self.height, self.width, self._block = height, width, []

    def _far(self, rows: int, columns: int) -> Exception:
        return refuse(
            f"the used area is {rows} rows × {columns} columns, and nearly all of it is blank or too large",
            f"{self.where}, cell {address(rows - 1, columns - 1)}", "far_cell",
            expected="the table only", todo="copy the table into a new workbook and deliver that",
        )  # fmt: skip


def _fill(column: array[int], height: int) -> None:
    if len(column) < height:
        column.frombytes(bytes(4 * (height - len(column))))


def hidden_notices(grid: Grid, hidden_columns: set[int], sheet_hidden: bool) -> list[Notice]:
    """What is hidden and holds data: a person should know of it."""
    notices = []
    todo = "make sure that it belongs to the delivery; unhide it or remove it"
    if sheet_hidden and grid.height:
        notices.append(Notice("hidden_sheet", "review", "the sheet is hidden and holds data", "all data visible", todo))
    if rows := grid.hidden_rows:
        shown = listed(str(row + 1) for row in rows)
        notices.append(Notice(
            "hidden_rows", "review", f"{len(rows)} hidden rows hold data: {shown}", "all data visible", todo, rows[0] + 1,
        ))  # fmt: skip
    if columns := sorted(hidden_columns & grid.filled_columns()):
        letters = [column_letters(c) for c in columns]
        notices.append(Notice(
            "hidden_columns", "review", f"{len(columns)} hidden columns hold data: {listed(letters)}", "all data visible",
            todo, column_label=letters[0],
        ))  # fmt: skip
    return notices
