"""Means, totals, shares and ratios: the estimate, and the scores that its variance is made of.

What an estimate is belongs here; its variance is in `variance.py`, its interval in `intervals.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from warehouse.errors import UsageError
from warehouse.survey.indicators import Indicator
from warehouse.survey.sample import Sample
from warehouse.survey.table import Bools, Floats, Table, in_order, is_missing, is_number

MAX_CELLS = 20_000_000  # rows × levels of a category


@dataclass(frozen=True)
class Variables:
    """The numbers that an indicator is made of: one column per option, who answered, and the denominator of a ratio."""

    options: list[str | None]
    values: Floats
    answered: Bools
    denominator: Floats | None = None


@dataclass(frozen=True)
class Linear:
    """Estimates, one per option, with their scores: the variance of the estimate is that of the scores' weighted sum."""

    estimates: Floats
    scores: Floats


def variables(table: Table, indicator: Indicator) -> Variables:
    """The numbers of an indicator. Raises where a column is not there or holds no numbers."""
    if indicator.kind == "prop":
        return _categories(table, indicator)
    values = table.numbers(indicator.column, used_for=indicator.text)
    if not indicator.denominator:
        return Variables([None], _zeroed(values)[:, None], ~np.isnan(values))
    below = table.numbers(indicator.denominator, used_for=indicator.text)
    return Variables([None], _zeroed(values)[:, None], ~np.isnan(values) & ~np.isnan(below), _zeroed(below))


def _zeroed(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)


def _categories(table: Table, indicator: Indicator) -> Variables:
    """A column per level in order; one level where it is asked for (`sch_wide=Yes`); that of 1 in a column of 0 and 1."""
    column, asked = _split(table, indicator.column)
    labels = table.labels(column, used_for=indicator.text)
    answered = ~is_missing(labels)
    levels = sorted(set(labels[answered]), key=in_order)
    if asked is None and levels and all(is_number(level) and float(level) in (0, 1) for level in levels):
        hits = np.array([label is not None and float(label) == 1 for label in labels], dtype=np.float64)
        return Variables(["1"], hits[:, None], answered)
    if len(levels := [asked] if asked is not None else levels) * table.rows > MAX_CELLS:
        raise UsageError(
            f"{column} has {len(levels)} different values", where=table.name, expected="a category",
            todo="ask for one of them (prop:COLUMN=VALUE), or for mean:", code="too_many_levels",
        )  # fmt: skip
    if not levels:
        return Variables([None], np.zeros((table.rows, 1)), answered)
    return Variables(list(levels), np.stack([labels == level for level in levels], axis=1).astype(np.float64), answered)


def _split(table: Table, text: str) -> tuple[str, str | None]:
    column, equals, level = text.partition("=")
    return (text, None) if text in table.columns or not equals else (column.strip(), level.strip())


def linearise(sample: Sample, indicator: Indicator, found: Variables, kept: Bools) -> Linear:
    """The estimates of an indicator over the rows kept."""
    weights = np.where(kept, sample.weights, 0.0)
    with np.errstate(all="ignore"):
        return _KINDS[indicator.kind](weights, found)


def _totals(weights: Floats, found: Variables) -> Linear:
    return Linear(weights @ found.values, found.values)


def _means(weights: Floats, found: Variables) -> Linear:
    size = weights.sum()
    means = weights @ found.values / size
    return Linear(means, (found.values - means) / size)


def _ratios(weights: Floats, found: Variables) -> Linear:
    assert found.denominator is not None
    below = weights @ found.denominator
    ratios = weights @ found.values / below
    return Linear(ratios, (found.values - ratios * found.denominator[:, None]) / below)


_KINDS: dict[str, Callable[[Floats, Variables], Linear]] = {
    "mean": _means, "prop": _means, "total": _totals, "ratio": _ratios,
}  # fmt: skip


def design_effects(sample: Sample, linear: Linear, kept: Bools, variance: Floats) -> Floats:
    """The variance over that of a simple random sample of as many rows from as many people; NaN where that has none."""
    counted = kept & (sample.weights > 0)
    weights, n = sample.weights[counted], int(counted.sum())
    people = weights.sum()
    if n < 2 or people <= n * (1 + 1e-9):
        return np.full(len(variance), np.nan)
    scores = linear.scores[counted]
    spread = weights @ (scores - weights @ scores / people) ** 2 * n / (n - 1) / people
    simple = spread * people**2 * (people - n) / (people * n)
    with np.errstate(all="ignore"):
        return np.where(simple > 0, variance / simple, np.nan)
