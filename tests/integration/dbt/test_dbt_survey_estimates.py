"""Golden numbers of the survey marts: shares, linearised errors, intervals, suppression."""

from __future__ import annotations

import math
from typing import Any

import pytest
from dbt_candidate import Candidate


def _row(candidate: Candidate, where: str) -> tuple[Any, ...]:
    rows = candidate.query(f"""
        select n, estimate, standard_error, ci_low, ci_high, design_effect, is_suppressed
        from marts.mart_survey_estimates where {where}""")
    assert len(rows) == 1
    return rows[0]


def test_a_share_with_its_clustered_error(first: Candidate) -> None:
    # p = 24/40; cluster totals of z are (2, 0, -2, 0)/40; variance 4/3 · 0.005; t with 3 degrees of freedom.
    n, estimate, error, low, high, effect, _ = _row(
        first, "indicator_code = 'intention' and option_code = 'stay' and domain_type = 'national'"
    )
    assert (n, estimate) == (40, 0.6)
    assert error == pytest.approx(math.sqrt(4 / 3 * 0.005), abs=1e-9)
    assert effect == pytest.approx((4 / 3 * 0.005) / (0.24 / 39), abs=1e-6)
    half = 3.182446305284 * error / 0.24
    bounds = [1 / (1 + math.exp(-(math.log(1.5) + side * half))) for side in (-1, 1)]
    assert [low, high] == pytest.approx(bounds, abs=1e-8)


def test_a_domain_keeps_all_clusters(first: Candidate) -> None:
    # O2 is one of four clusters: its own deviation is zero, the others hold nobody of it; still 4 units, 3 df.
    n, estimate, error, *_ = _row(
        first, "indicator_code = 'need' and option_code = 'work' and domain_type = 'oblast' and domain = 'O2'"
    )
    assert (n, estimate, error) == (10, None, None)
    (other,) = first.query("""
        select n, estimate, standard_error from intermediate.int_survey_estimate
        where indicator_code = 'need' and option_code = 'work' and domain_type = 'oblast' and domain = 'O1'""")
    assert other == (30, 0.5, 0)


def test_an_answer_is_not_told_by_the_same_answer_elsewhere(first: Candidate) -> None:
    """Few of O2 need work: their number would be all less those of O1, so both are withheld; the whole sample is shown."""
    rows = first.query("""
        select domain, is_suppressed, n from marts.mart_survey_estimates
        where indicator_code = 'need' and option_code = 'work' and domain_type in ('oblast', 'national') order by all""")
    assert rows == [("O1", True, 30), ("O2", True, 10), ("all", False, 40)]


def test_a_small_answer_takes_the_next_smallest_with_it(first: Candidate) -> None:
    rows = first.query("""
        select option_code, n, estimate, is_suppressed from marts.mart_survey_estimates
        where indicator_code = 'intention' and domain_type = 'national' order by all""")
    assert rows == [
        ("circulate", 40, None, True),
        ("other_country", 40, 0.0, False),
        ("stay", 40, 0.6, False),
        ("uncertain", 40, None, True),
    ]


def test_nobody_has_an_exact_upper_bound(first: Candidate) -> None:
    n, estimate, error, low, high, effect, _ = _row(
        first, "indicator_code = 'need' and option_code = 'health' and domain_type = 'national'"
    )
    assert (n, estimate, error, low, effect) == (40, 0, 0, 0, None)
    size = 40 * (2.0226909200367604 / 3.182446305284263) ** 2  # t with 39 and 3 degrees of freedom
    assert high == pytest.approx(1 - 0.025 ** (1 / size), abs=1e-9)


def test_a_mean_has_a_symmetric_interval(first: Candidate) -> None:
    # Cluster means 12, 13, 14, 15: mean 13.5, variance 4/3 · (1.5² + 0.5² + 0.5² + 1.5²) · (10/40)².
    n, estimate, error, low, high, *_ = _row(
        first, "indicator_code = 'months_abroad' and option_code = 'mean' and domain_type = 'national'"
    )
    assert (n, estimate) == (40, 13.5)
    assert error == pytest.approx(math.sqrt(4 / 3 * 5 / 16), abs=1e-9)
    assert (low + high) / 2 == pytest.approx(13.5, abs=1e-9)


def test_the_profile_answers_where_the_form_does_not_ask(first: Candidate) -> None:
    rows = first.query("""
        select domain_type, domain, option_code, n, estimate from marts.mart_survey_estimates
        where indicator_code = 'sex' and domain_type in ('national', 'sex') order by all""")
    assert rows == [("national", "all", "female", 40, 0.5), ("national", "all", "male", 40, 0.5)]


def test_a_median_is_the_smallest_number_that_half_of_them_reach(first: Candidate) -> None:
    # Half of the 40 say 12 or 13. The share up to 13 is 0.5 ± 3.18 · 0.289: that leaves 0 to 1, so there is no interval.
    n, estimate, error, low, high, *_ = _row(
        first, "indicator_code = 'months_abroad' and option_code = 'median' and domain_type = 'national'"
    )
    assert (n, estimate, error, low, high) == (40, 13, None, None, None)


def test_the_denominator_is_who_was_asked_and_answered(first: Candidate) -> None:
    # 24 of 40 want to stay and were asked how often; one of them gave no answer.
    rows = first.query("""
        select n_asked, n_missing, n, estimate, is_printable, reliability from marts.mart_survey_estimates
        where indicator_code = 'how_often' and domain_type = 'national'""")
    assert rows == [(24, 1, 23, 1.0, False, "unreliable")]
    said = first.query("""
        select distinct n_asked, n_missing, n from marts.mart_survey_estimates
        where indicator_code = 'need' and domain_type = 'national'""")
    assert said == [(40, 0, 40)]


def test_few_respondents_hide_their_number_and_what_comes_near_it(first: Candidate) -> None:
    # In the other oblast 6 of 10 were asked how often.
    rows = first.query("""
        select n, n_asked, n_missing, degrees_of_freedom, estimate, reliability, is_suppressed
        from marts.mart_survey_estimates where indicator_code = 'how_often' and domain = 'O2'""")
    assert rows == [(None, None, None, None, None, None, True)]


def test_the_first_round_has_nothing_to_be_compared_with(first: Candidate) -> None:
    rows = first.query("select distinct previous_round_key, comparability from marts.mart_survey_estimates")
    assert rows == [(None, None)]
