"""Raking against R's survey package on handmade samples, and laws that hold for every sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.errors import MtmError
from warehouse.survey.raking import Totals, deviation, kish, rake, rake_trimmed, trim

# d <- data.frame(o = c("A","A","A","B","B","B","B","C","C","C"), s = c("m","m","f","m","f","f","m","m","f","m"))
# r <- rake(svydesign(~1, weights = w, data = d), list(~o, ~s),
#           list(data.frame(o = c("A","B","C"), Freq = c(50,20,30)), data.frame(s = c("m","f"), Freq = c(70,30))),
#           control = list(maxit = 1000, epsilon = 1e-14)); weights(r) / sum(weights(r)) * sum(w)
OBLAST, SEX = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 2]), np.array([0, 0, 1, 0, 1, 1, 0, 0, 1, 0])
MARGINS = [Totals(OBLAST, np.array([50.0, 20, 30])), Totals(SEX, np.array([70.0, 30]))]
ONES = np.ones(10)
R_RAKED = [1.82747895380468, 1.82747895380468, 1.34504209239065, 0.576033673912518, 0.423966326087482,
           0.423966326087482, 0.576033673912518, 1.09648737228281, 0.807025255434388, 1.09648737228281]  # fmt: skip
# w <- c(1, 2, 1.5, 1, 1, 3, 2, 1, 2, 0.5)
BASE = np.array([1, 2, 1.5, 1, 1, 3, 2, 1, 2, 0.5])
R_RAKED_FROM_BASE = [2, 4, 1.5, 0.6, 0.3, 0.9, 1.2, 1.8, 1.8, 0.9]
# weights(trimWeights(svydesign(~1, weights = x, data = d), upper = 1.3, lower = 0.6, strict = TRUE))
R_TRIMMED = [1.3, 1.3, 1.3, 0.611928282246455, 0.611928282246455, 0.611928282246455, 0.611928282246455, 1.3,
             1.05228687101418, 1.3]  # fmt: skip


def test_raking_agrees_with_r() -> None:
    done = rake(ONES, MARGINS, 1e-14)
    assert done.converged and done.factors == pytest.approx(R_RAKED, abs=1e-10)
    assert kish(10, done.factors.sum(), (done.factors**2).sum()) == pytest.approx(1.25674802398355, abs=1e-10)


def test_raking_from_delivered_weights_agrees_with_r() -> None:
    weights = BASE * rake(BASE, MARGINS, 1e-13).factors
    assert weights == pytest.approx(R_RAKED_FROM_BASE, abs=1e-10)
    assert kish(10, weights.sum(), (weights**2).sum()) == pytest.approx(1.43288888888889, abs=1e-10)


def test_trimming_agrees_with_r() -> None:
    assert trim(ONES, rake(ONES, MARGINS, 1e-14).factors, (0.6, 1.3)) == pytest.approx(R_TRIMMED, abs=1e-8)


def test_cells_that_share_a_weight_stand_for_their_respondents() -> None:
    cell = OBLAST * 2 + SEX
    base = np.bincount(cell).astype(float)
    margins = [Totals(np.arange(6) // 2, MARGINS[0].totals), Totals(np.arange(6) % 2, MARGINS[1].totals)]
    assert rake(base, margins, 1e-14).factors[cell] == pytest.approx(R_RAKED, abs=1e-10)
    assert trim(base, rake(base, margins, 1e-14).factors, (0.6, 1.3))[cell] == pytest.approx(R_TRIMMED, abs=1e-8)


def test_one_joint_margin_is_post_stratification() -> None:
    done = rake(np.array([3.0, 1.0]), [Totals(np.array([0, 1]), np.array([50.0, 50.0]))])
    assert done.factors == pytest.approx([2 / 3, 2.0]) and done.iterations == 1


def test_trimmed_and_raked_again_until_both_hold() -> None:
    done = rake_trimmed(np.array([30.0, 50.0, 20.0]), [Totals(np.array([0, 0, 1]), np.array([70.0, 30.0]))], (0.5, 2.0))
    assert done.converged and done.factors == pytest.approx([0.875, 0.875, 1.5])
    tight = rake_trimmed(ONES, MARGINS, (0.4, 1.9))
    assert tight.factors.min() >= 0.4 and tight.factors.max() <= 1.9 and tight.factors.mean() == pytest.approx(1)
    assert tight.deviation == deviation(ONES, tight.factors, MARGINS)


def test_bounds_that_the_margins_break_are_kept_and_the_distance_told() -> None:
    done = rake_trimmed(np.array([99.0, 1.0]), [Totals(np.array([0, 1]), np.array([50.0, 50.0]))], (0.3, 3.0))
    assert not done.converged and done.factors[1] == 3.0
    assert done.deviation == pytest.approx(0.47 / 0.5) and done.factors @ [99, 1] == pytest.approx(100)


@pytest.mark.parametrize("totals", [[50.0, 50.0, 10.0], [100.0, 0.0]])
def test_a_category_without_respondents_or_without_a_total_is_refused(totals: list[float]) -> None:
    with pytest.raises(MtmError) as error:
        rake(np.array([3.0, 1.0]), [Totals(np.array([0, 1]), np.array(totals))])
    assert error.value.code == "raking_gap"


def test_margins_that_exclude_each_other_do_not_converge() -> None:
    # All men live in A and all women in B, but the totals want 70 % in A and 70 % women.
    same = np.array([0, 1])
    done = rake(np.array([5.0, 5.0]), [Totals(same, np.array([70.0, 30])), Totals(same, np.array([30.0, 70]))])
    assert not done.converged and done.iterations == 500 and done.deviation > 0.5


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, list[Totals]]:
    """Full tables of 2 to 4 oblasts by 2 sexes, with totals of any size."""
    oblasts = draw(st.integers(2, 4))
    counts = draw(st.lists(st.integers(1, 400), min_size=2 * oblasts, max_size=2 * oblasts))
    stock = draw(st.lists(st.integers(1, 50_000), min_size=oblasts, max_size=oblasts))
    sexes = draw(st.lists(st.integers(100, 50_000), min_size=2, max_size=2))
    cells = np.arange(2 * oblasts)
    margins = [Totals(cells // 2, np.array(stock, float)), Totals(cells % 2, np.array(sexes, float))]
    return np.array(counts, float), margins


@settings(max_examples=40, deadline=None)
@given(samples(), st.floats(0.01, 1000), st.randoms(use_true_random=False))
def test_laws_of_raking(sample: tuple[np.ndarray, list[Totals]], scale: float, chance: object) -> None:
    base, margins = sample
    done = rake(base, margins, 1e-10, 20_000)
    assert done.converged and deviation(base, done.factors, margins) <= 1e-10
    assert done.factors @ base == pytest.approx(base.sum()) and (done.factors > 0).all()
    # Neither the size of the sample nor of the stock counts, only their parts.
    scaled = [Totals(m.category, m.totals * scale) for m in margins]
    assert rake(base * scale, scaled, 1e-10, 20_000).factors == pytest.approx(done.factors, rel=1e-6)
    # Neither does the order of cells or margins.
    order = np.array(sorted(range(len(base)), key=lambda _: chance.random()))  # type: ignore[attr-defined]
    shuffled = [Totals(m.category[order], m.totals) for m in reversed(margins)]
    assert rake(base[order], shuffled, 1e-10, 20_000).factors == pytest.approx(done.factors[order], rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(samples(), st.floats(0.0, 0.9), st.floats(1.1, 5.0))
def test_laws_of_trimming(sample: tuple[np.ndarray, list[Totals]], lower: float, upper: float) -> None:
    base, margins = sample
    done = rake_trimmed(base, margins, (lower, upper), 1e-8, 50)
    assert done.factors.min() >= lower and done.factors.max() <= upper
    assert done.factors @ base == pytest.approx(base.sum(), rel=1e-6)
    assert kish(base.sum(), done.factors @ base, done.factors**2 @ base) >= 1 - 1e-12
    assert done.converged == (done.deviation <= 1e-8)
