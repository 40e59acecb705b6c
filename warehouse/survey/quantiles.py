"""Quantiles of weighted samples with Woodruff's interval: the share below the quantile has an interval, read back as values.

Only quantiles belong here; the variance of the share below is that of any other mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from warehouse.survey import intervals
from warehouse.survey.sample import Sample
from warehouse.survey.table import Bools, Floats
from warehouse.survey.variance import variances


@dataclass(frozen=True)
class Quantile:
    """A quantile, its standard error (half the interval's width over t) and its interval; NaN where it can't be said."""

    estimate: float
    se: float
    low: float
    high: float


def quantile(sample: Sample, values: Floats, kept: Bools, point: float, df: int, level: float) -> Quantile:
    """The value below which `point` of the population lies, over the rows kept."""
    counted = kept & (sample.weights > 0)
    if not counted.any():
        return Quantile(*[math.nan] * 4)
    curve = _Curve(values[counted], sample.weights[counted])
    estimate = curve.at(point)
    below = (values <= estimate).astype(np.float64)
    weights = np.where(kept, sample.weights, 0.0)
    share = weights @ below / weights.sum()
    variance = variances(sample, ((below - share) / weights.sum())[:, None], kept)[0]
    low, high = (float(end) for end in intervals.mean(share, math.sqrt(variance), df, level))
    lower = curve.at(low) if low >= -intervals.NOISE else math.nan
    upper = curve.at(high) if high <= 1 + intervals.NOISE else math.nan
    reach = 2 * float(intervals.t_quantile(df, level))
    return Quantile(estimate, (upper - lower) / reach, lower, upper)


class _Curve:
    """The weighted distribution: the smallest value at or below which a share of the population lies."""

    def __init__(self, values: Floats, weights: Floats) -> None:
        order = np.argsort(values, kind="stable")
        self.values = values[order]
        self.reached = np.cumsum(weights[order]) / weights.sum()

    def at(self, share: float) -> float:
        """The value at a share of the population; a share that is met but for rounding is met."""
        place = int(np.searchsorted(self.reached, share - intervals.NOISE))
        return float(self.values[min(place, len(self.values) - 1)])
