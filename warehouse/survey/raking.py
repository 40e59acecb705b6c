"""Raking: weights that make a sample agree with known totals, one margin after the other, and their trimming.

Units are respondents, or cells of respondents that share one weight, with the sum of their weights before raking (`base`).
What comes out is the factor of each unit, whose mean over `base` is 1. Arithmetic only belongs here; which margins a survey
is raked to, and which of their categories are taken together, is decided in `weighting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import MtmError

Array = NDArray[np.float64]
ROUNDING = 1e-12  # a factor that is outside its bounds by less than this is not outside


@dataclass(frozen=True)
class Totals:
    """One margin: the category of each unit (0, 1, …) and the total of each category. Totals are read as parts of their sum."""

    category: NDArray[np.int64]
    totals: Array


@dataclass(frozen=True)
class Raked:
    """Factors with what they reached: the largest relative distance of a category from its total says how well."""

    factors: Array
    iterations: int
    converged: bool
    deviation: float


def rake(base: Array, margins: Sequence[Totals], tolerance: float = 1e-9, iterations: int = 500) -> Raked:
    """Iterative proportional fitting. Raises MtmError where a category has a total or respondents, and not both."""
    _no_gap(base, margins)
    factors = np.ones_like(base)
    for done in range(iterations + 1):
        distance = deviation(base, factors, margins)
        if distance <= tolerance or done == iterations:
            break
        for margin in margins:
            factors = factors * _wanted(base, margin)[margin.category] / _held(base, factors, margin)[margin.category]
    return Raked(factors * base.sum() / (factors @ base), done, distance <= tolerance, distance)


def trim(base: Array, factors: Array, bounds: tuple[float, float]) -> Array:
    """Factors within the bounds, which stand around their mean of 1; what is cut off is shared by the others, each as much.

    Repeated until nobody is outside, as R's survey::trimWeights does with strict = TRUE.
    """
    lower, upper = bounds
    for _ in range(10_000):
        outside = (factors < lower - ROUNDING) | (factors > upper + ROUNDING)
        if not outside.any():
            break
        cut = np.clip(factors, lower, upper)
        excess = float((factors - cut) @ base)
        takes = ~outside if (~outside).any() else (cut < upper if excess > 0 else cut > lower)
        factors = cut + np.where(takes, excess / base[takes].sum(), 0.0)
    return np.clip(factors, lower, upper)


def rake_trimmed(
    base: Array, margins: Sequence[Totals], bounds: tuple[float, float], tolerance: float = 1e-9, iterations: int = 500
) -> Raked:
    """Raking and trimming in turns until the factors keep to both. Where they can't, the bounds are kept and the distance told."""
    raked = rake(base, margins, tolerance, iterations)
    factors, distance, done = raked.factors, raked.deviation, 0
    for done in range(1, iterations + 1):
        factors = trim(base, factors, bounds)
        before, distance = distance, deviation(base, factors, margins)
        stands_still = done > 1 and abs(before - distance) <= tolerance
        if distance <= tolerance or stands_still or done == iterations:
            break
        factors = factors * rake(base * factors, margins, tolerance, iterations).factors
    return Raked(factors, done, raked.converged and distance <= tolerance, distance)


def deviation(base: Array, factors: Array, margins: Sequence[Totals]) -> float:
    """The largest relative distance of a category's weight from its total."""
    scale = base.sum() / (factors @ base)
    return max(float(np.max(np.abs(_held(base, factors * scale, m) / _wanted(base, m) - 1))) for m in margins)


def kish(n: float, total: float, squares: float) -> float:
    """Kish's design effect of unequal weights, from respondents, the sum of their weights and of their squares."""
    return n * squares / total**2


def _held(base: Array, factors: Array, margin: Totals) -> Array:
    held: Array = np.bincount(margin.category, weights=base * factors, minlength=len(margin.totals)).astype(np.float64)
    return held


def _wanted(base: Array, margin: Totals) -> Array:
    wanted: Array = margin.totals / margin.totals.sum() * base.sum()
    return wanted


def _no_gap(base: Array, margins: Sequence[Totals]) -> None:
    gaps = sum(
        int(((_held(base, np.ones_like(base), m) > 0) != (m.totals > 0)).sum()) for m in margins if len(m.totals)
    )
    if gaps or not margins or not np.all(base > 0):
        raise MtmError(
            f"a sample can't be raked: {gaps or 'all'} categories of its margins lack a total or respondents",
            expected="a total above 0 and respondents in every category",
            todo="take such categories together with others, or leave the margin out",
            code="raking_gap",
        )
