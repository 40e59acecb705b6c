"""ODS workbooks to sheets, from the XML of the container.

Reading OpenDocument tables belongs here; the container (`container.py`) and the grid of cells (`grid.py`) do not.
"""

from __future__ import annotations

from warehouse.deliveries.readers.container import Container
from warehouse.deliveries.readers.grid import MAX_COLUMN, MAX_ROW, Grid, hidden_notices
from warehouse.deliveries.readers.markup import walk
from warehouse.deliveries.readers.ods_cells import OdsCellMaker
from warehouse.deliveries.readers.refusal import address, refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.xlsx import refuse_problems
from warehouse.errors import UnreadableDelivery

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = {
    f"{_OASIS}office:1.0": "office",
    f"{_OASIS}table:1.0": "table",
    f"{_OASIS}text:1.0": "text",
    f"{_OASIS}style:1.0": "style",
    f"{_OASIS}drawing:1.0": "draw",
    f"{_OASIS}dr3d:1.0": "dr3d",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
TABLE = ["office:document-content", "office:body", "office:spreadsheet", "table:table"]
ROWS = {"table:table-row", "table:table-column"}
GROUPS = {"table:table-header-rows", "table:table-row-group", "table:table-rows", "table:table-header-columns",
          "table:table-column-group", "table:table-columns"}  # fmt: skip
CELLS = ("table:table-cell", "table:covered-table-cell")
ASIDE = {"text:note", "text:ruby-text", "office:annotation", "office:annotation-end"}  # in a text, but not of it
OTHER_CHILDREN = {"table:title", "table:desc", "table:table-source", "table:scenario", "table:shapes", "table:named-expressions",
                  "table:dde-source"}  # fmt: skip
# The attributes that rows, columns and cells can have, of the namespaces on which the meaning of cells hangs.
ATTRIBUTES = {
    f"table:{name}"
    for name in (
        "style-name",
        "default-cell-style-name",
        "visibility",
        "number-rows-repeated",
        "number-columns-repeated",
        "number-columns-spanned",
        "number-rows-spanned",
        "number-matrix-columns-spanned",
        "number-matrix-rows-spanned",
        "content-validation-name",
        "formula",
        "protect",
        "protected",
    )
} | {
    f"office:{name}"
    for name in ("value-type", "value", "date-value", "time-value", "boolean-value", "string-value", "currency")
}
KNOWN_SPACES = ("table:", "office:", "text:")


def read_ods(container: Container) -> list[RawSheet]:
    """All sheets of a workbook. Raises UnreadableDelivery where a sheet or a cell can't be trusted."""
    name = container.name
    if b"encryption-data" in container.read("META-INF/manifest.xml"):
        raise refuse(
            "the workbook is protected by a password", name, "password", expected="a file that opens without a password",
            todo="save it without a password and deliver that",
        )  # fmt: skip
    if any(part.startswith("Basic/") and part.endswith(".xml") for part in container.names):
        raise refuse("the workbook holds macros", name, "other_spreadsheet", expected="a workbook without macros")
    walker = _Walker(name)
    walk(container.read("content.xml"), f"{name}, content.xml", SPACES, walker.start, walker.end, walker.text)
    if not walker.sheets:
        raise refuse("the workbook has no sheets", name, "bad_package")
    if len({sheet.name.casefold() for sheet in walker.sheets}) != len(walker.sheets):
        raise refuse("two sheets have the same name", name, "bad_package")
    return walker.sheets


class _Walker:
    def __init__(self, name: str) -> None:
        self.file, self.sheets = name, list[RawSheet]()
        self._path: list[str] = []
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._depth = 0  # of the open table's children, groups not counted; 0 outside of tables
        self._text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        path = self._path
        if name == "table:table" and path == TABLE:
            self._open_table(attributes)
        elif path[:4] == TABLE:
            self._inside(name, attributes)
        elif name == "style:style" and attributes.get("style:family") == "table":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def end(self, name: str) -> None:
        path = self._path
        if path == TABLE:
            self._close_table()
        elif path[:4] == TABLE:
            if name in CELLS and self._in_row == len(path) - 1:
                self._close_cell()
            elif name == "table:table-row" and self._in_row == len(path):
                self._close_row()
            elif name == "text:p" and self._text is not None and self._in_text(path[:-1]):
                self._paragraphs.append("".join(self._text))
                self._text = None
        path.pop()

    def text(self, data: str) -> None:
        if self._text is not None and self._in_text(self._path):
            self._text.append(data)

    def _open_table(self, attributes: dict[str, str]) -> None:
        title = attributes.get("table:name", "")
        if not title:
            raise refuse("a sheet has no name", self.file, "bad_package")
        self._name, self._hidden = title, attributes.get("table:style-name", "") in self._hidden_styles
        self.where = f"{self.file}, sheet {title}"
        self._maker = OdsCellMaker()
        self._grid = Grid(self._maker.table, self.where)
        self._row = self._columns_seen = 0
        self._in_row = 0
        self._hidden_columns: set[int] = set()
        self._merged: list[str] = []

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        if self._in_row:
            self._inside_row(depth, name, attributes)
        elif self._is_child() and name.startswith("table:") and name not in ROWS | GROUPS | OTHER_CHILDREN:
            raise self._refuse("something other than rows and columns stands in a table", "bad_cell")
        elif name == "table:table-row" and self._is_child():
            self._in_row = depth
            self._check(attributes)
            self._repeat = _count(attributes, "table:number-rows-repeated", self.where)
            self._row_hidden = attributes.get("table:visibility", "visible") != "visible"
            self._column = 0
            self._places: list[int] = []
            self._ids: list[int] = []
        elif name == "table:table-column" and self._is_child():
            self._check(attributes)
            count = _count(attributes, "table:number-columns-repeated", self.where)
            if attributes.get("table:visibility", "visible") != "visible":
                self._hidden_columns.update(range(self._columns_seen, min(self._columns_seen + count, MAX_COLUMN)))
            self._columns_seen += count

    def _is_child(self) -> bool:
        """Of the table itself, whatever groups stand between."""
        return all(part in GROUPS for part in self._path[4:-1])

    def _inside_row(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == self._in_row + 1:
            if name not in CELLS:
                raise self._refuse("something other than cells stands in a row", "bad_cell")
            self._check(attributes)
            self._cell, self._cell_repeat = attributes, _count(attributes, "table:number-columns-repeated", self.where)
            self._paragraphs: list[str] = []
        elif depth == self._in_row + 2:
            if name == "text:p":
                self._text = []
            elif name not in ASIDE and not name.startswith(("draw:", "dr3d:", "table:shapes")):
                raise self._refuse("a cell holds something other than text", "bad_cell")
        elif self._text is not None and self._in_text(self._path[:-1]):
            if name == "text:s":
                self._text.append(" " * _count(attributes, "text:c", self.where, 100_000))
            elif name in ("text:tab", "text:line-break"):
                self._text.append("\t" if name == "text:tab" else "\n")
            elif not name.startswith(("text:", "draw:")) and name not in ASIDE:
                raise self._refuse("a cell holds something other than text", "bad_cell")

    def _in_text(self, path: list[str]) -> bool:
        """Whether the path ends in the running text of a cell, not in a note or a drawing."""
        inner = path[self._in_row :]
        return (
            len(inner) >= 1 and inner[0] in CELLS and all(p.startswith("text:") and p not in ASIDE for p in inner[1:])
        )

    def _close_cell(self) -> None:
        number = self._maker.make(self._cell, self._paragraphs)
        if number:
            last = self._column + self._cell_repeat
            if last > MAX_COLUMN:
                raise self._refuse("a cell stands outside any sheet", "far_cell")
            self._places += range(self._column, last)
            self._ids += [number] * self._cell_repeat
        rows, columns = (_count(self._cell, f"table:number-{k}-spanned", self.where) for k in ("rows", "columns"))
        if rows * columns > 1:
            end = address(self._row + rows - 1, self._column + columns - 1)
            self._merged.append(f"{address(self._row, self._column)}:{end}")
        self._column += self._cell_repeat

    def _close_row(self) -> None:
        self._in_row = 0
        if self._places:
            if self._row + self._repeat > MAX_ROW:
                raise self._refuse("a cell stands outside any sheet", "far_cell")
            for row in range(self._row, self._row + self._repeat):
                self._grid.add(row, self._places, self._ids, self._row_hidden)
        self._row += self._repeat

    def _close_table(self) -> None:
        columns = self._grid.finish()
        refuse_problems(self._grid, self._maker.problems)
        notices = hidden_notices(self._grid, self._hidden_columns, self._hidden)
        self.sheets.append(
            RawSheet(
                self._name,
                hidden=self._hidden,
                notices=tuple(notices),
                columns=list(columns),
                height=self._grid.height,
                merged=tuple(self._merged),
            )
        )

    def _check(self, attributes: dict[str, str]) -> None:
        for name in attributes:
            known = name in ATTRIBUTES or (":" in name and not name.startswith(KNOWN_SPACES))
            if not known:
                raise self._refuse("a row, column or cell has an attribute that it can't have", "bad_cell")

    def _refuse(self, what: str, code: str) -> UnreadableDelivery:
        return refuse(what, f"{self.where}, cell {address(self._row, self._column if self._in_row else 0)}", code)


def _count(attributes: dict[str, str], name: str, where: str, most: int = MAX_ROW) -> int:
    text = attributes.get(name, "1")
    if not text.isdecimal() or not text.isascii() or not 0 < int(text) <= max(most, MAX_ROW):
        raise refuse("a number of repetitions is none", where, "bad_cell")
    return int(text)
