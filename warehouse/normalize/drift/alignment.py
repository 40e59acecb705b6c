"""Where the cells of a row would fit better: moved left or right, or in the columns of another round's layout.

Comparing a row's own place with others belongs here; the verdict on the row does not (`foreign.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.normalize.drift.cells import BLANK, Cells, Floats, Ints
from warehouse.normalize.drift.profile import Profile, fit

INNER_END = np.log(0.01)  # a move that stops before the last column is rarer than one that goes on
LOST_CELL = np.log(0.1)  # a filled cell that belongs to no column
MOST_LOST = 4  # lost cells that are held against a place: a layout with more columns loses many at once
NO_CELL = np.log(0.3)  # a column that a place has no cell for


@dataclass(frozen=True)
class Place:
    """Where the value of each column stands in a row: `source[j]` is a cell's index, −1 where the row has none."""

    source: Ints
    start: int  # first column that is not in its own place
    shift: int  # cells that it moved; 0 where no single number says it
    rounds: str = ""  # rounds whose layout this is, as far as known
    length: int = 0  # columns of that layout
    swap: bool = False  # two cells changed places

    def of(self, cells: Cells, codes: Ints) -> Ints:
        """Codes of rows, each column's value in its place; blank where the row has none."""
        wide = np.concatenate([codes, np.full((len(codes), 1), cells.absent, codes.dtype)], axis=1)
        answer: Ints = wide[:, self.source]
        return answer


def own_place(width: int) -> Place:
    """Every value in its own column."""
    return Place(np.arange(width, dtype=np.int32), width, 0)


def moved(width: int, shift: int, start: int, end: int) -> Place:
    """The values of columns start to end stand `shift` cells further right (left where negative)."""
    source = np.arange(width, dtype=np.int32)
    source[start : end + 1] += shift
    if shift < 0:  # what stood just before the first moved column was overwritten
        source[max(0, start + shift) : start] = -1
    source[(source < 0) | (source >= width)] = -1
    return Place(source, start, shift)


def swapped(width: int, one: int, other: int) -> Place:
    """Two cells in each other's column."""
    source = np.arange(width, dtype=np.int32)
    source[[one, other]] = other, one
    return Place(source, min(one, other), 0, swap=True)


def best_moves(cells: Cells, profile: Profile, rows: Ints, most: int) -> list[Place]:
    """For each row, by its index, the move of one stretch of cells that fits best."""
    codes = cells.codes[rows]
    own = fit(cells, profile, codes)
    best = [own_place(cells.width)] * len(rows)
    gains = np.zeros(len(rows))
    for shift in [s for s in range(-most, most + 1) if s and abs(s) < cells.width]:
        gain, start, end = _best_stretch(_moved_fit(cells, profile, codes, shift) - own)
        for i in np.flatnonzero(gain > gains):
            best[i] = moved(cells.width, shift, int(start[i]), int(end[i]))
        gains = np.maximum(gain, gains)
    return best


def gains_of(cells: Cells, profile: Profile, rows: Ints, place: Place, own: Floats) -> Floats:
    """How much better the rows fit in a place than in their own, cells that the place leaves out held against it.

    `own`: how well they fit in their own.
    """
    codes = cells.codes[rows]
    unused = np.setdiff1d(np.arange(cells.width), place.source)
    lost = (cells.kind[codes[:, unused]] != BLANK).sum(1) if len(unused) else 0
    there = np.where(place.source < 0, NO_CELL, fit(cells, profile, place.of(cells, codes)))
    gain: Floats = (there - own).sum(1) + LOST_CELL * np.minimum(lost, MOST_LOST)
    return gain


def _moved_fit(cells: Cells, profile: Profile, codes: Ints, shift: int) -> Floats:
    away = np.full_like(codes, cells.absent)
    if shift > 0:
        away[:, :-shift] = codes[:, shift:]
    else:
        away[:, -shift:] = codes[:, :shift]
    return fit(cells, profile, away)


def _best_stretch(gain: Floats) -> tuple[Floats, Ints, Ints]:
    """The stretch of columns with the greatest sum, by row: sum, first and last column."""
    rows = np.arange(len(gain))
    total = np.concatenate([np.zeros((len(gain), 1)), gain.cumsum(1)], axis=1)
    low = np.minimum.accumulate(total[:, :-1], axis=1)
    sums = total[:, 1:] - low
    sums[:, :-1] += INNER_END
    end = sums.argmax(1)
    before = np.where(np.arange(gain.shape[1])[None, :] <= end[:, None], total[:, :-1], np.inf)
    start = before.argmin(1)
    return sums[rows, end], start.astype(np.int32), end.astype(np.int32)
