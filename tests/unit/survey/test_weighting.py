"""What is raked to what: missing stocks, gaps, small categories, respondents whose place or sex is not told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from warehouse.survey.stated import Margin as StatedMargin
from warehouse.survey.stated import Raking, StatedSurvey, stock_round, takes_stock_of
from warehouse.survey.weighting import Cell, Margin, Rules, Weighing, weigh

RULES = Rules(minimum_cell=10, gaps="refuse", bounds=(0.3, 3.0), tolerance=1e-9, max_iterations=500)
TOGETHER = Rules(minimum_cell=10, gaps="collapse", bounds=(0.3, 3.0), tolerance=1e-9, max_iterations=500)
CELLS = [Cell("A", "male", 30, 30), Cell("A", "female", 10, 10), Cell("B", "male", 30, 30), Cell("B", "female", 30, 30)]
SEX = Margin(("sex",), {("male",): 700, ("female",): 300}, told=1.0)


def oblasts(told: float = 1.0, **stock: float | None) -> Margin:
    return Margin(("oblast",), {(code,): value for code, value in stock.items()}, told)


def sums(cells: list[Cell], done: Weighing, part: str) -> dict[str | None, float]:
    assert done.raked is not None
    found: dict[str | None, float] = {}
    for cell, factor in zip(cells, done.raked, strict=True):
        value = getattr(cell, part)
        found[value] = found.get(value, 0) + factor * cell.base
    return found


def test_both_margins_are_met() -> None:
    done = weigh(CELLS, [oblasts(A=500, B=500), SEX], RULES)
    assert (done.status, done.used, done.left_out, done.collapsed) == ("raked", ["oblast", "sex"], [], [])
    assert sums(CELLS, done, "oblast") == pytest.approx({"A": 50, "B": 50})
    assert sums(CELLS, done, "sex") == pytest.approx({"male": 70, "female": 30})


def test_respondents_whose_sex_is_not_told_keep_their_weight() -> None:
    cells = [*CELLS, Cell("A", None, 5, 5), Cell(None, None, 1, 1)]
    done = weigh(cells, [oblasts(A=500, B=500), SEX], RULES)
    assert done.raked and done.raked[4:] == [1.0, 1.0] and done.placed == [True] * 4 + [False] * 2
    assert sum(f * c.base for f, c in zip(done.raked, cells, strict=True)) == pytest.approx(106)


@pytest.mark.parametrize(
    ("margins", "status"),
    [
        ([], "no_stock"),
        ([Margin(("oblast",), {}, None)], "no_stock"),
        ([oblasts(told=0.5, A=1, B=1)], "no_margin"),
        ([oblasts(A=500, B=None)], "stock_unknown"),  # missing is not zero
        ([oblasts(A=500)], "stock_unknown"),
        ([oblasts(A=500, B=500, C=9)], "gap"),
        ([oblasts(A=500, B=0)], "gap"),
    ],
)
def test_what_can_t_be_raked_is_refused_with_its_reason(margins: list[Margin], status: str) -> None:
    done = weigh(CELLS, margins, RULES)
    assert (done.status, done.raked, done.trimmed) == (status, None, None)


def test_margins_that_exclude_each_other_are_refused() -> None:
    cells = [Cell("A", "male", 50, 50), Cell("B", "female", 50, 50)]
    assert weigh(cells, [oblasts(A=900, B=100), SEX], RULES).status == "not_converged"


def test_a_margin_of_which_too_little_is_told_is_left_out_and_named() -> None:
    done = weigh(CELLS, [oblasts(A=500, B=500), Margin(("sex",), SEX.stock, told=0.79)], RULES)
    assert (done.status, done.used, done.left_out) == ("raked", ["oblast"], ["sex"])


def test_small_categories_go_together_with_the_next_smallest() -> None:
    cells = [*CELLS, Cell("C", "male", 4, 4), Cell("D", "male", 5, 5)]
    done = weigh(cells, [oblasts(A=300, B=300, C=300, D=100)], RULES)
    assert done.collapsed == ["oblast: A + C + D"]  # C and D are 9 respondents: A, the next smallest, joins them
    assert sums(cells, done, "oblast") == pytest.approx(
        {"A": 76.3 * 40 / 49, "B": 32.7, "C": 76.3 * 4 / 49, "D": 76.3 * 5 / 49}
    )


def test_gaps_go_together_where_the_rules_say_so() -> None:
    done = weigh(CELLS, [oblasts(A=400, B=500, C=100)], TOGETHER)
    assert (done.status, done.collapsed) == ("raked", ["oblast: A + C"])
    assert sums(CELLS, done, "oblast") == pytest.approx({"A": 50, "B": 50})
    one = weigh(CELLS, [oblasts(A=400, B=0)], TOGETHER)
    assert (one.status, one.left_out) == ("no_margin", ["oblast"])


def test_a_joint_margin_and_any_order_of_cells() -> None:
    stock = {("A", "male"): 400.0, ("A", "female"): 100.0, ("B", "male"): 300.0, ("B", "female"): 200.0}
    done = weigh(CELLS, [Margin(("oblast", "sex"), stock, 1.0)], RULES)
    assert done.raked == pytest.approx([4 / 3, 1.0, 1.0, 2 / 3]) and done.used == ["oblast × sex"]
    again = weigh(CELLS[::-1], [Margin(("oblast", "sex"), stock, 1.0)], RULES)
    assert again.raked is not None and again.raked[::-1] == pytest.approx(done.raked)


def test_weights_beyond_the_bounds_are_trimmed_and_the_distance_told() -> None:
    cells = [Cell("A", "male", 90, 90), Cell("B", "male", 10, 10)]
    done = weigh(cells, [oblasts(A=500, B=500)], RULES)
    assert done.raked == pytest.approx([5 / 9, 5.0]) and done.trimmed == pytest.approx([70 / 90, 3.0])
    assert done.second and not done.second.converged and done.second.deviation == pytest.approx(0.4)


RAKING = Raking(margins=[StatedMargin(by=["oblast"], category="returned")], stock_rounds={5: 2})


@pytest.mark.parametrize(
    ("survey", "held", "stock"),
    [
        ("kgz-rms-r03", ["kgz-bma-r01", "kgz-bma-r03", "kgz-bma-r04"], "kgz-bma-r03"),
        ("kgz-rms-r03", ["kgz-bma-r01", "kgz-bma-r02", "kgz-bma-r04"], "kgz-bma-r02"),
        ("kgz-rms-r03", ["kgz-bma-r04", "xyz-bma-r03", "kgz-rms-r02"], None),
        ("kgz-rms-r05", ["kgz-bma-r02", "kgz-bma-r05"], "kgz-bma-r02"),  # stated
        ("kgz-rms-r05", ["kgz-bma-r01", "kgz-bma-r05"], None),  # stated, and not there: no other round stands in
        ("kgz-rms-r103", ["kgz-bma-r99", "kgz-bma-r100"], "kgz-bma-r100"),
    ],
)
def test_whose_stock_a_survey_round_takes(survey: str, held: list[str], stock: str | None) -> None:
    assert stock_round(RAKING, RAKING.margins[0], survey, held) == stock
    used = StatedSurvey(component="rms", weights="raked", raking=RAKING)
    shown = StatedSurvey(component="rms", weights="none", raking=RAKING)
    for key in held:
        assert takes_stock_of(used, survey, key, held) == (key == stock)
        assert not takes_stock_of(shown, survey, key, held) and not takes_stock_of(None, survey, key, held)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": "raked"},
        {"raking": {"margins": []}},
        {"raking": {"margins": [{"by": ["oblast", "oblast"], "category": "returned"}]}},
        {"raking": {"margins": [{"by": ["age"], "category": "returned"}]}},
        {"raking": {"margins": [{"by": ["sex"], "category": "returned"}], "bounds": [1.2, 3]}},
        {"fpc": "known"},
    ],
)
def test_a_design_that_can_t_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StatedSurvey.model_validate({"component": "rms", **wrong})
