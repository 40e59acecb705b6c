"""Estimates of a sample: `estimate(sample, indicator, by=[…])` gives an answer per domain and option.

This is the one interface of the room; it puts design, estimators, variance and intervals together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from warehouse.survey import intervals
from warehouse.survey.estimators import Variables, design_effects, linearise, variables
from warehouse.survey.indicators import Indicator
from warehouse.survey.quantiles import quantile
from warehouse.survey.sample import Sample
from warehouse.survey.table import Bools, in_order, is_missing
from warehouse.survey.variance import variances

WHOLE = "all"


@dataclass(frozen=True)
class Answer:
    """One estimate. None is what can't be said.

    `n` counts the rows that answered and have a weight, `units` the first-stage units they are in, `n_missing` the
    rows of the domain without an answer; `by` has the domain's labels by column.
    """

    indicator: str
    option: str | None
    domain: str
    by: dict[str, str]
    n: int
    n_missing: int
    units: int
    estimate: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int
    deff: float | None
    interval: str
    level: float

    def as_dict(self) -> dict[str, object]:
        """The answer for `--json`."""
        return asdict(self)


def estimate(
    sample: Sample,
    indicator: Indicator,
    by: Sequence[str] = (),
    interval: intervals.Method | None = None,
    level: float = 0.95,
) -> list[Answer]:
    """The answers to one indicator: for the whole, or for each domain that the columns `by` make.

    `interval` is that of shares: without a word it is the logit one with the exact bounds at 0 and 1, where a logit
    interval that was asked for by name has no width; means, totals and ratios have estimate ± t·se, quantiles Woodruff's.
    Domains keep all units of the sample; their degrees of freedom are of the units and strata in which they were met.
    """
    found = variables(sample.table, indicator)
    return [
        answer
        for labels, members in _domains(sample, by)
        for answer in _answers(sample, indicator, found, dict(zip(by, labels, strict=True)), members, interval, level)
    ]


def _domains(sample: Sample, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Bools]]:
    """The domains in order of their labels, with their rows; rows without a label are in none."""
    if not by:
        yield (), np.ones(sample.table.rows, dtype=bool)
        return
    columns = [sample.table.labels(column, used_for="--by") for column in by]
    known = ~np.any([is_missing(column) for column in columns], axis=0)
    rows = list(zip(*columns, strict=True))
    met = {row for row, is_known in zip(rows, known, strict=True) if is_known}
    for labels in sorted(met, key=lambda row: [in_order(label) for label in row]):
        yield labels, np.logical_and.reduce([column == label for column, label in zip(columns, labels, strict=True)])


def _answers(
    sample: Sample, indicator: Indicator, found: Variables, by: dict[str, str], members: Bools,
    interval: intervals.Method | None, level: float,
) -> list[Answer]:  # fmt: skip
    kept = members & found.answered
    df = sample.degrees_of_freedom(members)
    rows = int((members & (sample.weights > 0)).sum())
    figures, method = _figures(sample, indicator, found, kept, df, rows, interval, level)
    counted = kept & (sample.weights > 0)
    n, missing = int(counted.sum()), int((members & ~found.answered).sum())
    units = len(np.unique(sample.stages[0].units[counted]))
    domain = ",".join(by.values()) or WHOLE
    return [
        Answer(
            indicator.text, option, domain, by, n, missing, units, _said(value), _said(se), _said(low), _said(high), df,
            _said(effect), method, level,
        )
        for option, (value, se, low, high, effect) in zip(found.options, figures, strict=True)
    ]  # fmt: skip


Figures = list[tuple[float, float, float, float, float]]  # estimate, se, low, high, design effect; one per option


def _figures(
    sample: Sample,
    indicator: Indicator,
    found: Variables,
    kept: Bools,
    df: int,
    rows: int,
    interval: intervals.Method | None,
    level: float,
) -> tuple[Figures, str]:
    if not (kept & (sample.weights > 0)).any():  # nobody answered: no total of 0, but nothing to say
        return [(math.nan,) * 5 for _ in found.options], interval or "logit"
    if indicator.kind == "quantile":
        point = quantile(sample, found.values[:, 0], kept, indicator.point, df, level)
        return [(point.estimate, point.se, point.low, point.high, math.nan)], "woodruff"
    linear = linearise(sample, indicator, found, kept)
    with np.errstate(all="ignore"):
        variance = variances(sample, linear.scores, kept)
        errors = np.sqrt(variance)
    estimates, method = linear.estimates, "t"
    if indicator.kind == "prop":
        estimates, method = np.clip(estimates, 0, 1), interval or "logit"
        errors = np.where(errors <= intervals.NOISE, 0.0, errors)
        n = (kept & (sample.weights > 0)).sum()
        low, high = intervals.proportion(
            interval or "logit", estimates, errors, n, df, level, rows=rows, bare=interval == "logit"
        )
    else:
        low, high = intervals.mean(estimates, errors, df, level)
    effects = design_effects(sample, linear, kept, errors**2)
    return list(zip(*(column.tolist() for column in (estimates, errors, low, high, effects)), strict=True)), method


def _said(value: float) -> float | None:
    return value if math.isfinite(value) else None
