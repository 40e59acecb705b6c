"""Change between rounds against numbers of R, laws of differences, and the coverage of its interval by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.survey.change import Side, change, satterthwaite
from warehouse.survey.intervals import t_quantile

NOT_NEEDED = [None]

# p1 <- 0.4705882353; s1 <- 0.0115; d1 <- 169; p2 <- 0.2352941176; s2 <- 0.0104; d2 <- 172; d <- p2 - p1
# se <- sqrt(s1^2+s2^2); df <- (s1^2+s2^2)^2/(s1^4/d1+s2^4/d2); c(d, se, df, d+c(-1,1)*qt(.975,df)*se, d/se, 2*pt(-abs(d/se),df))
BEFORE = Side.of([0.4705882353], [0.0115], [169], NOT_NEEDED, NOT_NEEDED)
AFTER = Side.of([0.2352941176], [0.0104], [172], NOT_NEEDED, NOT_NEEDED)


def test_difference_interval_and_test_agree_with_r() -> None:
    c = change(BEFORE, AFTER, "share")
    assert c.error[0] == pytest.approx(0.0155051604312887, abs=1e-12)
    assert c.df[0] == pytest.approx(336.995735567477, abs=1e-8)
    assert (c.low[0], c.high[0]) == pytest.approx((-0.265793208217642, -0.204795027182358), abs=1e-10)
    assert c.statistic[0] == pytest.approx(-15.1752133583338, abs=1e-9)
    assert c.p_value[0] == pytest.approx(5.26829656110822e-40, rel=1e-8)


def test_the_ratio_has_its_interval_on_the_logarithm() -> None:
    # a <- (s1/p1)^2; b <- (s2/p2)^2; f <- (a+b)^2/(a^2/d1+b^2/d2); p2/p1*exp(c(-1,1)*qt(.975,f)*sqrt(a+b))
    c = change(BEFORE, AFTER, "share")
    found = (c.ratio[0], c.ratio_low[0], c.ratio_high[0])
    assert found == pytest.approx((0.49999999989375, 0.452672623227013, 0.552275501247568), abs=1e-10)


def test_a_share_of_nobody_has_an_interval_of_intervals_and_no_p_value() -> None:
    # Korn and Graubard's bounds of 0 of 40 and of 0.1 with an error of 0.05, 39 degrees of freedom each, by qbeta;
    # d - sqrt((p2 - l2)^2 + (u1 - p1)^2), d + sqrt((u2 - p2)^2 + (p1 - l1)^2)
    nobody = Side.of([0], [0], [39], [0], [0.0880973028788024])
    c = change(nobody, Side.of([0.1], [0.05], [39], [0.0254062198975716], [0.246454076901431]), "share")
    assert (c.low[0], c.high[0]) == pytest.approx((-0.0154355526018258, 0.246454076901431), abs=1e-12)
    assert c.by_intervals[0] and np.isnan([c.p_value[0], c.error[0], c.ratio[0], c.ratio_low[0]]).all()
    same = change(nobody, nobody, "share")
    assert same.low[0] < 0 < same.high[0]
    all_of_them = change(Side.of([0.5], [0.05], [39], [0.4], [0.6]), Side.of([1], [0], [39], [0.91], [1]), "share")
    assert all_of_them.low[0] > 0 and np.isnan(all_of_them.ratio_low[0]) and all_of_them.ratio[0] == 2


def test_a_median_that_jumps_to_the_next_answer_is_no_clear_change() -> None:
    c = change(Side.of([12], [0.25], [172], [12], [13]), Side.of([11], [0.25], [162], [11], [12]), "median")
    assert (c.difference[0], c.low[0], c.high[0]) == (-1, -2, 0) and np.isnan([c.error[0], c.p_value[0]]).all()
    mean = change(Side.of([1.0], [0.25], [172], [None], [None]), Side.of([2.0], [0.25], [162], [None], [None]), "mean")
    assert not mean.by_intervals[0] and mean.error[0] == pytest.approx(np.hypot(0.25, 0.25))


def test_no_error_at_all_is_no_certainty() -> None:
    c = change(Side.of([0.5], [0], [3], [0.5], [0.5]), Side.of([0.6], [0], [3], [0.6], [0.6]), "share")
    assert (
        c.difference[0] == pytest.approx(0.1) and np.isnan([c.error[0], c.low[0], c.p_value[0], c.ratio_low[0]]).all()
    )


@pytest.mark.parametrize(("error", "df"), [(None, 5), (0.1, None), (0.1, 0), (0.1, -1)])
def test_what_is_not_known_stays_unknown(error: float | None, df: float | None) -> None:
    c = change(Side.of([0.5], [error], [df], [0.3], [0.7]), Side.of([0.6], [0.1], [9], [0.4], [0.8]), "share")
    assert np.isnan([c.low[0], c.high[0], c.p_value[0]]).all() and c.difference[0] == pytest.approx(0.1)


shares = st.floats(0.001, 0.999)
errors = st.floats(0.001, 0.2)
frees = st.integers(1, 500)


def side(estimate: float, error: float, df: float) -> Side:
    return Side.of([estimate], [error], [df], NOT_NEEDED, NOT_NEEDED)


@settings(max_examples=60, deadline=None)
@given(shares, errors, frees, shares, errors, frees)
def test_laws_of_a_change(p1: float, s1: float, d1: int, p2: float, s2: float, d2: int) -> None:
    before, after = side(p1, s1, d1), side(p2, s2, d2)
    there, back = change(before, after, "share"), change(after, before, "share")
    # Turned round, a change is the same change.
    assert there.difference[0] == -back.difference[0] and there.low[0] == pytest.approx(-back.high[0])
    assert there.p_value[0] == pytest.approx(back.p_value[0]) and there.ratio_low[0] == pytest.approx(
        1 / back.ratio_high[0]
    )
    # Test and interval say the same; the two samples know at least as much as the weaker and at most as both.
    assert (there.p_value[0] < 0.05) == (not there.low[0] <= 0 <= there.high[0])
    assert min(d1, d2) * (1 - 1e-9) <= there.df[0] <= (d1 + d2) * (1 + 1e-9)
    # The unit does not count: means in months or in days.
    days = change(side(30 * p1, 30 * s1, d1), side(30 * p2, 30 * s2, d2), "mean")
    assert days.p_value[0] == pytest.approx(there.p_value[0]) and days.ratio_high[0] == pytest.approx(
        there.ratio_high[0]
    )


def clustered(
    chance: np.random.Generator, samples: int, clusters: int, size: int, share: float, scatter: float
) -> Side:
    """Samples of clusters whose own shares differ, with their linearised errors."""
    own = chance.beta(share * scatter, (1 - share) * scatter, (samples, clusters))
    means = chance.binomial(size, own) / size
    error = means.std(axis=1, ddof=1) / np.sqrt(clusters)
    unknown = np.full(samples, np.nan)
    return Side.of(means.mean(axis=1), error, np.full(samples, clusters - 1), unknown, unknown)


@pytest.mark.parametrize(("few", "many"), [(8, 60), (30, 30), (12, 170)])
def test_the_interval_covers_the_true_change(few: int, many: int) -> None:
    chance = np.random.default_rng(20241015)
    before = clustered(chance, 4000, few, 10, 0.47, 6)
    after = clustered(chance, 4000, many, 10, 0.235, 6)
    c = change(before, after, "mean")
    covered = np.mean((c.low <= 0.235 - 0.47) & (c.high >= 0.235 - 0.47))
    assert 0.935 <= covered <= 0.965
    ratio = np.mean((c.ratio_low <= 0.5) & (c.ratio_high >= 0.5))
    assert 0.93 <= ratio <= 0.97


def test_the_sum_of_degrees_of_freedom_would_be_too_sure() -> None:
    chance = np.random.default_rng(7)
    before, after = clustered(chance, 4000, 4, 10, 0.4, 4), clustered(chance, 4000, 170, 10, 0.4, 4)
    c = change(before, after, "mean")
    covered = np.mean((c.low <= 0) & (c.high >= 0))
    by_sum = np.mean(np.abs(c.difference) <= t_quantile(3 + 169) * c.error)
    assert by_sum < 0.88 < 0.92 < covered  # four clusters only: no interval on them is perfect
    assert np.median(satterthwaite(before.error**2, before.df, after.error**2, after.df)) < 5
