"""A defect of a whole column, and the small tools that finding one needs.

What a defect is belongs here; how each is found does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SWAPPED, SORTED, SHIFTED = "columns_swapped", "column_sorted_alone", "column_shifted"


@dataclass(frozen=True)
class Defect:
    """One defect: its code, the columns it is about, and the rows (by index) in which it shows."""

    code: str
    columns: tuple[int, ...]
    rows: NDArray[Any]


def runs_of(flags: NDArray[np.bool_]) -> list[NDArray[Any]]:
    """The indices of rows on end that are true."""
    rows = np.flatnonzero(flags)
    return np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1) if len(rows) else []


def is_sorted(values: NDArray[Any]) -> bool:
    """Whether values only rise, or only fall."""
    return bool((values[1:] >= values[:-1]).all() or (values[1:] <= values[:-1]).all())
