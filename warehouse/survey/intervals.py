"""Confidence intervals of shares and means, vectorised: any of the numbers may be an array, the result has their common shape.

Only the step from estimate, standard error, n and degrees of freedom to two bounds belongs here; how the standard
error came about does not. What can't be said is NaN: an unknown estimate or error, no degrees of freedom.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Method = Literal["logit", "beta", "wald"]
Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]

NOISE = 1e-12  # a share this near to 0 or 1, an error this small: rounding of a sum, not a finding


def proportion(
    method: Method, p: ArrayLike, se: ArrayLike, n: ArrayLike, df: ArrayLike, level: float = 0.95,
    *, rows: ArrayLike | None = None, bare: bool = False,
) -> Bounds:  # fmt: skip
    """The interval of a share.

    `logit` is symmetric on the log-odds, `beta` is Korn and Graubard's exact one on the effective sample size, `wald` is
    p ± t·se (it may leave 0 to 1). At p = 0 and 1 the log-odds have no value: there `logit` gives the bounds of
    `beta`, which then rest on n itself; `bare` leaves the share itself there, an interval without width, as R has it.
    A share strictly between that has no error is its own interval. `rows` are those of the sample or domain, answered
    or not (n where not given): Korn and Graubard's n is scaled by their t, as R does it.
    """
    shares, errors, counts, free, all_rows = _together(p, se, n, df, n if rows is None else rows)
    if method == "wald":
        return mean(shares, errors, free, level)
    if method not in ("logit", "beta"):
        raise ValueError(f"no interval is called {method!r}")
    if method == "logit":
        low, high = _logit(shares, errors, free, level)
        end = _at_end(shares)  # the exact bounds cost much more: only where they are needed
        if bare:
            low[end], high[end] = np.round(shares[end]), np.round(shares[end])
        elif end.any():
            low[end], high[end] = _beta(shares[end], errors[end], counts[end], free[end], all_rows[end], level)
    else:
        low, high = _beta(shares, errors, counts, free, all_rows, level)
    exact = (errors <= NOISE) & ~_at_end(shares) & (free > 0)
    return np.where(exact, shares, low), np.where(exact, shares, high)


def mean(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95) -> Bounds:
    """The interval of a mean, a total or a ratio: estimate ± t·se."""
    values, errors, free = _together(estimate, se, df)
    reach = t_quantile(free, level) * errors
    return values - reach, values + reach


def t_quantile(df: ArrayLike, level: float = 0.95) -> Floats:
    """The upper point of Student's t that leaves `level` in the middle; NaN without degrees of freedom."""
    from scipy.special import ndtri, stdtrit

    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    (free,) = _together(df)
    point = (1 + level) / 2
    known, endless = free > 0, np.isposinf(free)
    # A few different numbers of degrees of freedom stand for many cells.
    different, place = np.unique(np.where(known & ~endless, free, 1.0), return_inverse=True)
    inner = stdtrit(different, point)[place].reshape(free.shape)
    return np.where(known, np.where(endless, ndtri(point), inner), np.nan)


def effective_n(p: ArrayLike, se: ArrayLike, n: ArrayLike) -> Floats:
    """p(1 − p) / se²: the simple random sample with the same error. n at p = 0 and 1; infinite for a share without error."""
    shares, errors, counts = _together(p, se, n)
    with np.errstate(all="ignore"):
        size = np.where(errors <= NOISE, np.inf, shares * (1 - shares) / errors**2)
    return np.where(_at_end(shares), counts, np.where(np.isnan(shares) | np.isnan(errors), np.nan, size))


def _logit(shares: Floats, errors: Floats, free: Floats, level: float) -> Bounds:
    from scipy.special import expit, logit

    with np.errstate(all="ignore"):
        reach = t_quantile(free, level) * errors / (shares * (1 - shares))
        middle = logit(shares)
        return np.asarray(expit(middle - reach)), np.asarray(expit(middle + reach))


def _beta(shares: Floats, errors: Floats, counts: Floats, free: Floats, rows: Floats, level: float) -> Bounds:
    from scipy.special import betaincinv

    alpha = 1 - level
    with np.errstate(all="ignore"):
        size = effective_n(shares, errors, counts)
        size = size * (t_quantile(rows - 1, level) / t_quantile(free, level)) ** 2
        size = np.where(np.isfinite(size) & (size > 0), size, np.nan)
        hits = np.where(_at_end(shares), np.round(shares), shares) * size
        misses = size - hits
        low = betaincinv(np.where(hits > 0, hits, 1.0), misses + 1, alpha / 2)
        high = betaincinv(hits + 1, np.where(misses > 0, misses, 1.0), 1 - alpha / 2)
    return _kept(low, hits, 0.0), _kept(high, misses, 1.0)


def _kept(bound: Floats, count: Floats, end: float) -> Floats:
    """The bound, or the end of the scale where nobody (or everybody) was counted."""
    return np.where(count > 0, bound, np.where(np.isnan(count), np.nan, end))


def _at_end(shares: Floats) -> NDArray[np.bool_]:
    return (np.abs(shares) <= NOISE) | (np.abs(shares - 1) <= NOISE)


def _together(*numbers: ArrayLike) -> tuple[Floats, ...]:
    arrays: Any = np.broadcast_arrays(*(np.asarray(number, dtype=np.float64) for number in numbers))
    return tuple(arrays)
