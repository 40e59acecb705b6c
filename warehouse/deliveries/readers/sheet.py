"""A sheet as it was delivered: rows of cells with their row numbers, and the text of a cell.

The container of raw cells belongs here; formats (how a file becomes sheets) and meaning (what a column is) do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | float | int | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class RawSheet:
    """One sheet. `rows[0]` is the file's first row, so a row's number is its index + 1."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False

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
