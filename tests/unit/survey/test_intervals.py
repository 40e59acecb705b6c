"""Intervals agree with R survey's svyciprop, and say something sensible where R gives noise or nothing."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.survey import intervals
from warehouse.survey.intervals import Method

# R 4.2.2, survey 4.1.1, no design needed: the formulas of svyciprop on p = 0.3, se = 0.05, n = 200, df = 25.
#   expit(qlogis(.3) + c(-1, 1) * qt(.975, 25) * .05 / .21)
#   ne <- .21 / .05^2 * (qt(.025, 199) / qt(.025, 25))^2
#   c(qbeta(.025, ne * .3, ne * .7 + 1), qbeta(.975, ne * .3 + 1, ne * .7)); .3 + c(-1, 1) * qt(.975, 25) * .05
KNOWN: dict[Method, tuple[float, float]] = {
    "logit": (0.207894445337, 0.411702556406),
    "beta": (0.200798102567, 0.415140763859),
    "wald": (0.197023072362, 0.402976927638),
}


@pytest.mark.parametrize("method", KNOWN)
def test_the_formulas_are_those_of_r(method: Method) -> None:
    low, high = intervals.proportion(method, 0.3, 0.05, 200, 25)
    assert (float(low), float(high)) == pytest.approx(KNOWN[method], abs=1e-11)


def test_nobody_and_everybody_have_the_exact_bound_of_n() -> None:
    """1 − 0.025^(1/n*), with n* = 50 · (t49 / t10)²: the rule of Clopper and Pearson on what the design is worth."""
    size = 50 * (intervals.t_quantile(49) / intervals.t_quantile(10)) ** 2
    bound = 1 - 0.025 ** (1 / size)
    for method in ("logit", "beta"):
        low, high = intervals.proportion(method, [0.0, 1.0], 0.0, 50, 10)
        assert low == pytest.approx([0, 1 - bound], abs=1e-12)
        assert high == pytest.approx([bound, 1], abs=1e-12)


def test_wald_has_no_width_at_the_ends_as_in_r() -> None:
    low, high = intervals.proportion("wald", [0.0, 1.0], 0.0, 50, 10)
    assert low.tolist() == high.tolist() == [0, 1]


@pytest.mark.parametrize("method", KNOWN)
def test_a_share_without_error_is_its_own_interval(method: Method) -> None:
    for error in (0.0, 1e-17):
        low, high = intervals.proportion(method, 0.71, error, 200, 197)
        assert (float(low), float(high)) == pytest.approx((0.71, 0.71), abs=1e-12)


@pytest.mark.parametrize("method", KNOWN)
@pytest.mark.parametrize("df", [0, -1, np.nan])
@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_without_degrees_of_freedom_nothing_is_said(method: Method, df: float, p: float) -> None:
    assert np.isnan(intervals.proportion(method, p, 0.1, 50, df)).all()
    assert np.isnan(intervals.mean(p, 0.1, df)).all()


@pytest.mark.parametrize("method", KNOWN)
def test_what_is_unknown_stays_unknown_and_spoils_nothing_else(method: Method) -> None:
    low, high = intervals.proportion(method, [np.nan, 0.3, 0.3], [0.1, np.nan, 0.05], 200, 25)
    assert np.isnan(low[:2]).all() and np.isnan(high[:2]).all()
    assert (low[2], high[2]) == pytest.approx(KNOWN[method], abs=1e-11)


def test_rounding_noise_is_nobody_not_somebody() -> None:
    exact = intervals.proportion("logit", [0.0, 1.0], 0.0, 50, 10)
    noisy = intervals.proportion("logit", [1e-17, 1 - 1e-16], 1e-18, 50, 10)
    assert np.allclose(exact, noisy, atol=1e-12)


def test_many_degrees_of_freedom_are_the_normal_law() -> None:
    assert float(intervals.t_quantile(np.inf)) == pytest.approx(1.959963985, abs=1e-9)
    assert float(intervals.t_quantile(10, 0.9)) == pytest.approx(1.812461123, abs=1e-9)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_lies_between_0_and_1(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        intervals.mean(1.0, 0.1, 10, level)


def test_the_effective_n_is_n_at_the_ends_and_endless_without_error() -> None:
    assert intervals.effective_n([0.0, 0.5, 0.5], [0.0, 0.05, 0.0], 80).tolist() == pytest.approx([80, 100, np.inf])
