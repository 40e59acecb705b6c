"""The sheets of an XLSX file, cell by cell: a fast way for what programs usually write, a strict way for everything else.

Finding the cells of a sheet belongs here; what a cell means does not (`xlsx_cells.py`). The fast way takes a sheet only
where it accounts for every byte of its rows; at the first thing that is unusual it gives up and the strict way decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from warehouse.deliveries.readers.grid import MAX_COLUMN, MAX_ROW, Grid
from warehouse.deliveries.readers.markup import check_attributes, is_plain_utf8
from warehouse.deliveries.readers.refusal import column_number, refuse
from warehouse.deliveries.readers.xlsx_cells import CellMaker
from warehouse.deliveries.readers.xlsx_parts import SPACES, default_space, is_plain, plain_text
from warehouse.deliveries.readers.xlsx_walk import CELL, ROW, SheetFacts, SheetWalker, is_hidden

MEMO = 50_000  # distinct cells that are remembered at a time
_ROW = re.compile(rb'<row r="(\d{1,7})"((?: [\w:.]+="[^"<&\r\n\t]*")*)(/?)>')
_CELL = b'<c r="'
_LETTERS = re.compile(rb"[A-Z]{1,3}")
_REST = re.compile(
    rb'((?: [a-z]+="[^"<&\r\n\t]*")*)(?:/>|>'
    rb'(<f(?: [A-Za-z0-9]+="[^"<&]*")*(?:/>|>([^<]*)</f>))?(?:<v>([^<]*)</v>|(<v ?/>)|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_ATTRIBUTE = re.compile(r' ([\w:.]+)="([^"]*)"')


@dataclass
class Shape:
    """The columns in which a row has cells, and by column what parts of a row were found to be (`_Fast._alike`)."""

    letters: tuple[bytes, ...]
    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        """Nothing is known yet."""
        begins = [_CELL + text for text in self.letters]
        self.first, self.ends = b"".join(begins[:1]), [*begins[1:], b""]
        self.known: list[dict[bytes, int]] = [{} for _ in begins]


class Unusual(Exception):
    """The fast way does not know this."""


def read_cells(xml: bytes, where: str, maker: CellMaker) -> tuple[Grid, SheetFacts]:
    """All cells of a sheet. Raises UnreadableDelivery where they can't be trusted."""
    try:
        return _Fast(xml, where, maker).read()
    except Unusual:
        walker = SheetWalker(where, maker)
        walker.walk(xml)
        if not walker.facts.tables:
            raise refuse("the sheet has no table of cells", where, "bad_package") from None
        return walker.grid, walker.facts


class _Fast:
    def __init__(self, xml: bytes, where: str, maker: CellMaker) -> None:
        self.xml, self.where, self.maker = xml, where, maker
        self.grid = Grid(maker.table, where)
        self.memo: dict[bytes, int] = {}
        self.starts: dict[bytes, tuple[str, str]] = {}  # what stands before a value: type and style
        self.row_tags: dict[bytes, bool] = {}
        self.shapes: dict[tuple[bytes, ...], Shape] = {}
        self.last = Shape((), ())
        self.remembered = 0  # cells by column

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
        if start == end:
            return
        row = self.xml[start:end]
        ids = self._alike(row, tag[1]) or self._other(row, tag[1])
        self.grid.add(int(tag[1]) - 1, self.last.columns, ids, hidden)

    def _alike(self, row: bytes, number: bytes) -> list[int]:
        """The cells of a row with the columns of the row before; nothing where it has others.

        Cut at the ends of addresses, so that each part ends with the letters of the next cell: what is known of a column
        says at once which cell a part is, and that the next column follows.
        """
        shape = self.last
        first, *parts = row.split(number + b'"')
        if len(parts) != len(shape.letters) or first != shape.first:
            return []
        ids: list[int | None] = list(map(dict.get, shape.known, parts))
        if None not in ids:
            return ids  # type: ignore[return-value]
        if not all(map(bytes.endswith, parts, shape.ends)):
            return []
        told = zip(ids, parts, shape.known, shape.ends, strict=True)
        return [self._next(part, known, end) if found is None else found for found, part, known, end in told]

    def _next(self, part: bytes, known: dict[bytes, int], end: bytes) -> int:
        if self.remembered >= MEMO:
            self._forget()
        self.remembered += 1
        found = known[part] = self._cell(part[: -len(end)] if end else part)
        return found

    def _forget(self) -> None:
        self.remembered = 0
        for shape in (self.last, *self.shapes.values()):
            for known in shape.known:
                known.clear()

    def _other(self, row: bytes, number: bytes) -> list[int]:
        """The cells of any row; its columns are those that the next row is expected to have."""
        before, *parts = row.split(_CELL)
        if before or not parts:
            raise Unusual
        addresses, _, rests = zip(*[part.partition(b'"') for part in parts], strict=True)
        size = len(number)
        if any(address[-size:] != number for address in addresses):
            raise Unusual
        letters = tuple([address[:-size] for address in addresses])
        self.last = self.shapes.get(letters) or self._shape(letters)
        ids = list(map(self.memo.get, rests))
        return [self._cell(rest) if known is None else known for known, rest in zip(ids, rests, strict=True)]

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

    def _shape(self, letters: tuple[bytes, ...]) -> Shape:
        if not all(map(_LETTERS.fullmatch, letters)):
            raise Unusual
        columns = tuple(column_number(text.decode()) - 1 for text in letters)
        if any(a >= b for a, b in pairwise(columns)) or columns[-1] >= MAX_COLUMN:
            raise Unusual
        shape = Shape(letters, columns)
        if len(self.shapes) < MEMO // 50:
            self.shapes[letters] = shape
        return shape

    def _cell(self, rest: bytes) -> int:
        known = self.memo.get(rest)
        if known is not None:
            return known
        start, _, value = rest.partition(b"><v>")
        like, raw = self.starts.get(start), value[:-8]
        if like is None or value[-8:] != b"</v></c>":
            number = self._unlike(rest, start)
        elif raw.isdigit():
            number = self.maker.make_digits(*like, raw)
        elif b"<" not in raw and b"&" not in raw and is_plain(raw):
            number = self.maker.make(*like, raw.decode(), None, False)
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
        number = self.maker.make(
            kind, style, "" if parts[5] else None if value is None else plain_text(value),
            None if inline is None else plain_text(inline), parts[2] is not None,
        )  # fmt: skip
        if (
            parts[2] is None
            and value is not None
            and len(self.starts) < MEMO
            and number not in self.maker.problems.codes
        ):
            self.starts[start] = kind, style
        return number


def _attributes(raw: bytes) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(raw.decode())
    if len({name for name, _ in pairs}) != len(pairs):
        raise Unusual
    return dict(pairs)
