"""Laws of the batch estimator, and its agreement with the definition cell by cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.survey.rounds_at_random import CHOICES, NUMBER, TICK, Round, at_random, by_cell, plain
from warehouse.errors import MtmError
from warehouse.survey import batch
from warehouse.survey import design as general_design
from warehouse.survey import sample as general
from warehouse.survey.batch import MEAN, MEDIAN, SHARE
from warehouse.survey.estimate import Answer, estimate
from warehouse.survey.indicators import parse_indicator
from warehouse.survey.intervals import Method
from warehouse.survey.table import Table

ROUNDS = st.builds(
    at_random, st.integers(0, 10_000), size=st.integers(30, 150), strata=st.integers(2, 4), lonely=st.booleans(), fpc=st.booleans()
)  # fmt: skip
FEW = settings(max_examples=25, deadline=None)


def _same(one: dict[str, float], other: dict[str, float], but: tuple[str, ...] = ()) -> None:
    for name in one:
        if name not in but:
            assert one[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9, nan_ok=True), name


@FEW
@given(made=ROUNDS, rule=st.sampled_from(["adjust", "remove"]))
def test_every_cell_is_what_the_definition_says(made: Round, rule: str) -> None:
    made = replace(made, lonely_psu=rule)
    columns = {o: np.where(np.isnan(made.choice), np.nan, made.choice == o) for o in range(CHOICES)}
    columns |= {TICK: made.tick, NUMBER: made.number}
    found = made.estimates()
    for (option, statistic, domain), cell in found.items():
        inside = (made.domain == domain - 1) if 0 < domain < 9 else np.ones(len(made.weight), bool)
        counted = inside & ~np.isnan(columns[option])
        assert cell["n"] == counted.sum()
        if statistic != MEDIAN:
            mean, error = plain(made, columns[option], inside)
            assert cell["estimate"] == pytest.approx(mean, rel=1e-12)
            assert cell["standard_error"] == pytest.approx(error, rel=1e-9, abs=1e-9)
            assert cell["low"] <= cell["estimate"] <= cell["high"] or np.isnan(cell["low"])


@FEW
@given(made=ROUNDS)
def test_shares_of_a_single_choice_add_up_to_one(made: Round) -> None:
    found = made.estimates()
    for domain in range(10):
        shares = [found[o, SHARE, domain] for o in range(CHOICES) if (o, SHARE, domain) in found]
        assert len(shares) in (0, CHOICES)
        assert not shares or sum(s["estimate"] for s in shares) == pytest.approx(1, abs=1e-12)
        assert not shares or sum(s["n_option"] for s in shares) == shares[0]["n"]


@FEW
@given(made=ROUNDS, factor=st.floats(0.01, 1000))
def test_weights_times_a_constant_change_nothing(made: Round, factor: float) -> None:
    scaled = replace(made, weight=made.weight * factor).estimates()
    for key, cell in made.estimates().items():
        _same(cell, scaled[key])


@FEW
@given(made=ROUNDS, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(made: Round, seed: int) -> None:
    shuffled = made.rows(np.random.default_rng(seed).permutation(len(made.weight))).estimates()
    for key, cell in made.estimates().items():
        _same(cell, shuffled[key])


@FEW
@given(made=ROUNDS)
def test_a_domain_of_everybody_is_the_country(made: Round) -> None:
    found = made.estimates()
    for (option, statistic, domain), cell in found.items():
        if domain == 0:
            _same(cell, found[option, statistic, 9])


@FEW
@given(made=ROUNDS)
def test_halves_worked_on_at_once_say_the_same(made: Round) -> None:
    whole = by_cell(made.cells())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "WORTH_PARTING", 1)
        parted = by_cell(made.cells())
    assert parted.keys() == whole.keys()
    for key, cell in whole.items():
        _same(cell, parted[key])


def test_nobody_and_everybody_have_no_error_and_exact_bounds() -> None:
    made = at_random(3)
    made = replace(made, choice=np.where(np.isnan(made.choice), np.nan, 1.0))
    found = made.estimates()
    for option, share in ((0, 0.0), (1, 1.0)):
        cell = found[option, SHARE, 0]
        assert (cell["estimate"], cell["standard_error"]) == (share, 0.0)
        assert 0 < cell["high"] - cell["low"] < 0.1 and share in (cell["low"], cell["high"])
        assert np.isnan(cell["design_effect"]) and cell["effective_n"] == cell["n"]


def test_sampling_units_that_say_the_same_leave_no_rounding_as_an_error() -> None:
    made = at_random(4, size=120)
    tick = (np.arange(120) % 3 == 0).astype(float)
    even = replace(made, tick=tick, psu=np.arange(120) // 6, stratum=np.arange(120) // 60, weight=np.full(120, 1 / 3))
    assert even.estimates()[TICK, SHARE, 0]["standard_error"] == 0.0


def test_large_numbers_keep_their_digits() -> None:
    made = at_random(5)
    far = replace(made, number=made.number + 1e9)
    near, moved = made.estimates()[NUMBER, MEAN, 0], far.estimates()[NUMBER, MEAN, 0]
    assert moved["standard_error"] == pytest.approx(near["standard_error"], rel=1e-6)
    assert moved["estimate"] - 1e9 == pytest.approx(near["estimate"], rel=1e-6)


def test_who_has_no_weight_counts_for_nothing_and_stays_in_the_design() -> None:
    made = at_random(6)
    weight = np.where(made.psu == made.psu.max(), 0.0, made.weight)
    cell = replace(made, weight=weight).estimates()[TICK, SHARE, 0]
    mean, error = plain(replace(made, weight=weight), made.tick, np.ones(len(weight), bool))
    assert cell["n"] == (~np.isnan(made.tick) & (weight > 0)).sum()
    assert (cell["estimate"], cell["standard_error"]) == (pytest.approx(mean), pytest.approx(error))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"lonely_psu": "fail"}, "lonely_psu"), ({"fpc": np.full(120, 2.0)}, "bad_fpc"), ({"fpc": np.arange(9.0, 129.0)}, "bad_fpc")],
)  # fmt: skip
def test_a_design_that_can_not_be_is_refused(change: dict[str, object], code: str) -> None:
    made = replace(at_random(7, lonely=True), **change)  # type: ignore[arg-type]
    with pytest.raises(MtmError) as refused:
        made.cells()
    assert refused.value.code == code


def test_two_answers_of_one_respondent_are_refused() -> None:
    sample = batch.Sample(np.zeros(3, int), np.arange(3), np.ones(3), np.full(3, np.nan))
    design = batch.Design(sample, batch.Domains(np.arange(3), np.zeros(3, int), 1))
    options = batch.Options(np.array([0, 0]), np.array([0, 0]))
    answers = batch.Answers(np.array([0, 0, 1]), np.array([0, 1, 1]), np.ones(3))
    with pytest.raises(MtmError) as refused:
        batch.estimate_all(design, options, answers)
    assert refused.value.code == "answered_twice"


COLUMNS: dict[int, tuple[str, str | None]] = {
    0: ("prop:choice", "a0"), 1: ("prop:choice", "a1"), 2: ("prop:choice", "a2"), TICK: ("prop:tick", "1"), NUMBER: ("mean:number", None),
}  # fmt: skip


def _answers_of(made: Round) -> dict[tuple[str, str | None, int], Answer]:
    """What the general estimator says, one indicator and one domain after the other."""
    table = Table.of({
        "stratum": made.stratum, "psu": made.psu, "weight": made.weight, "fpc": made.fpc,
        "domain": made.domain + 1, "number": made.number,
        "choice": [None if np.isnan(v) else f"a{int(v)}" for v in made.choice],
        "tick": [None if np.isnan(v) else str(int(v)) for v in made.tick],
    })  # fmt: skip
    stages = {"fpc": ["fpc"]} if not np.isnan(made.fpc).any() else {}
    stated = {"strata": ["stratum"], "clusters": ["psu"], "weight": "weight", "lonely_psu": made.lonely_psu, **stages}
    sample = general.Sample.of(table, general_design.Design.model_validate(stated))
    asked = ["prop:choice", "prop:tick", "mean:number", "median:number"]
    ways: list[tuple[str, Method | None]] = [("", None), ("beta ", "beta")]
    return {
        (way + a.indicator, a.option, 0 if not by else int(a.by["domain"])): a
        for way, interval in ways
        for indicator in asked
        for by in ([], ["domain"])
        for a in estimate(sample, parse_indicator(indicator), by=by, interval=interval)
    }


@FEW
@given(made=ROUNDS, rule=st.sampled_from(["adjust", "remove", "average"]))
def test_the_general_estimator_says_the_same(made: Round, rule: str) -> None:
    made = replace(made, lonely_psu=rule)
    known = _answers_of(made)
    for (option, statistic, domain), cell in made.estimates().items():
        if domain == 9:
            continue
        text, label = ("median:number", None) if statistic == MEDIAN else COLUMNS[option]
        answer = known[text, label, domain]
        assert (answer.n, answer.df) == (cell["n"], cell["degrees_of_freedom"])
        if statistic == SHARE:
            exact = known[f"beta {text}", label, domain]
            bounds = [np.nan if bound is None else bound for bound in (exact.ci_low, exact.ci_high)]
            assert [cell["low_beta"], cell["high_beta"]] == pytest.approx(bounds, rel=1e-9, abs=1e-9, nan_ok=True)
        pairs = [
            (answer.estimate, "estimate"),
            (answer.se, "standard_error"),
            (answer.ci_low, "low"),
            (answer.ci_high, "high"),
        ]
        for said, name in pairs:
            assert cell[name] == pytest.approx(np.nan if said is None else said, rel=1e-9, abs=1e-9, nan_ok=True), name


# R survey 4.1: options(survey.lonely.psu=rule); s <- svydesign(~psu, strata=~h, weights=~w, data=d); u <- subset(s, dom==1);
# svymean(~y, s, deff="replace"), svyciprop(~y, s, method="logit" and "beta"), svymean(~x, u), confint(…, df=degf(u)),
# svyquantile(~x, s, .5). The third stratum has one unit.
OF_R = {
    "adjust": ([0.583333333333, 0.136723572446, 0.189430182318, 0.893467649222, 0.166582206469, 0.923370376492, 0.999826388889],
               [9.25, 2.69636944117, -2.35154133646, 20.8515413365], [6, 0.785559208289, 6, 11]),
    "remove": ([0.583333333333, 0.135127005016, 0.192660872174, 0.891461449493, 0.170433767899, 0.920966972146, 0.976612103175],
               [9.25, 2.43375235186, -1.22159120028, 19.7215912003], [6, 0.314223683315, 6, 8]),
    "average": ([0.583333333333, 0.16549610638, 0.138184681746, 0.924379438219, 0.105907053563, 0.958567073077, 1.46491815476],
                [9.25, 2.98072571118, -3.57502761786, 22.0750276179], [6, 0.314223683315, 6, 8]),
}  # fmt: skip


@pytest.mark.parametrize("rule", OF_R)
def test_the_numbers_of_r(rule: str) -> None:
    made = Round(
        stratum=np.array([0] * 6 + [1] * 5 + [2] * 3), psu=np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5]),
        weight=np.array([2, 1, 3, 1.5, 2, 1, 1, 2, 1, 2.5, 1, 3, 2, 1]), fpc=np.full(14, np.nan),
        domain=np.array([1, 1, 2, 1, 2, 2, 1, 2, 1, 1, 2, 1, 1, 2]), choice=np.zeros(14),
        tick=np.array([1.0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
        number=np.array([3.0, 8, 5, 13, 2, 7, 7, 1, 9, 20, 4, 6, 6, 11]), lonely_psu=rule,
    )  # fmt: skip
    found = made.estimates()
    share, mean, median = found[TICK, SHARE, 0], found[NUMBER, MEAN, 2], found[NUMBER, MEDIAN, 0]
    figures = ["estimate", "standard_error", "low", "high", "low_beta", "high_beta", "design_effect"]
    assert [share[f] for f in figures] == pytest.approx(OF_R[rule][0], rel=1e-9)
    assert [mean[f] for f in figures[:4]] == pytest.approx(OF_R[rule][1], rel=1e-9)
    assert [median[f] for f in figures[:4]] == pytest.approx(OF_R[rule][2], rel=1e-9)
    assert (share["degrees_of_freedom"], mean["degrees_of_freedom"], mean["n"]) == (3, 2, 8)
