"""Totals of a chunk of options by domain, and the variance of their ratios: array products, no loop over cells.

V(A - pB) / B² by V(A) - 2p·Cov(A, B) + p²·V(B), each summed over strata. What A and B are is decided in `batch.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from warehouse.survey.batch_design import Design, Floats, Ints, Sparse

# Differences of sums that are this small beside the sums are rounding: the sampling units say the same.
ROUNDING = 1e-13
BLOCK = 200_000  # numbers that are held wide at once: they should stay near the processor


@dataclass(frozen=True)
class Ratio:
    """Rows × domains: A / B and its variance (NaN where nobody is counted), with the sums A and B."""

    estimate: Floats
    variance: Floats
    above: Floats
    below: Floats


@dataclass(frozen=True)
class Moments:
    """Rows × cells (a stratum in a domain): sums over its sampling units of A, B, A², AB and B²."""

    a: Floats
    b: Floats
    aa: Floats
    ab: Floats
    bb: Floats


def ratio(design: Design, above: Sparse, below: Sparse, base: Ints) -> Ratio:
    """A / B for each row of `above` (rows × pairs); `base` names its row of `below` (bases × pairs)."""
    m = _moments(design, above, below, base)
    stratum = design.cells[1]
    scale, centre = design.scale[stratum], design.centre[stratum]
    terms = [(m.aa, m.a * m.a), (m.ab, m.a * m.b), (m.bb, m.b * m.b)]
    a, ab, b = ((squares * scale - sums * centre) @ design.cell_by_domain for squares, sums in terms)
    size = [(np.abs(squares) * scale + np.abs(sums) * centre) @ design.cell_by_domain for squares, sums in terms]
    sums, weight = m.a @ design.cell_by_domain, m.b @ design.cell_by_domain
    counted = np.where(weight > 0, weight, np.nan)
    share = sums / counted
    variance = a - 2 * share * ab + share**2 * b
    bulk = size[0] + 2 * np.abs(share) * size[1] + share**2 * size[2]
    variance = np.where(variance <= ROUNDING * bulk, 0.0, variance) / counted**2
    return Ratio(share, variance * _average(design, m.b), sums, weight)


def _moments(design: Design, above: Sparse, below: Sparse, base: Ints) -> Moments:
    wide = below.toarray()
    b, bb = design.by_cell(wide)[base], design.by_cell(wide * wide)[base]
    a, aa, ab = (np.empty_like(b) for _ in range(3))
    for rows in _blocks(above.shape):
        block = above[rows].toarray()
        a[rows], aa[rows] = design.by_cell(block), design.by_cell(block * block)
        ab[rows] = design.by_cell(block * wide[base[rows]])
    return Moments(a, b, aa, ab, bb)


def _blocks(shape: tuple[int, int]) -> Iterator[slice]:
    step = max(1, BLOCK // max(shape[1], 1))
    return (slice(first, first + step) for first in range(0, shape[0], step))


def _average(design: Design, down: Floats) -> Floats:
    """Rows × domains: under the rule `average` a lonely stratum adds what the others do on average, else 1."""
    if design.lonely_psu != "average" or not design.is_lonely.any():
        return np.ones((down.shape[0], design.domains.count))
    met = (down > 0).astype(float)
    others = (met * ~design.is_lonely[design.cells[1]]) @ design.cell_by_domain
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.where(others > 0, (met @ design.cell_by_domain) / others, np.nan)
    return share
