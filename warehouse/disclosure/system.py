"""What an attacker knows of cells that are not shown, as linear facts: bounds of cells, and sums with bounds.

Only the shape of the facts belongs here. Where they come from (marts, canonical tables) is told in `published/`; what follows from
them is told by the attack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class System:
    """Cells x (counts of people, never negative) and sums A x, with what is known of both.

    `lower ≤ x ≤ upper` (equal where a cell is shown, 0 and infinity where nothing is known) and `row_lower ≤ A x ≤ row_upper`
    (equal for exact sums; a share that was rounded gives an interval). A is given by its entries: row, cell, factor.
    """

    names: tuple[str, ...]  # one per cell: a key without personal values
    lower: Floats
    upper: Floats
    rows: Ints
    cells: Ints
    factors: Floats
    row_lower: Floats
    row_upper: Floats
    values: Floats | None = None  # the true values, where they are known (the gate; never an attacker)
    whole: Bools | None = None  # which cells can only be whole numbers (people); nothing said: all of them
    shown_with: Ints | None = (
        None  # per row the cell that takes the row out of sight when it is hidden (its own share); -1: none
    )


@dataclass(frozen=True)
class Bounds:
    """What the attack found for each of the attacked cells: the smallest and the largest value it can have."""

    cells: Ints
    low: Floats
    high: Floats

    @property
    def width(self) -> Floats:
        """How far the two are apart, in people."""
        return self.high - self.low


def needed_width(values: Floats, people: float = 10.0, share: float = 0.2) -> Floats:
    """How wide a hidden cell must stay: max(10 people, 20 % of its value)."""
    return np.maximum(people, share * values)


def whole_cells(system: System) -> Bools:
    """Which cells are whole numbers: people are, weighted estimates are not."""
    return np.ones(len(system.names), dtype=np.bool_) if system.whole is None else system.whole
