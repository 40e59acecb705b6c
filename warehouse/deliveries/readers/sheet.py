"""A sheet as it was delivered: rows of cells with their row numbers, and the text of a cell.

The container of raw cells belongs here; formats (how a file becomes sheets) and meaning (what a column is) do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

Cell = str | float | int | bool | date | datetime | time | timedelta | None


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


@dataclass(frozen=True)
class RawSheet:
    """One sheet. `rows[0]` is the file's first row, so a row's number is its index + 1."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def height(self) -> int:
        """Rows of the sheet, blank ones too."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Columns of the sheet."""
        return max((len(row) for row in self.rows), default=0)

    def column(self, index: int) -> pl.Series:
        """A whole column as text, from the file's first row on."""
        import polars as pl

        texts = [cell_text(row[index]) if index < len(row) else "" for row in self.rows]
        return pl.Series(f"c{index}", texts, dtype=pl.String)

    def texts(self, index: int) -> list[str]:
        """The cells of a row as text."""
        return [cell_text(cell) for cell in self.rows[index]]


def cell_text(cell: Cell) -> str:
    """A cell as text, without loss: whole floats as integers, dates as ISO, blank as the empty text."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell if isinstance(cell, str) else str(cell)


def cell_json(cell: Cell) -> str | float | int | bool | None:
    """A cell for JSON: numbers, truth values and texts stay what they are, dates become ISO text."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool | int | str):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    return cell_text(cell)
