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
