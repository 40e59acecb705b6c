"""Sheets that are too large to be judged at once: cut into pieces of some thousand rows, each a sheet of its own.

Cutting belongs here, and what the whole column says of the cells of a piece (whether a comma parts thousands, whether the
day stands first): a piece is read exactly as it would be within the whole. What becomes of a piece does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.normalize.dates import day_position
from warehouse.normalize.numbers import Style, clean, style_of

MOST_CELLS = 1_000_000  # rows × columns that are judged at once: some hundred megabytes while they are
LEAST_ROWS = 20  # notes below a table are looked for in as many rows (furniture.MOST_NOTES)
DAY = r"^\s*(\d[\d./-]{5,9})(?:[T,\s]+\d{1,2}:\d{2})"  # the day of a moment


@dataclass
class Habits:
    """What whole columns tell of their cells. Asked for by index; each column is looked through once."""

    match: SheetMatch
    rows: dict[str, list[pl.DataFrame]] = field(default_factory=dict)  # of each piece, for what only all rows tell
    at_end: dict[str, Callable[[pl.DataFrame], None]] = field(default_factory=dict)  # what is done with them (again.py)
    _texts: dict[int, list[str]] = field(default_factory=dict)
    _styles: dict[tuple[int, ...], Style] = field(default_factory=dict)
    _orders: dict[tuple[int, ...], int | None] = field(default_factory=dict)
    _days: dict[tuple[int, ...], int | None] = field(default_factory=dict)

    def distinct(self, *indexes: int) -> pl.Series:
        """The different texts of columns below the header, of columns that are read as one together."""
        merged = {c.index: [m.index for m in columns] for columns in self.match.merged for c in columns[:1]}
        wanted = dict.fromkeys(i for index in indexes for i in merged.get(index, [index]))
        texts = [self.match.raw.column(i)[self.match.first_row :].unique().alias("t") for i in wanted]
        corrected = [text for _, i, text in self.match.overrides if i in wanted]
        return pl.concat([*texts, pl.Series("t", corrected, dtype=pl.String)]).unique()

    def answers(self, index: int) -> list[str]:
        """The different texts of a column of answers, but blank ones."""
        if index not in self._texts:
            self._texts[index] = [text for text in self.distinct(index).to_list() if text]
        return self._texts[index]

    def style(self, *indexes: int) -> Style:
        """What commas and dots part."""
        if indexes not in self._styles:
            odd = self.distinct(*indexes)
            odd = odd.filter(~odd.str.contains(r"^[0-9]*$"))
            self._styles[indexes] = style_of([clean(t) for t in odd.to_list() if t])
        return self._styles[indexes]

    def share_style(self, index: int) -> Style:
        """The style of a column of shares, whose cells may end with a sign of percent."""
        key = (-1 - index,)
        if key not in self._styles:
            texts = self.distinct(index).to_list()
            self._styles[key] = style_of([clean(t).rstrip(" %") for t in texts if t])
        return self._styles[key]

    def order(self, *indexes: int) -> int | None:
        """In which order days and months stand."""
        if indexes not in self._orders:
            self._orders[indexes] = day_position([t for t in self.distinct(*indexes).to_list() if t and t.strip()])
        return self._orders[indexes]

    def day_order(self, *indexes: int) -> int | None:
        """The same of moments, which have a time of day behind the day."""
        if indexes not in self._days:
            days = self.distinct(*indexes).str.extract(DAY).drop_nulls().unique()
            self._days[indexes] = day_position(days.to_list())
        return self._days[indexes]


@dataclass(frozen=True)
class Piece:
    """Which part of a sheet a match is. `shift`: what the file's row numbers are above those of the piece."""

    whole: SheetMatch
    shift: int
    is_last: bool
    habits: Habits


class Pieces(Sequence[SheetMatch]):
    """The pieces of a sheet from top to bottom, each made when it is asked for: all at once they are a second sheet in memory."""

    def __init__(self, match: SheetMatch, starts: list[int]) -> None:
        """`starts`: where each piece begins."""
        self._match, self._starts, self._habits = match, starts, Habits(match)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> SheetMatch: ...
    @overload
    def __getitem__(self, index: slice) -> list[SheetMatch]: ...
    def __getitem__(self, index: int | slice) -> SheetMatch | list[SheetMatch]:
        """One piece, or several."""
        chosen = range(len(self))[index]
        return [self._piece(i) for i in chosen] if isinstance(chosen, range) else self._piece(chosen)

    def _piece(self, i: int) -> SheetMatch:
        raw, first, is_last = self._match.raw, self._match.first_row, i == len(self) - 1
        start, end = self._starts[i], raw.height if is_last else self._starts[i + 1]
        part = RawSheet(
            raw.name, hidden=raw.hidden, notices=raw.notices, columns=[c.piece(first, start, end) for c in raw.columns],
            height=first + end - start, merged=raw.merged,
        )  # fmt: skip
        return replace(self._match, raw=part, piece=Piece(self._match, start - first, is_last, self._habits))


def pieces_of(match: SheetMatch) -> Sequence[SheetMatch]:
    """The pieces of a sheet from top to bottom; the sheet itself where it is small enough."""
    rows, first = max(LEAST_ROWS, MOST_CELLS // max(1, match.raw.width)), match.first_row
    height = match.raw.height - first
    if height <= rows + rows // 2:
        return [match]
    starts = list(range(first, match.raw.height, rows))
    if match.raw.height - starts[-1] < rows // 2:
        starts.pop()
    return Pieces(match, starts)


def rows_of(match: SheetMatch, numbers: list[int]) -> SheetMatch:
    """A sheet of some rows only (1-based numbers of the file). Their numbers in it say nothing."""
    raw, first = match.raw, match.first_row
    wanted = pl.Series([*range(first), *(n - 1 for n in numbers)], dtype=pl.UInt32)
    columns = [c.rows(wanted) for c in raw.columns]
    return replace(match, raw=RawSheet(raw.name, columns=columns, height=first + len(numbers), notices=raw.notices))
