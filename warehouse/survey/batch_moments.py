"""Totals of a chunk of options by domain, and the variance of their ratios: sparse products, no loop over cells.

V(A - pB) / B² by V(A) - 2p·Cov(A, B) + p²·V(B), each summed over strata. What A and B are is decided in `batch.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.survey.batch_design import Design, Floats, Ints, Sparse

# Differences of sums that are this small beside the sums are rounding: the sampling units say the same.
ROUNDING = 1e-13


@dataclass(frozen=True)
class Totals:
    """Weighted sums of rows (options or bases) by sampling unit and domain: `by_pair`, by stratum, by domain."""

    design: Design
    by_pair: Sparse  # rows × pairs

    def by_cell(self) -> Floats:
        """Rows × cells (stratum in a domain)."""
        return _dense(self.by_pair @ self.design.pair_by_cell)

    def scaled(self, other: Sparse) -> Floats:
        """Rows × domains: products with `other` (of the same pattern), scaled by stratum."""
        product = self.by_pair.copy()
        product.data = self.by_pair.data * other
        return _dense(product @ self.design.scale_by_domain)


@dataclass(frozen=True)
class Ratio:
    """Rows × domains: A / B and its variance (NaN where nobody is counted), with the sums A and B."""

    estimate: Floats
    variance: Floats
    above: Floats
    below: Floats


def ratio(design: Design, above: Sparse, below: Sparse, base: Ints) -> Ratio:
    """A / B for each row of `above` (rows × pairs); `base` names its row of `below` (bases × pairs)."""
    up, down = Totals(design, above), Totals(design, below)
    up_cell, down_cell = up.by_cell(), down.by_cell()
    together = _gathered(above, below, base)
    sums = up_cell @ design.cell_by_domain, (down_cell @ design.cell_by_domain)[base]
    weight = np.where(sums[1] > 0, sums[1], np.nan)
    share = sums[0] / weight
    centre = design.centre[design.cells[1]]
    inner = [up.scaled(above.data), up.scaled(together), down.scaled(below.data)[base]]
    outer = [(product * centre) @ design.cell_by_domain for product in (up_cell * up_cell, up_cell * down_cell[base])]
    outer.append(((down_cell * down_cell * centre) @ design.cell_by_domain)[base])
    a, ab, b = (i - o for i, o in zip(inner, outer, strict=True))
    size = [i + np.abs(o) for i, o in zip((inner[0], np.abs(inner[1]), inner[2]), outer, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = a - 2 * share * ab + share**2 * b
        bulk = size[0] + 2 * np.abs(share) * size[1] + share**2 * size[2]
        variance = np.where(variance <= ROUNDING * bulk, 0.0, variance) / weight**2
    return Ratio(share, variance * _average(design, down_cell)[base], *sums)


def _gathered(above: Sparse, below: Sparse, base: Ints) -> Floats:
    """For each stored number of `above`, what stands at the same pair in the row of its base."""
    row = np.repeat(base, np.diff(above.indptr))
    wide = below.toarray()
    found: Floats = wide.ravel()[row * wide.shape[1] + above.indices]
    return found


def _average(design: Design, down: Floats) -> Floats:
    """Bases × domains: under the rule `average` a lonely stratum adds what the others do on average, else 1."""
    if design.lonely_psu != "average" or not design.is_lonely.any():
        return np.ones((down.shape[0], design.domains.count))
    met = (down > 0).astype(float)
    others = (met * ~design.is_lonely[design.cells[1]]) @ design.cell_by_domain
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.where(others > 0, (met @ design.cell_by_domain) / others, np.nan)
    return share


def _dense(matrix: Sparse) -> Floats:
    wide: Floats = matrix.toarray()
    return wide
