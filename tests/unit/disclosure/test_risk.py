"""Individual risk as published, safe for large frequencies; k-anonymity and l-diversity with missing values as wildcards."""

from __future__ import annotations

from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.disclosure.anonymity import MISSING, classes, diversity, frequencies, shared_by_all
from warehouse.disclosure.risk import global_risk, individual_risk

# reliability.md 3: sdcMicro's example.
KEYS = np.array([[2, 3, 2, 2, 3, 3, 1, 2], [3, 3, 3, 3, 3, 3, 4, 3], [1, 3, 1, 2, 1, 1, 1, 1]]).T
WEIGHTS = np.array([18, 45.5, 39, 17, 92, 8, 123.5, 51])
RISKS = [0.01355297, 0.08579129, 0.01355297, 0.17707583, 0.01877883, 0.01877883, 0.03931625, 0.01355297]


def test_the_published_example_to_eight_digits() -> None:
    f, population = frequencies(KEYS, WEIGHTS)
    assert f.tolist() == [3, 1, 3, 1, 2, 2, 1, 3]
    assert population.tolist() == [108, 45.5, 108, 17, 100, 100, 123.5, 108]
    assert np.round(individual_risk(f, population), 8).tolist() == RISKS


def test_the_global_risk_is_the_mean_and_the_sum() -> None:
    found = global_risk(individual_risk(*frequencies(KEYS, WEIGHTS)))
    assert found.mean == pytest.approx(np.mean(RISKS), abs=1e-8)
    assert found.expected == pytest.approx(np.sum(RISKS), abs=1e-7)
    assert found.highest == pytest.approx(0.17707583, abs=1e-8)
    assert global_risk(np.zeros(0)).mean == 0


def by_summing(f: int, population: float) -> float:
    """The mean of 1/F when F − f is negative binomial: added up term by term."""
    p = f / population
    total, h = 0.0, f
    while True:
        term = exp(lgamma(h) - lgamma(f) - lgamma(h - f + 1) + f * log(p) + (h - f) * log(1 - p)) / h
        total += term
        h += 1
        if h > 3 * population + 200 and term < 1e-16:
            return total


@pytest.mark.parametrize("f", [1, 2, 3, 7, 50, 400])
@pytest.mark.parametrize("times", [1.0001, 1.01, 1.5, 8.0, 60.0])
def test_the_risk_as_added_up_term_by_term(f: int, times: float) -> None:
    population = f * times
    assert individual_risk(np.array([f]), np.array([population]))[0] == pytest.approx(
        by_summing(f, population), rel=1e-9
    )


@pytest.mark.parametrize("f", [1, 2, 3, 100, 10_000])
def test_a_whole_population_that_was_asked_has_one_in_f(f: int) -> None:
    assert individual_risk(np.array([f]), np.array([float(f)]))[0] == 1 / f
    assert individual_risk(np.array([f]), np.array([f * (1 + 1e-7)]))[0] == pytest.approx(1 / f, rel=1e-6)
    assert individual_risk(np.array([f]), np.array([f / 3]))[0] == 1 / f  # weights under 1 say nothing more


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10_000), st.floats(1.0, 1e7))
def test_the_risk_lies_between_one_in_the_population_and_one_in_f(f: int, times: float) -> None:
    risk = individual_risk(np.array([f]), np.array([f * times]))[0]
    assert np.isfinite(risk)
    assert 1 / (f * times) * (1 - 1e-9) <= risk <= 1 / f * (1 + 1e-9)


def test_steps_and_series_meet_where_one_takes_over() -> None:
    for rate in (0.97, 0.979999, 0.980001, 0.99, 0.999999):
        assert individual_risk(np.array([2]), np.array([2 / rate]))[0] == pytest.approx(
            by_summing(2, 2 / rate), rel=1e-10
        )


def test_a_missing_value_agrees_with_every_value() -> None:
    keys = np.array([[1, 1], [1, 2], [1, MISSING], [2, 2]])
    f, population = frequencies(keys, np.array([10.0, 20, 30, 40]))
    assert f.tolist() == [2, 2, 3, 1]
    assert population.tolist() == [40, 50, 60, 40]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(MISSING, 2)] * 3), min_size=1, max_size=25))
def test_frequencies_as_compared_one_by_one(rows: list[tuple[int, ...]]) -> None:
    keys = np.array(rows)
    f, _ = frequencies(keys)
    for k, one in enumerate(rows):
        agree = [all(a == b or MISSING in (a, b) for a, b in zip(one, other, strict=True)) for other in rows]
        assert f[k] == sum(agree)


def test_without_keys_everybody_looks_like_everybody() -> None:
    assert frequencies(np.zeros((7, 0), dtype=np.int64))[0].tolist() == [7] * 7


def test_diversity_counts_different_known_answers() -> None:
    keys = np.array([[1], [1], [1], [2], [2], [3]])
    sensitive = np.array([0, 1, 1, 4, MISSING, MISSING])
    assert diversity(classes(keys), sensitive).tolist() == [2, 2, 2, 1, 1, np.inf]


def test_an_option_that_all_chose_is_known_of_each() -> None:
    keys = np.array([[1], [1], [2], [2], [2]])
    chosen = np.array([[True, True, True, False, False], [False, True, False, False, True]]).T
    answered = np.array([True, True, True, True, False])
    assert shared_by_all(classes(keys), chosen, answered).tolist() == [True, True, False, False, False]
