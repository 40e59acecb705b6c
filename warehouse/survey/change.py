"""Change of an estimate between two independent samples: difference with interval and test, and ratio with interval.

The errors of both estimates are given; which pairs of rounds may be compared at all is not decided here.

Method: SE² = SE₁² + SE₂², Student's t with the degrees of freedom of Satterthwaite, (v₁ + v₂)² / (v₁²/df₁ + v₂²/df₂). Their plain
sum would take the many degrees of freedom of a large design for a certainty about the error of a small one. Some estimates
have an error that says little of how sure they are: shares of exactly 0 or 1, where it is zero, and medians, which jump from
answer to answer. There the interval is made of the intervals of both estimates (Newcombe's way), and there is no p-value. The
ratio has its interval on the logarithm, with the same t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.survey.intervals import NOISE, t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """The estimates of one round with their errors, degrees of freedom, and own intervals (of shares the exact ones)."""

    estimate: Floats
    error: Floats
    df: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, estimate: ArrayLike, error: ArrayLike, df: ArrayLike, low: ArrayLike, high: ArrayLike) -> Side:
        """From anything that numpy reads; None is NaN."""
        return cls(*(np.asarray(values, dtype=np.float64) for values in (estimate, error, df, low, high)))


@dataclass(frozen=True)
class Change:
    """What changed, in the unit of the estimates. NaN where it can't be said."""

    difference: Floats
    error: Floats
    low: Floats
    high: Floats
    df: Floats
    statistic: Floats
    p_value: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    by_intervals: NDArray[np.bool_]  # of both estimates, not by their errors


def change(before: Side, after: Side, statistic: ArrayLike, level: float = 0.95) -> Change:
    """The change from `before` to `after`, for many estimates at once. `statistic` of each: share, mean or median."""
    kind = np.asarray(statistic)
    by_intervals = (kind == "median") | ((kind == "share") & (_at_end(before) | _at_end(after)))
    difference = after.estimate - before.estimate
    error = np.where(by_intervals, np.nan, _no_noise(np.hypot(before.error, after.error)))
    df = np.where(np.isnan(error), np.nan, satterthwaite(before.error**2, before.df, after.error**2, after.df))
    reach = t_quantile(df, level) * error
    low, high = _newcombe(before, after)
    with np.errstate(all="ignore"):
        tested = difference / error
    return Change(
        difference, error, np.where(by_intervals, low, difference - reach), np.where(by_intervals, high, difference + reach),
        df, tested, _two_sided(tested, df), *_ratio(before, after, by_intervals, level), by_intervals,
    )  # fmt: skip


def satterthwaite(one: ArrayLike, df_one: ArrayLike, other: ArrayLike, df_other: ArrayLike) -> Floats:
    """The degrees of freedom of the sum of two variances; NaN where a variance above 0 has none of its own."""
    v1, f1, v2, f2 = (np.asarray(values, dtype=np.float64) for values in (one, df_one, other, df_other))
    with np.errstate(all="ignore"):
        parts = np.where(v1 > 0, v1**2 / np.where(f1 > 0, f1, np.nan), 0) + np.where(
            v2 > 0, v2**2 / np.where(f2 > 0, f2, np.nan), 0
        )
        found: Floats = np.where(v1 + v2 > 0, (v1 + v2) ** 2 / parts, np.nan)
    return found


def _ratio(before: Side, after: Side, by_intervals: NDArray[np.bool_], level: float) -> tuple[Floats, Floats, Floats]:
    """After / before, only where both are above 0."""
    with np.errstate(all="ignore"):
        positive = (before.estimate > NOISE) & (after.estimate > NOISE)
        ratio = np.where(positive, after.estimate / before.estimate, np.nan)
        v1, v2 = (np.where(positive, side.error / side.estimate, np.nan) ** 2 for side in (before, after))
        error = np.where(by_intervals, np.nan, _no_noise(np.sqrt(v1 + v2)))
        reach = t_quantile(satterthwaite(v1, before.df, v2, after.df), level) * error
        return ratio, ratio * np.exp(-reach), ratio * np.exp(reach)


def _newcombe(before: Side, after: Side) -> tuple[Floats, Floats]:
    difference = after.estimate - before.estimate
    down = np.hypot(after.estimate - after.low, before.high - before.estimate)
    up = np.hypot(after.high - after.estimate, before.estimate - before.low)
    return difference - down, difference + up


def _two_sided(statistic: Floats, df: Floats) -> Floats:
    from scipy.stats import t

    known = np.isfinite(statistic) & (df > 0)
    tail = t.sf(np.abs(np.where(known, statistic, 0.0)), np.where(known, df, 1.0))
    found: Floats = np.where(known, 2 * tail, np.nan)
    return found


def _no_noise(error: Floats) -> Floats:
    """An error of zero between two samples is no certainty: the units of both happened to agree."""
    return np.where(error > NOISE, error, np.nan)


def _at_end(side: Side) -> NDArray[np.bool_]:
    ends: NDArray[np.bool_] = (np.abs(side.estimate) <= NOISE) | (np.abs(side.estimate - 1) <= NOISE)
    return ends
