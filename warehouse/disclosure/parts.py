"""The facts of a system after what is known has been put in, taken apart into parts that have nothing to do with each other.

No linear programme is solved here; a contradiction that shows without one is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from warehouse.disclosure.propagate import ROUNDING, Sums, inward, propagate
from warehouse.disclosure.system import Bools, Floats, Ints, System, whole_cells

KNOWN = 1e-9  # bounds nearer than this are one value
Matrix = Any  # scipy's sparse matrices have no types


@dataclass(frozen=True)
class Part:
    """Unknown cells that hang together: their numbers in the system, their bounds, and the sums over them (row bounds, A)."""

    cells: Ints
    lower: Floats
    upper: Floats
    whole: Bools
    matrix: Matrix
    row_lower: Floats
    row_upper: Floats
    settled: bool  # the bounds are final: no linear programme can make them tighter


@dataclass(frozen=True)
class Reduced:
    """A system with everything known put in: bounds of all cells, cells in contradiction, and what is left to solve."""

    lower: Floats
    upper: Floats
    contradicted: Ints
    sums: Sums
    at_rest: bool


def reduce(system: System) -> Reduced:
    """Put known cells in and tighten the bounds of the others sum by sum."""
    whole = whole_cells(system)
    lower, upper = inward(system.lower, system.upper, whole & ~_known(system.lower, system.upper))
    sums = _open_sums(_all_sums(system, whole), lower, upper)
    bad = _broken(sums, system)
    low, high, at_rest = propagate(sums, *_only_open(lower, upper))
    lower, upper = np.maximum(lower, low), np.minimum(upper, high)
    crossed = np.flatnonzero(lower > upper + ROUNDING * np.maximum(1.0, np.abs(upper)))
    bad = np.unique(np.concatenate([bad, crossed]))
    left = _open_sums(sums, lower, upper)
    return Reduced(lower, upper, np.unique(np.concatenate([bad, _broken(left, system)])), left, at_rest)


def parts(reduced: Reduced) -> Iterator[Part]:
    """The connected parts of what is left, in the order of their first cell."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    sums, count = reduced.sums, len(reduced.lower)
    if not len(sums.rows):
        return
    size = count + len(sums.row_lower)
    graph = coo_matrix((np.ones(len(sums.rows)), (sums.cells, count + sums.rows)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(label[sums.cells], kind="stable")
    cuts = np.flatnonzero(np.diff(label[sums.cells][order])) + 1
    groups = np.split(order, cuts)
    for group in sorted(groups, key=lambda g: int(sums.cells[g].min())):
        yield _part(reduced, group)


def _part(reduced: Reduced, entries: Ints) -> Part:
    from scipy.sparse import coo_matrix

    sums = reduced.sums
    cells, column = np.unique(sums.cells[entries], return_inverse=True)
    rows, row = np.unique(sums.rows[entries], return_inverse=True)
    factors = sums.factors[entries]
    matrix = coo_matrix((factors, (row, column)), shape=(len(rows), len(cells))).tocsr()
    tree = len(entries) == len(cells) + len(rows) - 1
    plain = bool((np.abs(factors) == 1).all() or not sums.whole[cells].any())
    return Part(
        cells, reduced.lower[cells], reduced.upper[cells], sums.whole[cells], matrix,
        sums.row_lower[rows], sums.row_upper[rows], reduced.at_rest and tree and plain,
    )  # fmt: skip


def _known(lower: Floats, upper: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        return np.asarray(upper - lower <= KNOWN, dtype=np.bool_)


def _only_open(lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """A known cell stays out of the rounding: a known value need not be whole."""
    known = _known(lower, upper)
    return np.where(known, -np.inf, lower), np.where(known, np.inf, upper)


def _all_sums(system: System, whole: Bools) -> Sums:
    """The entries of the system, those for the same row and cell added up."""
    key = system.rows * len(system.names) + system.cells
    keys, where = np.unique(key, return_inverse=True)
    factors = np.bincount(where, weights=system.factors, minlength=len(keys)) if len(keys) else system.factors[:0]
    keep = factors != 0
    keys, factors = keys[keep], factors[keep]
    return Sums(keys // len(system.names), keys % len(system.names), factors, system.row_lower, system.row_upper, whole)


def _open_sums(sums: Sums, lower: Floats, upper: Floats) -> Sums:
    """The sums with known cells put in. A sum of whole numbers has whole bounds."""
    known = _known(lower, upper)[sums.cells]
    given = sums.factors[known] * (lower[sums.cells[known]] + upper[sums.cells[known]]) / 2
    there = np.bincount(sums.rows[known], weights=given, minlength=len(sums.row_lower))
    low, high = sums.row_lower - there, sums.row_upper - there
    rows, cells, factors = sums.rows[~known], sums.cells[~known], sums.factors[~known]
    uneven = ~(sums.whole[cells] & (factors == np.round(factors)))
    even = np.bincount(rows, weights=uneven, minlength=len(low)) == 0
    even &= np.bincount(rows, minlength=len(low)) > 0
    low, high = inward(low, high, even)
    return Sums(rows, cells, factors, low, high, sums.whole)


def _broken(sums: Sums, system: System) -> Ints:
    """Cells of sums that can't hold: nothing unknown is left in them and they don't add up, or their bounds cross."""
    empty = np.bincount(sums.rows, minlength=len(sums.row_lower)) == 0
    slack = 1e-6 * np.maximum(1.0, np.abs(np.where(np.isfinite(system.row_upper), system.row_upper, 0.0)))
    off = empty & ((sums.row_lower > slack) | (sums.row_upper < -slack))
    off |= sums.row_lower > sums.row_upper + slack
    return np.unique(system.cells[off[system.rows]]) if len(system.rows) else np.zeros(0, dtype=np.int64)
