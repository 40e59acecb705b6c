"""A sheet as it was delivered: columns of cells, with their row numbers, and what was noticed while it was read.

The container of raw cells belongs here; formats (how a file becomes sheets) and meaning (what a column is) do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, overload

from warehouse.deliveries.readers.cells import Cell, Column, cell_json, cell_kind, cell_text, typed

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Cell", "Notice", "RawSheet", "cell_json", "cell_text"]


@dataclass(frozen=True)
class Notice:
    """One thing noticed while reading, accepted and recorded: a finding of the round later. Never holds a cell's value."""

    code: str
    severity: str  # review: a person should look; note: recorded
    what: str
    expected: str = ""
    todo: str = ""
    row_number: int | None = None  # 1-based, as a spreadsheet shows it
    column_label: str = ""  # column letter or address (`C`, `C7`)


@dataclass(frozen=True, init=False)
class RawSheet:
    """One sheet. Index 0 is the file's first row, so a row's number is its index + 1."""

    name: str
    hidden: bool
    notices: tuple[Notice, ...]
    columns: list[Column]
    height: int
    merged: tuple[str, ...]  # ranges of merged cells, `A1:C1`

    def __init__(
        self,
        name: str,
        rows: Sequence[Sequence[Cell]] | None = None,
        hidden: bool = False,
        notices: tuple[Notice, ...] = (),
        *,
        columns: list[Column] | None = None,
        height: int = 0,
        merged: tuple[str, ...] = (),
    ) -> None:
        """From rows (as text readers have them), or from columns of equal height (as spreadsheet readers have them)."""
        if rows is not None or columns is None:
            columns, height = columns_of(rows or []), len(rows or [])
        for key, value in (("name", name), ("hidden", hidden), ("notices", tuple(notices)), ("columns", columns),
                           ("height", height), ("merged", tuple(merged))):  # fmt: skip
            object.__setattr__(self, key, value)

    @classmethod
    def of(
        cls, name: str, rows: Sequence[Sequence[Cell]], hidden: bool = False, notices: tuple[Notice, ...] = ()
    ) -> RawSheet:
        """A sheet from its rows; None stands where a row has no cell."""
        return cls(name, rows, hidden, notices)

    @property
    def width(self) -> int:
        """Columns of the sheet."""
        return len(self.columns)

    def column(self, index: int) -> pl.Series:
        """A whole column as text, from the file's first row on."""
        return self.columns[index].series().alias(f"c{index}")

    def texts(self, index: int) -> list[str]:
        """The cells of a row as text."""
        return [column[index] for column in self.columns]

    def cells(self, index: int) -> list[Cell]:
        """The cells of a row, each of its kind."""
        return [typed(column[index], column.kind(index)) for column in self.columns]

    @property
    def rows(self) -> Rows:
        """The rows, cell by cell: slow, for printing and for tests. Use `texts` and `column` for work."""
        return Rows(self)

    def frame(self) -> pl.DataFrame:
        """All columns as text (`c0`, `c1` …), one row per delivered row, blank ones too."""
        import polars as pl

        return pl.DataFrame([self.column(i) for i in range(self.width)])


class Rows(Sequence[list[Cell]]):
    """The rows of a sheet, made when they are asked for."""

    def __init__(self, sheet: RawSheet) -> None:
        """A view: nothing is copied."""
        self._sheet = sheet

    def __len__(self) -> int:
        """Rows of the sheet."""
        return self._sheet.height

    @overload
    def __getitem__(self, index: int) -> list[Cell]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Cell]]: ...
    def __getitem__(self, index: int | slice) -> list[Cell] | list[list[Cell]]:
        """One row, or several."""
        chosen = range(len(self))[index]
        if isinstance(chosen, int):
            return self._sheet.cells(chosen)
        return list(self._read(chosen))

    def __iter__(self) -> Iterator[list[Cell]]:
        """Row by row."""
        return self._read(range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Equal to a list of the same rows."""
        return isinstance(other, Sequence) and list(self) == list(other)

    def _read(self, chosen: range) -> Iterator[list[Cell]]:
        columns = [
            [typed(t, k) for t, k in zip(c.texts(), c.kinds, strict=True)] if c.kinds is not None else c.texts()
            for c in self._sheet.columns
        ]
        for i in chosen:
            yield [column[i] for column in columns]


def columns_of(rows: Sequence[Sequence[Cell]]) -> list[Column]:
    """Rows turned into columns; shorter rows are filled with blank cells. Kinds are kept only where not all is text."""
    plain = all(cell is None or type(cell) is str for cell in chain.from_iterable(rows))
    columns: list[Column] = []
    for cells in zip_longest(*rows):
        if plain:
            columns.append(Column([cell or "" for cell in cells]))  # type: ignore[misc]
        else:
            columns.append(Column(list(map(cell_text, cells)), bytes(map(cell_kind, cells))))
    return columns
