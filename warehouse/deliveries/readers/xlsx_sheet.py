"""The sheets of an XLSX file, cell by cell: a fast way for what programs usually write, a strict way for everything else.

Finding the cells of a sheet belongs here; what a cell means does not (`xlsx_cells.py`). The fast way takes a sheet only
where it accounts for every byte of its rows; at the first thing that is unusual it gives up and the strict way decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from warehouse.deliveries.readers.grid import MAX_AREA, MAX_COLUMN, MAX_ROW, Grid
from warehouse.deliveries.readers.markup import check_attributes, flag, is_plain_utf8, walk
from warehouse.deliveries.readers.refusal import column_number, refuse
from warehouse.deliveries.readers.xlsx_cells import CellMaker
from warehouse.deliveries.readers.xlsx_parts import SPACES, default_space, is_plain, plain_text
from warehouse.errors import UnreadableDelivery

MEMO = 50_000  # distinct cells that are remembered at a time
_ROW = re.compile(rb'<row r="(\d{1,7})"((?: [\w:.]+="[^"<&\r\n\t]*")*)(/?)>')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"([^<>/]*(?:/>|><v>[^<]*</v></c>|>.*?</c>))', re.DOTALL)
_REST = re.compile(
    rb'((?: [a-z]+="[^"<&\r\n\t]*")*)(?:/>|>'
    rb'(<f(?: [A-Za-z0-9]+="[^"<&]*")*(?:/>|>([^<]*)</f>))?(?:<v>([^<]*)</v>|(<v ?/>)|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_ATTRIBUTE = re.compile(r' ([\w:.]+)="([^"]*)"')
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


@dataclass
class SheetFacts:
    """What a sheet says beside its cells."""

    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    declared_rows: int = 0  # the last row of the area that the sheet says it has
    last_row: int = 0  # the last row that is written, with or without content
    tables: int = 0  # sheetData elements: there is one


class Unusual(Exception):
    """The fast way does not know this."""


def read_cells(xml: bytes, where: str, maker: CellMaker) -> tuple[Grid, SheetFacts]:
    """All cells of a sheet. Raises UnreadableDelivery where they can't be trusted."""
    try:
        return _Fast(xml, where, maker).read()
    except Unusual:
        walker = SheetWalker(where, maker)
        walker.walk(xml)
        return walker.grid, walker.facts


class _Fast:
    def __init__(self, xml: bytes, where: str, maker: CellMaker) -> None:
        self.xml, self.where, self.maker = xml, where, maker
        self.grid = Grid(maker.table, where)
        self.memo: dict[bytes, int] = {}
        self.starts: dict[bytes, tuple[str, str]] = {}  # what stands before a value: type and style
        self.row_tags: dict[bytes, bool] = {}
        self.shapes: dict[tuple[bytes, ...], tuple[int, ...]] = {}

    def read(self) -> tuple[Grid, SheetFacts]:
        first, last = self.xml.find(b"<sheetData>"), self.xml.rfind(b"</sheetData>")
        head = self.xml[: max(first, 0)]
        if first < 0 or last < 0 or SPACES.get(default_space(head)) != "" or not is_plain_utf8(self.xml):
            raise Unusual
        rest = SheetWalker(self.where, self.maker)
        rest.walk(self.xml[: first + 11] + self.xml[last:])
        if rest.facts.tables != 1:
            raise Unusual
        rest.facts.last_row = self._rows(first + 11, last)
        return self.grid, rest.facts

    def _rows(self, position: int, stop: int) -> int:
        before = 0
        while position < stop:
            tag = _ROW.match(self.xml, position)
            if not tag or not before < (row := int(tag[1])) <= MAX_ROW or tag[1][:1] == b"0":
                raise Unusual
            before, position = row, tag.end()
            if tag[3]:
                self._is_hidden(tag[2])
                continue
            end = self.xml.find(b"</row>", position, stop)
            if end < 0:
                raise Unusual
            self._cells(position, end, tag)
            position = end + 6
        return before

    def _cells(self, start: int, end: int, tag: re.Match[bytes]) -> None:
        hidden = self._is_hidden(tag[2])
        found = _CELL.findall(self.xml, start, end)
        if not found:
            if start != end:
                raise Unusual
            return
        letters, numbers, rests = zip(*found, strict=True)
        count, number = len(found), tag[1]
        length = count * (7 + len(number)) + sum(map(len, letters)) + sum(map(len, rests))
        if length != end - start or numbers.count(number) != count:
            raise Unusual
        columns = self.shapes.get(letters) or self._shape(letters)
        ids: list[int | None] = list(map(self.memo.get, rests))
        if None in ids:
            ids = [self._cell(rest) if known is None else known for known, rest in zip(ids, rests, strict=True)]
        self.grid.add(int(number) - 1, columns, ids, hidden)  # type: ignore[arg-type]

    def _is_hidden(self, raw: bytes) -> bool:
        known = self.row_tags.get(raw)
        if known is None:
            attributes = _attributes(raw)
            if "r" in attributes:
                raise Unusual
            check_attributes(attributes, ROW, self.where)
            if len(self.row_tags) > MEMO // 50:
                self.row_tags.clear()
            known = self.row_tags[raw] = is_hidden(attributes, self.where)
        return known

    def _shape(self, letters: tuple[bytes, ...]) -> tuple[int, ...]:
        columns = tuple(column_number(text.decode()) - 1 for text in letters)
        if any(a >= b for a, b in pairwise(columns)) or columns[-1] >= MAX_COLUMN:
            raise Unusual
        if len(self.shapes) < MEMO // 50:
            self.shapes[letters] = columns
        return columns

    def _cell(self, rest: bytes) -> int:
        known = self.memo.get(rest)
        if known is not None:
            return known
        start, _, value = rest.partition(b"><v>")
        like = self.starts.get(start)
        if like and value[-8:] == b"</v></c>" and b"<" not in value[:-8] and b"&" not in value and is_plain(value[:-8]):
            number = self.maker.make(*like, value[:-8].decode(), None, False)
        else:
            number = self._unlike(rest, start)
        if len(self.memo) >= MEMO:
            self.memo.clear()
        self.memo[rest] = number
        return number

    def _unlike(self, rest: bytes, start: bytes) -> int:
        """A cell that begins like none before it."""
        parts = _REST.fullmatch(rest)
        if not parts:
            raise Unusual
        attributes = _attributes(parts[1])
        formula, value, inline = parts[3], parts[4], parts[6]
        plain = all(is_plain(part) for part in (formula, value, inline) if part)
        if "r" in attributes or attributes.keys() - CELL or not plain:
            raise Unusual
        kind, style = attributes.get("t", "n"), attributes.get("s", "0")
        if parts[2] is None and value is not None and len(self.starts) < MEMO:
            self.starts[start] = kind, style
        return self.maker.make(
            kind, style, "" if parts[5] else None if value is None else plain_text(value),
            None if inline is None else plain_text(inline), parts[2] is not None,
        )  # fmt: skip


def _attributes(raw: bytes) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(raw.decode())
    if len({name for name, _ in pairs}) != len(pairs):
        raise Unusual
    return dict(pairs)


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
