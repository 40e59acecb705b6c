"""XLSX workbooks to sheets: the parts are found, each sheet is read, and what can't be trusted is refused with addresses.

The way from a container to its sheets belongs here; cells (`xlsx_cells.py`, `xlsx_sheet.py`) do not.
"""

from __future__ import annotations

from warehouse.deliveries.readers.container import Container
from warehouse.deliveries.readers.grid import MAX_ROW, Grid, hidden_notices
from warehouse.deliveries.readers.package import OTHER_SHEETS, STRINGS, STYLES, WORKSHEET, Package, Relation
from warehouse.deliveries.readers.refusal import listed, refuse
from warehouse.deliveries.readers.sheet import Notice, RawSheet
from warehouse.deliveries.readers.xlsx_cells import WORDS, CellMaker, Problems
from warehouse.deliveries.readers.xlsx_parts import read_strings, read_styles, read_workbook_part
from warehouse.deliveries.readers.xlsx_sheet import read_cells
from warehouse.deliveries.readers.xlsx_walk import SheetFacts

STALE = Notice(
    "unsure_formula_values", "review", "the file says that its formulas are to be calculated when it is opened",
    "calculated values", "open it in a spreadsheet program and save it again",
)  # fmt: skip


def read_xlsx(container: Container) -> list[RawSheet]:
    """All sheets of a workbook. Raises UnreadableDelivery where a sheet or a cell can't be trusted."""
    return _Reader(Package(container)).sheets()


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package, self.container, self.name = package, package.container, package.name
        main = package.main_part()
        self.relations = package.relations(main)
        self.book = read_workbook_part(self.container.read(main), f"{self.name}, {main}")
        strings, styles = self._shared("sharedStrings", STRINGS), self._shared("styles", STYLES)
        self.strings = read_strings(self.container.read(strings), f"{self.name}, {strings}") if strings else []
        self.styles = read_styles(self.container.read(styles), f"{self.name}, {styles}") if styles else []

    def sheets(self) -> list[RawSheet]:
        notices = self._book_notices()
        parts = self._parts()
        found = [self._sheet(name, part, hidden) for name, part, hidden in parts]
        if not found:
            raise refuse("the workbook has no sheet with cells", self.name, "bad_package")
        first = found[0]
        found[0] = RawSheet(first.name, hidden=first.hidden, notices=(*notices, *first.notices), columns=first.columns,
                            height=first.height, merged=first.merged)  # fmt: skip
        return found

    def _shared(self, kind: str, content: str) -> str:
        """The part with the shared texts or the styles; "" where the package has none."""
        parts = [r.target for r in self.relations.values() if r.kind == kind]
        held = self.package.parts_of(content)
        if len(parts) > 1 or {p.lower() for p in held} - {p.lower() for p in parts}:
            raise refuse(f"the workbook does not name its part of {kind}", self.name, "bad_package")
        if parts and self.package.type_of(parts[0]) != content:
            raise refuse(f"the part of {kind} is of another type", f"{self.name}, {parts[0]}", "bad_package")
        return parts[0] if parts else ""

    def _parts(self) -> list[tuple[str, str, bool]]:
        """Sheets that have cells: name, part, hidden. No part is left over, none is used twice."""
        found: list[tuple[str, str, bool]] = []
        for name, identity, hidden in self.book.sheets:
            relation = self.relations.get(identity)
            if relation is None or relation.external or relation.target not in self.container:
                raise refuse("the part of a sheet is missing", f"{self.name}, sheet {name}", "missing_part")
            if self.package.type_of(relation.target) in OTHER_SHEETS:
                continue
            self._check_type(name, relation)
            found.append((name, relation.target, hidden))
        listed_parts = [part.lower() for _, part, _ in found]
        if sorted(listed_parts) != sorted(part.lower() for part in self.package.parts_of(WORKSHEET)):
            raise refuse("the workbook does not list each of its sheets once", self.name, "unlisted_sheet")
        return found

    def _check_type(self, name: str, relation: Relation) -> None:
        if relation.kind != "worksheet" or self.package.type_of(relation.target) != WORKSHEET:
            raise refuse("the part of a sheet is of another type", f"{self.name}, sheet {name}", "bad_package")

    def _book_notices(self) -> list[Notice]:
        notices = []
        if any(r.kind == "externalLink" for r in self.relations.values()):
            notices.append(Notice("external_links", "review", "formulas take values from other files",
                                  "values of this file only", "replace formulas by their values"))  # fmt: skip
        charts = [n for n, i, _ in self.book.sheets if i in self.relations
                  and self.package.type_of(self.relations[i].target) in OTHER_SHEETS]  # fmt: skip
        if charts:
            notices.append(Notice("no_cells", "note", f"{len(charts)} sheets are charts and hold no cells"))
        return notices

    def _sheet(self, name: str, part: str, hidden: bool) -> RawSheet:
        maker = CellMaker(self.strings, self.styles, self.book.from_1904, self.book.is_stale)
        grid, facts = read_cells(self.container.read(part), f"{self.name}, sheet {name}", maker)
        columns = grid.finish()
        refuse_problems(grid, maker.problems)
        return RawSheet(name, hidden=hidden, notices=tuple(self._notices(grid, facts, maker, hidden)),
                        columns=list(columns), height=grid.height, merged=tuple(facts.merged))  # fmt: skip

    def _notices(self, grid: Grid, facts: SheetFacts, maker: CellMaker, hidden: bool) -> list[Notice]:
        notices = hidden_notices(grid, facts.hidden_columns, hidden)
        if facts.last_row < facts.declared_rows < MAX_ROW:
            notices.append(Notice(
                "fewer_rows_than_declared", "review",
                f"the sheet declares {facts.declared_rows} rows and holds {facts.last_row}", "all rows that are declared",
                "make sure that no rows were lost; save the workbook in a spreadsheet program and deliver it again",
            ))  # fmt: skip
        if maker.formulas and self.book.is_stale:
            notices.append(STALE)
        if maker.no_dates:
            notices.append(no_dates_notice(grid, maker.no_dates))
        return notices


def refuse_problems(grid: Grid, problems: Problems) -> None:
    """Refuse a sheet in which a cell can't be trusted, with the first addresses and the count."""
    for number, code in problems.codes.items():
        if places := grid.places([number]):
            raise refuse(
                f"{len(places)} {WORDS[code]}", f"{grid.where}, cells {listed(places)}", code,
                expected="a value in each cell",
                todo="correct these cells, save the workbook in a spreadsheet program and deliver it again",
            )  # fmt: skip


def no_dates_notice(grid: Grid, numbers: set[int]) -> Notice:
    """Numbers that are shown as dates, though no date has that number: kept as numbers."""
    places = grid.places(numbers)
    return Notice("not_a_date", "review", f"{len(places)} numbers have a date's format but are no dates: {listed(places)}",
                  "dates from 1900 to 9999", "correct these cells", column_label=places[0] if places else "")  # fmt: skip
