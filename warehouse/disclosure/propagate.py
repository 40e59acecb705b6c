"""Bounds of cells that follow from one sum at a time, sum by sum until nothing changes. No linear programme is solved here.

For cells that hang together like a tree (each total split once) these are the final bounds; elsewhere they are a start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.disclosure.system import Bools, Floats, Ints

PASSES = 400
ROUNDING = 1e-6  # how far a computed bound may lie beside a whole number and still mean it


@dataclass(frozen=True)
class Sums:
    """Sums over unknown cells only: entries (row, cell, factor), bounds of rows and cells, and which cells are whole numbers."""

    rows: Ints
    cells: Ints
    factors: Floats
    row_lower: Floats
    row_upper: Floats
    whole: Bools


def propagate(sums: Sums, lower: Floats, upper: Floats) -> tuple[Floats, Floats, bool]:
    """Tighter bounds of the cells, and whether they have come to rest. Crossed bounds are left for the caller to see."""
    lower, upper = inward(lower, upper, sums.whole)
    for _ in range(PASSES):
        low, high = _once(sums, lower, upper)
        moved = _moved(low, lower) or _moved(upper, high)
        lower, upper = low, high
        if not moved or bool((lower > upper + ROUNDING).any()):
            return lower, upper, not moved
    return lower, upper, False


def inward(lower: Floats, upper: Floats, whole: Bools) -> tuple[Floats, Floats]:
    """Bounds of whole numbers moved to the next whole number inside."""
    low = np.where(whole, np.ceil(lower - ROUNDING), lower)
    high = np.where(whole, np.floor(upper + ROUNDING), upper)
    return low, high


def _moved(more: Floats, less: Floats) -> bool:
    with np.errstate(invalid="ignore"):
        step = more - less
    finite = np.isfinite(more) & np.isfinite(less)
    scale = np.maximum(1.0, np.abs(np.where(finite, less, 0.0)))
    return bool(((step > ROUNDING * scale) & finite).any() or (np.isfinite(more) != np.isfinite(less)).any())


def _once(sums: Sums, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    rows, cells, factors = sums.rows, sums.cells, sums.factors
    plus = factors > 0
    least = factors * np.where(plus, lower[cells], upper[cells])
    most = factors * np.where(plus, upper[cells], lower[cells])
    with np.errstate(invalid="ignore"):
        above = (sums.row_upper[rows] - _others(rows, least, len(sums.row_upper), -np.inf)) / factors
        below = (sums.row_lower[rows] - _others(rows, most, len(sums.row_upper), np.inf)) / factors
    low, high = lower.copy(), upper.copy()
    np.minimum.at(high, cells, np.where(plus, above, below))
    np.maximum.at(low, cells, np.where(plus, below, above))
    return inward(low, high, sums.whole)


def _others(rows: Ints, parts: Floats, count: int, without: float) -> Floats:
    """Per entry the sum of the other entries of its row; `without` (an infinity) where one of those has no bound."""
    open_ = np.isinf(parts)
    closed = np.where(open_, 0.0, parts)
    total = np.bincount(rows, weights=closed, minlength=count)[rows] - closed
    others_open = np.bincount(rows, weights=open_, minlength=count)[rows] - open_
    return np.where(others_open > 0.5, without, total)
