"""Cells: what kinds there are, their text without loss, and columns of them.

Cells and columns of cells belong here; sheets (`sheet.py`) and file formats do not.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Cell = str | float | int | bool | date | datetime | time | timedelta | None

BLANK, TEXT, NUMBER, BOOLEAN, DATE, DATETIME, TIME, DURATION, ERROR = range(9)  # the kinds, one byte per cell
KINDS = ("blank", "text", "number", "boolean", "date", "datetime", "time", "duration", "error")


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


def cell_kind(cell: Cell) -> int:
    """The kind of a cell."""
    if cell is None or cell == "":
        return BLANK
    for kind, types in ((TEXT, str), (BOOLEAN, bool), (NUMBER, (int, float)), (DATETIME, datetime), (DATE, date)):
        if isinstance(cell, types):
            return kind
    return TIME if isinstance(cell, time) else DURATION


def typed(text: str, kind: int) -> Cell:
    """The cell that has this text and kind."""
    if kind == NUMBER:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    if kind == BOOLEAN:
        return text == "TRUE"
    if kind == DATE:
        return date.fromisoformat(text)
    if kind == DATETIME:
        return datetime.fromisoformat(text)
    if kind == TIME:
        return time.fromisoformat(text)
    return duration(text) if kind == DURATION else text


def duration(text: str) -> timedelta:
    """The span of time that Python writes so: `1 day, 2:03:04.500000`."""
    days, _, clock = text.rpartition(", ")
    hours, minutes, seconds = clock.split(":")
    return timedelta(
        days=int(days.split()[0]) if days else 0, hours=int(hours), minutes=int(minutes), seconds=float(seconds)
    )


class Column:
    """A column of texts with a kind each, or without kinds where all cells are text. Polars comes in when it is asked for."""

    __slots__ = ("_texts", "kinds")

    def __init__(self, texts: list[str] | pl.Series, kinds: bytes | None = None) -> None:
        """`texts` has "" for a blank cell; `kinds` has one byte per cell."""
        self._texts: Any = texts
        self.kinds = kinds

    def __len__(self) -> int:
        """Cells of the column."""
        return len(self._texts)

    def __getitem__(self, index: int) -> str:
        """The text of a cell."""
        return str(self._texts[index])

    def kind(self, index: int) -> int:
        """The kind of a cell."""
        if self.kinds is not None:
            return self.kinds[index]
        return TEXT if self._texts[index] else BLANK

    def texts(self) -> Sequence[str]:
        """All texts, in order."""
        return self._texts if isinstance(self._texts, list) else self._texts.to_list()

    def piece(self, head: int, start: int, end: int) -> Column:
        """The first `head` cells and those from `start` to before `end`, as a column of their own."""
        import polars as pl

        return self.rows(pl.concat([pl.int_range(head, eager=True), pl.int_range(start, end, eager=True)]))

    def rows(self, wanted: pl.Series) -> Column:
        """Some cells, by their indexes."""
        kinds = None if self.kinds is None else bytes(self.kinds[i] for i in wanted.to_list())
        return Column(self.series().gather(wanted), kinds)

    def series(self) -> pl.Series:
        """The column as a Polars series of texts; kept so from the first time on."""
        if isinstance(self._texts, list):
            import polars as pl

            self._texts = pl.Series("", self._texts, dtype=pl.String)
        found: pl.Series = self._texts
        return found


class CodedColumn(Column):
    """A column as numbers that stand for the distinct cells of its sheet (`table`): what a spreadsheet reader makes."""

    __slots__ = ("ids", "table")

    def __init__(self, ids: array[int], table: CellTable) -> None:
        """`ids[i]` is the place of cell i in the table."""
        self.ids, self.table = ids, table

    @property
    def kinds(self) -> bytes:  # type: ignore[override]
        """One byte per cell."""
        return bytes(map(self.table.kinds.__getitem__, self.ids))

    def __len__(self) -> int:
        """Cells of the column."""
        return len(self.ids)

    def __getitem__(self, index: int) -> str:
        """The text of a cell."""
        return self.table.texts[self.ids[index]]

    def kind(self, index: int) -> int:
        """The kind of a cell."""
        return self.table.kinds[self.ids[index]]

    def texts(self) -> Sequence[str]:
        """All texts, in order."""
        return list(map(self.table.texts.__getitem__, self.ids))

    def series(self) -> pl.Series:
        """The column as a Polars series of texts."""
        return self.table.series().gather(as_series(self.ids))


class CellTable:
    """The distinct cells of a sheet: texts and kinds. The first is the blank cell."""

    def __init__(self, texts: list[str] | None = None, kinds: bytearray | None = None) -> None:
        """A new table holds the blank cell only."""
        self.texts, self.kinds = texts if texts is not None else [""], kinds if kinds is not None else bytearray(1)
        self._series: pl.Series | None = None

    def add(self, text: str, kind: int) -> int:
        """The number of a new cell."""
        self.texts.append(text)
        self.kinds.append(kind)
        return len(self.texts) - 1

    def series(self) -> pl.Series:
        """The texts as a Polars series."""
        if self._series is None:
            import polars as pl

            self._series = pl.Series("", self.texts, dtype=pl.String)
        return self._series


def as_series(ids: array[int]) -> pl.Series:
    """Numbers as a Polars series, without a copy in Python."""
    import numpy as np
    import polars as pl

    return pl.Series("", np.frombuffer(ids, dtype=np.uint32))
