"""Change of an estimate between two independent samples: difference with interval and test, and ratio with interval.

The errors of both estimates are given; which pairs of rounds may be compared at all is not decided here.

Method: SE² = SE₁² + SE₂², Student's t with the degrees of freedom of Satterthwaite, (v₁ + v₂)² / (v₁²/df₁ + v₂²/df₂). Their plain
sum would take the many degrees of freedom of a large design for a certainty about the error of a small one. Where a share
is exactly 0 or 1 its error is zero, which says nothing of how sure it is: the interval is then made of the exact intervals
of both shares (Newcombe's way), and there is no p-value. The ratio has its interval on the logarithm, with the same t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.survey.intervals import NOISE, proportion, t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """The estimates of one round: shares or means with their errors, respondents, and degrees of freedom."""

    estimate: Floats
    error: Floats
    n: Floats
    df: Floats

    @classmethod
    def of(cls, estimate: ArrayLike, error: ArrayLike, n: ArrayLike, df: ArrayLike) -> Side:
        """From anything that numpy reads; None is NaN."""
        return cls(*(np.asarray(values, dtype=np.float64) for values in (estimate, error, n, df)))


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
    is_exact: NDArray[np.bool_]


def change(before: Side, after: Side, is_share: ArrayLike, level: float = 0.95) -> Change:
    """The change from `before` to `after`, for many estimates at once."""
    difference = after.estimate - before.estimate
    exact = np.asarray(is_share, dtype=bool) & (_at_end(before) | _at_end(after))
    error = np.where(exact, np.nan, _no_noise(np.hypot(before.error, after.error)))
    df = satterthwaite(before.error**2, before.df, after.error**2, after.df)
    df = np.where(np.isnan(error), np.nan, df)
    reach = t_quantile(df, level) * error
    low, high = _newcombe(before, after, level)
    with np.errstate(all="ignore"):
        statistic = difference / error
    ratio, ratio_low, ratio_high = _ratio(before, after, level)
    return Change(
        difference, error, np.where(exact, low, difference - reach), np.where(exact, high, difference + reach), df,
        statistic, _two_sided(statistic, df), ratio, ratio_low, ratio_high, exact,
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


def _ratio(before: Side, after: Side, level: float) -> tuple[Floats, Floats, Floats]:
    """After / before, only where both are above 0."""
    with np.errstate(all="ignore"):
        positive = (before.estimate > NOISE) & (after.estimate > NOISE)
        ratio = np.where(positive, after.estimate / before.estimate, np.nan)
        v1, v2 = (np.where(positive, side.error / side.estimate, np.nan) ** 2 for side in (before, after))
        error = np.where(_at_one(before) | _at_one(after), np.nan, _no_noise(np.sqrt(v1 + v2)))
        reach = t_quantile(satterthwaite(v1, before.df, v2, after.df), level) * error
        return ratio, ratio * np.exp(-reach), ratio * np.exp(reach)


def _newcombe(before: Side, after: Side, level: float) -> tuple[Floats, Floats]:
    bounds = [proportion("beta", s.estimate, s.error, s.n, s.df, level) for s in (before, after)]
    (low1, high1), (low2, high2) = bounds
    difference = after.estimate - before.estimate
    down = np.hypot(after.estimate - low2, high1 - before.estimate)
    up = np.hypot(high2 - after.estimate, before.estimate - low1)
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


def _at_one(side: Side) -> NDArray[np.bool_]:
    """A share of 1 has no error to speak of; a mean of 1 has."""
    ones: NDArray[np.bool_] = (np.abs(side.estimate - 1) <= NOISE) & (side.error <= NOISE)
    return ones
