"""The strict way through the sheet of an XLSX file: every element, whatever it is written like.

Walking through a sheet's XML belongs here; the fast way (`xlsx_sheet.py`) and the meaning of a cell (`xlsx_cells.py`) do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warehouse.deliveries.readers.grid import MAX_AREA, MAX_COLUMN, MAX_ROW, Grid
from warehouse.deliveries.readers.markup import check_attributes, flag, walk
from warehouse.deliveries.readers.refusal import column_number, refuse
from warehouse.deliveries.readers.xlsx_cells import CellMaker
from warehouse.deliveries.readers.xlsx_parts import SPACES
from warehouse.errors import UnreadableDelivery

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
CELL = frozenset({"r", "s", "t", "cm", "vm", "ph"})
ROW = frozenset(
    [
        "r",
        "spans",
        "s",
        "customFormat",
        "ht",
        "hidden",
        "customHeight",
        "outlineLevel",
        "collapsed",
        "thickTop",
        "thickBot",
        "ph",
    ]
)
COLUMN = frozenset(
    ["min", "max", "width", "style", "hidden", "bestFit", "customWidth", "phonetic", "outlineLevel", "collapsed"]
)


@dataclass
class SheetFacts:
    """What a sheet says beside its cells."""

    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    declared_rows: int = 0  # the last row of the area that the sheet says it has
    last_row: int = 0  # the last row that is written, with or without content
    tables: int = 0  # sheetData elements: there is one


def is_hidden(attributes: dict[str, str], where: str) -> bool:
    """Whether a row or column can't be seen."""
    size = attributes.get("ht", attributes.get("width", ""))
    return flag(attributes.get("hidden"), where) or (bool(size) and not size.strip("0."))


class SheetWalker:
    """The strict way: every element of a sheet, whatever it is written like."""

    def __init__(self, where: str, maker: CellMaker) -> None:
        """`where` names file and sheet in refusals."""
        self.where, self.maker = where, maker
        self.grid, self.facts = Grid(maker.table, where), SheetFacts()
        self._path: list[str] = []
        self._row = self._column = -1
        self._row_columns: list[int] = []
        self._row_ids: list[int] = []
        self._row_hidden = False
        self._cell: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}

    def walk(self, xml: bytes) -> None:
        """All of it."""
        walk(xml, self.where, SPACES, self._start, self._end, self._text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        path.append(name)
        depth = len(path)
        if depth == 1 and name != "worksheet":
            raise refuse("the sheet's part is something else", self.where, "bad_package")
        if depth == 2 and name == "sheetData":
            self.facts.tables += 1
            if self.facts.tables > 1:
                raise refuse("the sheet has two tables of cells", self.where, "bad_package")
        elif depth == 3 and name == "col":
            check_attributes(attributes, COLUMN, self.where)
            self._hide(attributes)
        elif depth == 2 and name == "dimension":
            declared = re.fullmatch(r"(?:[A-Z]{1,3}\d+:)?[A-Z]{1,3}(\d{1,7})", attributes.get("ref", ""), re.ASCII)
            self.facts.declared_rows = int(declared[1]) if declared else 0
        elif depth == 3 and name == "mergeCell":
            self.facts.merged.append(attributes.get("ref", ""))
        elif path[1:2] == ["sheetData"]:
            self._start_inside(depth, name, attributes)

    def _start_inside(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == 3 and name == "row":
            self._start_row(attributes)
        elif depth == 4 and name == "c":
            self._start_cell(attributes)
        elif depth == 5 and name in ("f", "v", "is"):
            if name in self._parts:
                raise self._refuse("a cell has two values", "bad_cell")
            self._parts[name] = []
        elif depth < 5 or (depth == 5 and name != "extLst"):
            raise self._refuse("something other than rows and cells stands among them", "bad_cell")

    def _start_row(self, attributes: dict[str, str]) -> None:
        check_attributes(attributes, ROW, self.where)
        number = attributes.get("r", str(self._row + 2))
        if not re.fullmatch(r"[1-9]\d{0,6}", number, re.ASCII) or int(number) > MAX_ROW:
            raise self._refuse("a row has no row number", "bad_address")
        if int(number) - 1 <= self._row:
            raise refuse(f"row {number} comes twice or too late", self.where, "rows_out_of_order")
        self._row, self._column = int(number) - 1, -1
        self.facts.last_row = int(number)
        self._row_columns, self._row_ids, self._row_hidden = [], [], is_hidden(attributes, self.where)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        check_attributes(attributes, CELL, self.where)
        column = self._column + 1
        if (reference := attributes.get("r")) is not None:
            place = _ADDRESS.fullmatch(reference)
            if place and int(place[2]) * column_number(place[1]) > MAX_AREA:
                raise self._refuse("a cell stands far outside the table", "far_cell")
            if not place or int(place[2]) != self._row + 1:
                raise self._refuse("a cell's address does not fit its row", "bad_address")
            column = column_number(place[1]) - 1
        if column <= self._column:
            raise self._refuse("a cell comes twice or too late", "duplicate_cell")
        if column >= MAX_COLUMN:
            raise self._refuse("a cell stands outside any sheet", "bad_address")
        self._column, self._cell, self._parts = column, attributes, {}

    def _text(self, text: str) -> None:
        path = self._path
        if path[1:2] != ["sheetData"]:
            return
        depth = len(path)
        if depth == 5 and path[4] in ("f", "v"):
            self._parts[path[4]].append(text)
        elif depth >= 6 and path[4] == "is":
            if path[5:] in (["t"], ["r", "t"]):
                self._parts["is"].append(text)
        elif depth <= 5 and text.strip():
            raise self._refuse("text stands among the cells", "bad_cell")

    def _end(self, name: str) -> None:
        depth = len(self._path)
        inside = self._path[1:2] == ["sheetData"]
        self._path.pop()
        if inside and depth == 4:
            joined = {key: "".join(parts) for key, parts in self._parts.items()}
            self._row_columns.append(self._column)
            kind, style = self._cell.get("t", "n"), self._cell.get("s", "0")
            self._row_ids.append(self.maker.make(kind, style, joined.get("v"), joined.get("is"), "f" in joined))
        elif inside and depth == 3:
            self.grid.add(self._row, self._row_columns, self._row_ids, self._row_hidden)

    def _hide(self, attributes: dict[str, str]) -> None:
        if not is_hidden(attributes, self.where):
            return
        try:
            first, last = int(attributes.get("min", "")), int(attributes.get("max", ""))
        except ValueError:
            raise refuse("a column has no number", self.where, "bad_address") from None
        self.facts.hidden_columns.update(range(first - 1, min(last, MAX_COLUMN)))

    def _refuse(self, what: str, code: str) -> UnreadableDelivery:
        return refuse(what, f"{self.where}, row {self._row + 1}, after column {self._column + 1}", code)
