"""Every indicator × option × domain of a survey round at once: shares, means and medians with their errors.

One interface, `estimate_all`, over integer codes; reading a round's tables and naming its codes is in `batch_round.py`.
A domain is not a subset: all sampling units stay in the design, also where nobody of the domain was met.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from warehouse.survey import intervals
from warehouse.survey.batch_answers import NUMBER, Answers, Options, answered, chosen, counts
from warehouse.survey.batch_design import Design, Domains, Floats, Ints, Sample, Sparse
from warehouse.survey.batch_median import medians
from warehouse.survey.batch_moments import Ratio, ratio

__all__ = ["Answers", "Cells", "Design", "Domains", "Options", "Sample", "estimate_all"]

SHARE, MEAN, MEDIAN = 0, 1, 2
WORTH_PARTING = 50_000  # answers


@dataclass(frozen=True)
class Cells:
    """One entry per option × statistic × domain in which anybody answered; a figure that can't be said is NaN.

    `statistic`: SHARE, MEAN or MEDIAN. `low`, `high`: the logit interval of shares, symmetric for means, Woodruff's for
    medians; `low_beta`, `high_beta`: Korn and Graubard's, of shares only. `n_option` is n for numbers.
    """

    option: Ints
    statistic: Ints
    domain: Ints
    n: Ints
    n_option: Ints
    estimate: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    low_beta: Floats
    high_beta: Floats
    design_effect: Floats
    effective_n: Floats
    degrees_of_freedom: Ints


def estimate_all(design: Design, options: Options, answers: Answers, level: float = 0.95) -> Cells:
    """Estimates of all options in all domains; options that nobody chose are there with a share of 0.

    Two halves of the options are worked on at once: neither needs the other.
    """
    halves = _halves(options, answers)
    design.prepare()
    with ThreadPoolExecutor(len(halves)) as pool:
        parts = list(pool.map(lambda half: _estimate(design, half[1], half[2], level), halves))
    shifted = [replace(part, option=part.option + first) for (first, _, _), part in zip(halves, parts, strict=True)]
    return Cells(*(np.concatenate([getattr(p, f.name) for p in shifted]) for f in fields(Cells)))


def _halves(options: Options, answers: Answers) -> list[tuple[int, Options, Answers]]:
    """First option, options and answers of each half; one where there is little to do, or nothing to part."""
    size, together = len(options.kind), options.asked_with
    ends = np.flatnonzero(np.diff(together)) + 1
    middle = int(ends[np.argmin(np.abs(ends - size / 2))]) if len(ends) else 0
    scattered = len(ends) != together.max(initial=0)  # options don't stand beside those that they are asked with
    if len(answers.unit) < WORTH_PARTING or not middle or scattered:
        return [(0, options, answers)]
    left = answers.option < middle
    parts = []
    for first, last, inside in ((0, middle, left), (middle, size, ~left)):
        mine = Options(options.indicator[first:last], options.kind[first:last])
        parts.append(
            (first, mine, Answers(answers.unit[inside], answers.option[inside] - first, answers.value[inside]))
        )
    return parts


def _estimate(design: Design, options: Options, answers: Answers, level: float) -> Cells:
    units = len(design.sample.weight)
    middle = _middle(options, answers)
    above, (below, base) = chosen(options, answers, units, middle), answered(options, answers, units)
    numbers = np.flatnonzero(options.kind == NUMBER)
    values = above[numbers]
    above.eliminate_zeros()
    weighted = below @ design.weights_by_pair
    found = ratio(design, above @ design.weights_by_pair, weighted, base)
    n = counts(design, below, found.below[_first(base)])[base]
    is_number = options.kind == NUMBER
    n_option = np.where(is_number[:, None], n, counts(design, above, found.above))
    parts = [_ratios(design, options, found, _spread(design, found, above, is_number), n, n_option, middle, level)]
    if len(numbers):
        parts.append(_medians(design, numbers, values, weighted, base[numbers], n[numbers], middle[numbers], level))
    return Cells(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _ratios(
    design: Design,
    options: Options,
    found: Ratio,
    spread: Floats,
    n: Ints,
    n_option: Ints,
    middle: Floats,
    level: float,
) -> tuple[Any, ...]:
    """The columns of Cells for shares and means."""
    row, domain = np.nonzero(n > 0)
    number = (options.kind == NUMBER)[row]
    size, hits, df = n[row, domain], n_option[row, domain], design.degrees_of_freedom[domain]
    estimate, variance = found.estimate[row, domain], found.variance[row, domain]
    nobody, everybody = ~number & (hits == 0), ~number & (hits == size)
    estimate = np.where(nobody, 0.0, np.where(everybody, 1.0, estimate))  # said by counting, without rounding
    error = np.sqrt(np.where(nobody | everybody, 0 * variance, variance))
    bounds = np.full((4, len(row)), np.nan)
    share = ~number
    given = estimate[share], error[share], size[share], df[share]
    rows = design.sizes[domain[share]]
    bounds[:2, share] = intervals.proportion("logit", *given, level, rows=rows)
    bounds[2:, share] = intervals.proportion("beta", *given, level, rows=rows)
    bounds[:2, number] = intervals.mean(estimate[number], error[number], df[number], level)
    bounds[:2, number] += middle[row[number]]
    effect, effective = _effects(error**2, spread[row, domain], size)
    statistic = np.where(number, MEAN, SHARE)
    return (row, statistic, domain, size, hits, estimate + np.where(number, middle[row], 0.0), error, *bounds,
            effect, effective, df)  # fmt: skip


def _medians(
    design: Design, rows: Ints, values: Sparse, weighted: Sparse, base: Ints, n: Ints, middle: Floats, level: float
) -> tuple[Any, ...]:
    """The columns of Cells for medians, which have neither a design effect nor a second interval."""
    t = intervals.t_quantile(design.degrees_of_freedom, level)
    found = medians(design, values, weighted, base, t)
    row, domain = np.nonzero(n > 0)
    size, nothing = n[row, domain], np.full(len(row), np.nan)
    estimate, low, high = (f[row, domain] + middle[row] for f in (found.estimate, found.low, found.high))
    figures = (estimate, found.standard_error[row, domain], low, high)
    return (rows[row], np.full(len(row), MEDIAN), domain, size, size, *figures, nothing, nothing, nothing,
            nothing, design.degrees_of_freedom[domain])  # fmt: skip


def _effects(variance: Floats, spread: Floats, n: Ints) -> tuple[Floats, Floats]:
    """Variance against a simple random sample of the same n, drawn with replacement; and the n of such a sample."""
    with np.errstate(invalid="ignore", divide="ignore"):
        effect = np.where(spread > 0, variance * (n - 1) / spread, np.nan)
        effective = np.where(effect > 0, n / effect, np.nan)
    return effect, np.where(spread > 0, effective, n.astype(float))


def _spread(design: Design, found: Ratio, above: Sparse, is_number: Ints) -> Floats:
    """Rows × domains: the weighted variance of the answers themselves; 0 where everybody says the same."""
    spread = found.estimate * (1 - found.estimate)
    if is_number.any():
        rows = np.flatnonzero(is_number)
        squares = (above[rows].power(2) @ design.weights_by_domain).toarray()
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_square = squares / found.below[rows]
        spread[rows] = mean_square - found.estimate[rows] ** 2
        spread[rows] = np.where(spread[rows] <= 1e-12 * mean_square, 0.0, spread[rows])
    return spread


def _middle(options: Options, answers: Answers) -> Floats:
    """A whole number near the mean of each numeric option: sums are taken from there, so that large numbers lose no digits."""
    count = len(options.kind)
    number = (options.kind == NUMBER)[answers.option]
    option, value = answers.option[number], answers.value[number]
    return np.rint(np.bincount(option, value, count) / np.maximum(np.bincount(option, minlength=count), 1))


def _first(base: Ints) -> Ints:
    """For each base one row that has it."""
    return np.unique(base, return_index=True)[1]
