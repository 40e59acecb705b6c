"""Labels as whole numbers, and sums by them: the arithmetic of groups.

Only numbers for groups belong here; what the groups are (strata, clusters, domains) is known by those who call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def label_codes(labels: NDArray[np.object_]) -> Ints:
    """0, 1, 2 … for each distinct label (none may be missing), in the order in which they are met."""
    known: dict[Any, int] = {}
    return np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int64)


def combined(outer: Ints, inner: Ints) -> Ints:
    """0, 1, 2 … for each pair that occurs."""
    width = int(inner.max(initial=0)) + 1
    codes: Ints = np.unique(outer * width + inner, return_inverse=True)[1].astype(np.int64)
    return codes


def sums(codes: Ints, values: Floats, groups: int) -> Floats:
    """The sum of each group; of each column where the values have several."""
    if values.ndim == 1:
        return np.asarray(np.bincount(codes, values, groups), dtype=np.float64)
    return np.stack([np.bincount(codes, column, groups) for column in values.T], axis=1)


def first_of(codes: Ints, values: NDArray[Any], groups: int) -> NDArray[Any]:
    """The value of each group that stands in its first row."""
    found = np.empty(groups, dtype=values.dtype)
    found[codes[::-1]] = values[::-1]
    return found
