"""Rules of the answers: nobody and everybody, missing values, domains, levels, and what can't be said."""

from __future__ import annotations

import math

import pytest
from scipy.special import betaincinv

from tests.unit.survey.r_numbers import rows
from tests.unit.survey.test_against_r import ask, sample_of
from warehouse.errors import MtmError, UsageError
from warehouse.survey import estimators, intervals
from warehouse.survey.estimate import estimate
from warehouse.survey.indicators import parse_indicator

DESIGN = "{strata: h, clusters: psu, weight: w, fpc: N1}"


@pytest.mark.parametrize(("column", "share"), [("never", 0.0), ("always", 1.0)])
def test_nobody_and_everybody(column: str, share: float) -> None:
    for interval in (None, "beta"):
        answer = ask(sample_of(DESIGN), f"prop:{column}", interval=interval)["1", "all"]
        assert (answer.estimate, answer.se, answer.deff) == (share, 0.0, None)
        assert answer.ci_low is not None and answer.ci_high is not None
        assert 0.05 < answer.ci_high - answer.ci_low < 0.15  # 60 rows, 7 degrees of freedom
        assert share in (answer.ci_low, answer.ci_high)
    for interval in ("wald", "logit"):  # asked for by name: no width, as R's svyciprop has it
        answer = ask(sample_of(DESIGN), f"prop:{column}", interval=interval)["1", "all"]
        assert (answer.ci_low, answer.ci_high) == (share, share)


def test_korn_and_graubard_scale_by_the_rows_of_the_sample_also_unanswered_ones() -> None:
    """R's svyciprop takes nrow(design) - 1, not the answers less one."""
    known = intervals.proportion("beta", 0.4, 0.08, 50, 10, rows=60)
    assert known != intervals.proportion("beta", 0.4, 0.08, 50, 10)
    size = 0.4 * 0.6 / 0.08**2 * float(intervals.t_quantile(59) / intervals.t_quantile(10)) ** 2
    assert known[0] == pytest.approx(betaincinv(0.4 * size, 0.6 * size + 1, 0.025), abs=1e-12)


def test_a_level_is_a_row_also_where_nobody_of_a_domain_has_it() -> None:
    z_of_p = {"cat": ["x" if d == "p" and c == "z" else c for d, c in zip(rows()["dom"], rows()["cat"], strict=True)]}
    answers = ask(sample_of(DESIGN, **z_of_p), "prop:cat", by=["dom"])
    assert sorted(answers) == [(o, d) for o in "xyz" for d in "pq"]  # type: ignore[comparison-overlap]
    assert answers["z", "p"].estimate == 0 and answers["z", "p"].ci_high is not None
    assert sum(answers[o, "p"].estimate or 0 for o in "xyz") == pytest.approx(1)


def test_domains_by_two_columns_and_empty_strata() -> None:
    # svyby(~z, ~dom, s, svytotal); svyby(~z, ~dom+cat, s, svymean): domain p lies in one stratum of three
    totals = ask(sample_of(DESIGN), "total:z", by=["dom"])
    assert [(a.estimate, a.se) for a in totals.values()] == [
        pytest.approx((8958, 1652.43493064), abs=1e-7),
        pytest.approx((84577, 1588.68275625), abs=1e-7),
    ]
    means = ask(sample_of(DESIGN), "mean:z", by=["dom", "cat"])
    assert [domain for _, domain in means] == ["p,x", "p,y", "p,z", "q,x", "q,y", "q,z"]
    assert means[None, "q,y"].by == {"dom": "q", "cat": "y"}
    assert (means[None, "p,y"].estimate, means[None, "p,y"].se) == pytest.approx(
        (127.461538462, 5.39009279898), abs=1e-8
    )
    assert means[None, "q,y"].df == 7 and means[None, "p,x"].df == 2


# u <- subset(s, dom == …): degf(u); confint(svymean(~z, u), df=degf(u)); svyciprop(~b, u, method=…)
OF_DOMAINS = {
    "p": (3, (98.1349918912, 137.6018502140), (0.0448359082925, 0.9394841592371), (0.0331445744282, 0.9448648300583)),
    "q": (7, (118.401054485, 121.874513697), (0.1538056862630, 0.4185303122280), (0.1434639662564, 0.4211711667463)),
}


@pytest.mark.parametrize("domain", OF_DOMAINS)
def test_a_domain_has_the_degrees_of_freedom_of_the_units_where_it_was_met(domain: str) -> None:
    df, *known = OF_DOMAINS[domain]
    asked = [("mean:z", "logit", None), ("prop:b", "logit", "1"), ("prop:b", "beta", "1")]
    for (indicator, interval, option), bounds in zip(asked, known, strict=True):
        answer = ask(sample_of(DESIGN), indicator, by=["dom"], interval=interval)[option, domain]
        assert answer.df == df
        assert (answer.ci_low, answer.ci_high) == pytest.approx(bounds, abs=1e-8), indicator


def test_a_domain_met_in_one_unit_has_no_interval() -> None:
    answer = ask(sample_of(DESIGN), "mean:y", by=["psu"])[None, "3"]
    assert (answer.units, answer.df, answer.ci_low, answer.ci_high) == (1, 0, None, None)


def test_rows_without_an_answer_are_a_domain_apart_and_counted() -> None:
    # d$gap2 <- ifelse(psu == 2, NA, y); m <- svymean(~gap2, s, na.rm=TRUE); confint(m, df=degf(s))
    gap = {"gap2": [None if p == 2 else y for p, y in zip(rows()["psu"], rows()["y"], strict=True)]}
    answer = ask(sample_of(DESIGN, **gap), "mean:gap2")[None, "all"]
    assert (answer.n, answer.n_missing, answer.units, answer.df) == (54, 6, 9, 7)
    said = (answer.estimate, answer.se, answer.ci_low, answer.ci_high)
    assert said == pytest.approx((57.40142857143, 1.12069033503, 54.75141702670, 60.05144011616), abs=1e-8)


