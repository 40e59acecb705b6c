"""Medians of numeric answers in all domains at once, with intervals after Woodruff.

The quantile is the smallest answer up to which at least that share of the weights lies (R: svyquantile, qrule "math");
its interval is that of the share of answers up to it, read back as answers. Only medians belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.survey.batch_design import Design, Floats, Ints, Sparse, short
from warehouse.survey.batch_moments import ratio

Bools = NDArray[np.bool_]
TIE = 1e-9  # of the mean weight: sums of weights this near to the mark are equal to it


@dataclass(frozen=True)
class Medians:
    """Rows × domains: the median, its standard error and bounds; NaN where they can't be said."""

    estimate: Floats
    standard_error: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Ordered:
    """Answers of members, ordered by cell (row × domain) and value."""

    cell: Ints
    pair: Ints
    value: Floats
    weight: Floats
    cells: int

    @property
    def ends(self) -> Ints:
        """Where each cell ends."""
        return np.cumsum(np.bincount(self.cell, minlength=self.cells))

    def quantile(self, share: Floats) -> Floats:
        """By cell, the answer up to which `share` of the weights lies. NaN for no share, none between 0 and 1, or nobody."""
        ends = self.ends
        size = np.diff(ends, prepend=0)
        running = np.concatenate([[0.0], np.cumsum(self.weight)])
        before, total = running[ends - size], running[ends] - running[ends - size]
        with np.errstate(invalid="ignore", divide="ignore"):
            told = (share >= 0) & (share <= 1) & (size > 0)
            mark = np.where(told, share * total, 0.0)
            tie = TIE * np.where(size > 0, total / np.maximum(size, 1), 0.0)
        found = np.searchsorted(running[1:], before + mark - tie)
        start = ends - size
        found = np.clip(found, start, np.maximum(ends - 1, 0))
        return np.where(told, self.value[np.minimum(found, len(self.value) - 1)], np.nan)


def medians(design: Design, values: Sparse, below: Sparse, base: Ints, t: Floats) -> Medians:
    """Medians of each row of `values` (rows × units); `below` and `base` as in `ratio`; `t`: quantile of t by domain."""
    shape = (values.shape[0], design.domains.count)
    ordered = _ordered(design, values)
    if not len(ordered.value):
        nothing = np.full(shape, np.nan)
        return Medians(nothing, nothing, nothing, nothing)
    middle = ordered.quantile(np.full(ordered.cells, 0.5))
    up_to = ordered.value <= middle[ordered.cell]
    share = _share_up_to(design, ordered, up_to, below, base)
    error = np.sqrt(share[1])
    told = np.where(np.abs(share[0] - 1) < 1e-12, 1.0, share[0])  # a hair above one would be no quantile
    low, high = (ordered.quantile((told + side * t * error).ravel()).reshape(shape) for side in (-1, 1))
    return Medians(middle.reshape(shape), (high - low) / (2 * t), low, high)


def _share_up_to(design: Design, ordered: Ordered, up_to: Bools, below: Sparse, base: Ints) -> tuple[Floats, Floats]:
    from scipy import sparse

    row = ordered.cell // design.domains.count
    shape = (len(base), design.pairs)
    above = sparse.csr_matrix((ordered.weight[up_to], (row[up_to], ordered.pair[up_to])), shape=shape)
    found = ratio(design, above, below, base)
    return found.estimate, found.variance


def _ordered(design: Design, values: Sparse) -> Ordered:
    """Every answer in every domain of its unit."""
    unit, pair, domain = design.members
    first = np.searchsorted(unit, np.arange(values.shape[1] + 1))
    row = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
    by_value = short(np.argsort(values.data, kind="stable"))
    of_unit = values.indices[by_value]
    times = np.diff(first)[of_unit]
    entry = np.repeat(by_value, times)
    # One after the other: a number that all respondents gave stands here once for each of their domains.
    member = np.arange(len(entry))
    member -= np.repeat(np.cumsum(times) - times, times)
    member += np.repeat(first[of_unit], times)
    member = short(member)
    cell = short(row[entry] * design.domains.count + domain[member])
    cells = values.shape[0] * design.domains.count
    order = np.argsort(cell.astype(np.min_scalar_type(cells)), kind="stable")  # short numbers are sorted much faster
    member, entry = member[order], entry[order]
    weight = design.sample.weight[unit[member]]
    return Ordered(cell[order], pair[member], values.data[entry], weight, cells)
