"""The statistics of the checks: one group against the others, families of tests, agreement within groups.

Only arithmetic on plain arrays belongs here; which answers are compared, and what is then said, belongs to each check.

Methods. Groups are compared by the permutation distribution of their sum: nothing is assumed but that, without an
enumerator's doing, interviews of a stratum could have been anybody's. Its first three moments are exact (sampling without
replacement) and a Pearson type III curve is laid through them (Mielke and Berry, Permutation Methods, 2007), so rare
events and small groups get honest tails. Families are held by Benjamini and Hochberg (1995). The share of variance
between groups is the one-way ANOVA estimator of the intra-class correlation (Donner 1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Against:
    """One group against all others: its units, both means, the difference within strata, and the two-sided p."""

    group: str
    n: int
    mean: float
    others: float
    difference: float
    p: float


def adjusted(p_values: Sequence[float] | Numbers) -> Numbers:
    """Adjusted p-values of a family (Benjamini and Hochberg 1995), in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return found


def against_others(
    values: Any, groups: Sequence[str], strata: Sequence[str] | None = None, least: int = 2
) -> list[Against]:
    """Each group of at least `least` units against the rest of its strata; strata that have one group only are left out."""
    x = np.asarray(values, dtype=float)
    g = np.asarray(groups, dtype=object)
    s = np.asarray(strata if strata is not None else [""] * len(x), dtype=object)
    known = ~np.isnan(x)
    x, g, s = x[known], g[known], s[known]
    inside = {name: np.flatnonzero(s == name) for name in sorted(set(s.tolist()))}
    inside = {name: at for name, at in inside.items() if len(set(g[at].tolist())) > 1}
    names = sorted({name for at in inside.values() for name in g[at].tolist()})
    made = [_one(name, x, g, list(inside.values())) for name in names]
    return [found for found in made if found.n >= least]


def _one(name: str, x: Numbers, g: NDArray[Any], strata: list[NDArray[np.intp]]) -> Against:
    n, total, rest, rest_n, gap = 0, 0.0, 0.0, 0, 0.0
    expected = variance = third = 0.0
    for at in strata:
        own = g[at] == name
        k, size = int(own.sum()), len(at)
        if k in (0, size):
            continue
        inside, outside = x[at][own], x[at][~own]
        off = x[at] - x[at].mean()
        expected += k * float(x[at].mean())
        variance += k * (size - k) / (size - 1) * float((off**2).mean())
        if size > 2:
            third += k * (size - k) * (size - 2 * k) / ((size - 1) * (size - 2)) * float((off**3).mean())
        n, total = n + k, total + float(inside.sum())
        rest, rest_n = rest + float(outside.sum()), rest_n + size - k
        gap += k * float(inside.mean() - outside.mean())
    if n == 0:
        return Against(name, 0, float("nan"), float("nan"), 0.0, 1.0)
    return Against(name, n, total / n, rest / rest_n, gap / n, _two_sided(total - expected, variance, third))


def _two_sided(off: float, variance: float, third: float) -> float:
    from scipy.stats import pearson3

    if variance <= 1e-12:
        return 1.0
    z, skew = off / variance**0.5, third / variance**1.5
    tail = pearson3.sf(z, skew) if z > 0 else pearson3.cdf(z, skew)
    return float(min(1.0, 2 * tail))


def ranks(values: Any) -> Numbers:
    """Middle ranks from 0 to 1: 0.5 is the middle of all; equal values share a rank."""
    from scipy.stats import rankdata

    x = np.asarray(values, dtype=float)
    return np.asarray((rankdata(x, nan_policy="omit") - 0.5) / max((~np.isnan(x)).sum(), 1), dtype=float)


def icc(values: Any, groups: Sequence[str]) -> float:
    """The intra-class correlation: the share of variance that lies between groups, 0 to 1; NaN where it can't be told."""
    parts = _parts(values, groups)
    if parts is None:
        return float("nan")
    between, within, size = parts
    whole = between + (size - 1) * within
    return max(0.0, (between - within) / whole) if whole > 0 else float("nan")


def between_groups_p(values: Any, groups: Sequence[str]) -> float:
    """The p of a one-way analysis of variance: do the groups differ more than their units do?"""
    from scipy.stats import f

    parts = _parts(values, groups)
    if parts is None or parts[1] <= 0:
        return 1.0
    k, n = len(set(groups)), len(list(groups))
    return float(f.sf(parts[0] / parts[1], k - 1, n - k))


def _parts(values: Any, groups: Sequence[str]) -> tuple[float, float, float] | None:
    """Mean squares between and within groups, and the typical size of a group."""
    x, names = np.asarray(values, dtype=float), sorted(set(groups))
    _, at = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    n, k = len(x), len(names)
    if k < 2 or n <= k:
        return None
    sizes, sums = np.bincount(at), np.bincount(at, x)
    means = sums / sizes
    between = float((sizes * (means - x.mean()) ** 2).sum() / (k - 1))
    within = float(((x - means[at]) ** 2).sum() / (n - k))
    return between, within, float((n - (sizes**2).sum() / n) / (k - 1))


def above(hits: int, n: int, bound: float) -> float:
    """The one-sided exact p that a share is above a bound: the chance of so many hits where the bound is the truth."""
    from scipy.stats import binom

    return float(binom.sf(hits - 1, n, bound)) if n else 1.0


def fisher(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """The two-sided exact p that two shares differ (Fisher)."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([[hits, n - hits], [other_hits, other_n - other_hits]])[1]) if n and other_n else 1.0