def test_a_ratio_leaves_out_rows_where_either_is_missing() -> None:
    gap = {"z": [None if i % 7 == 3 else z for i, z in enumerate(rows()["z"])]}
    answer = ask(sample_of(DESIGN, **gap), "ratio:gap/z")[None, "all"]
    assert answer.n_missing == len([i for i in range(60) if i % 7 == 3 or i % 11 == 4])
    assert answer.n + answer.n_missing == 60


@pytest.mark.parametrize("indicator", ["mean:empty", "total:empty", "prop:empty", "ratio:empty/z", "median:empty"])
def test_where_nobody_answered_nothing_is_said(indicator: str) -> None:
    (answer,) = estimate(sample_of(DESIGN, empty=["NA"] * 60), parse_indicator(indicator))
    assert (answer.n, answer.n_missing) == (0, 60)
    assert (answer.estimate, answer.se, answer.ci_low, answer.ci_high, answer.deff) == (None,) * 5


def test_rows_without_a_domain_are_in_none() -> None:
    answers = ask(sample_of(DESIGN, dom=["", *list(rows()["dom"])[1:]]), "mean:y", by=["dom"])
    assert [(domain, answer.n) for (_, domain), answer in answers.items()] == [("p", 5), ("q", 54)]


def test_without_degrees_of_freedom_there_is_an_error_and_no_interval() -> None:
    sample = sample_of("{strata: psu, clusters: psu, weight: w, lonely_psu: adjust}")
    answer = ask(sample, "mean:y")[None, "all"]
    assert answer.df == 0 and answer.se is not None
    assert (answer.ci_low, answer.ci_high) == (None, None)


def test_there_is_no_design_effect_where_weights_do_not_tell_the_population() -> None:
    assert ask(sample_of("{clusters: psu}"), "mean:y")[None, "all"].deff is None
    assert ask(sample_of("{clusters: psu, weight: w}", w=[0.5] * 60), "total:y")[None, "all"].deff is None


def test_a_ratio_to_nothing_is_not_said() -> None:
    answer = ask(sample_of(DESIGN), "ratio:y/never")[None, "all"]
    assert answer.n == 60 and answer.estimate is answer.se is answer.ci_low is None


def test_one_level_can_be_asked_for() -> None:
    sample = sample_of(DESIGN)
    assert ask(sample, "prop:cat=x")["x", "all"].estimate == ask(sample, "prop:cat")["x", "all"].estimate
    assert ask(sample, "prop:cat=unheard")["unheard", "all"].estimate == 0
    assert ask(sample, "prop:b=0")["0", "all"].estimate == pytest.approx(1 - 0.2846153846154)


def test_codes_are_levels_in_the_order_of_their_numbers() -> None:
    answers = ask(sample_of(DESIGN, code=[(1, 2, 10)[i % 3] for i in range(60)]), "prop:code")
    assert [option for option, _ in answers] == ["1", "2", "10"]


def test_a_number_per_person_is_no_category(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimators, "MAX_CELLS", 1000)
    with pytest.raises(UsageError, match="60 different values"):
        ask(sample_of(DESIGN), "prop:i")


@pytest.mark.parametrize("cell", ["12,5", "1 000", "many", "Inf", "0x10", "1e999"])
def test_what_is_no_number_is_refused_with_its_row_and_not_its_value(cell: str) -> None:
    with pytest.raises(MtmError) as caught:
        ask(sample_of(DESIGN, y=[cell, *list(rows()["y"])[1:]]), "mean:y")
    assert (caught.value.code, caught.value.exit_code) == ("not_a_number", 1)
    assert "row 2" in str(caught.value) and cell not in str(caught.value)


def test_many_bad_rows_are_counted() -> None:
    with pytest.raises(MtmError, match="rows 2, 3, 4, 5, 6 and 55 more"):
        ask(sample_of(DESIGN), "mean:cat")


@pytest.mark.parametrize(
    "text", ["api00", "mean:", "sum:x", "ratio:x", "ratio:x/", "ratio:a/b/c", "quantile0:x", "quantile100:x", ":x"]
)
def test_an_unknown_indicator_is_a_wrong_use(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_indicator(text)
    assert caught.value.code == "unknown_indicator" and caught.value.exit_code == 2


@pytest.mark.parametrize("indicator", ["mean:yy", "ratio:y/zz", "prop:cats", "prop:cats=x"])
def test_a_column_that_is_not_there_is_a_wrong_use(indicator: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(sample_of(DESIGN), indicator)
    assert caught.value.code == "no_column"


def test_quantiles_are_met_exactly_where_weights_say_so() -> None:
    """The smallest value at or below which the share lies: of 1, 2, 3, 4 the median is 2."""
    sample = sample_of("{}", q=[i % 4 + 1 for i in range(60)])
    assert ask(sample, "median:q")[None, "all"].estimate == 2
    assert ask(sample, "quantile51:q")[None, "all"].estimate == 3
    heavy = sample_of("{weight: q}", q=[90] + [1] * 59)
    assert ask(heavy, "median:i")[None, "all"].estimate == 0  # the smallest value alone weighs more than half


def test_a_quantile_whose_interval_leaves_the_data_has_no_error() -> None:
    answer = ask(sample_of("{strata: h, clusters: psu, weight: w}"), "quantile1:y")[None, "all"]
    assert answer.estimate is not None and math.isfinite(answer.estimate)
    assert answer.ci_low is None and answer.se is None
