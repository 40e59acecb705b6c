"""The estimator says what R survey says: on handmade designs of every kind, and on the data beside the project."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import SHARED
from tests.unit.survey.r_numbers import CASES, Case, rows
from warehouse.survey.design import Design
from warehouse.survey.estimate import Answer, estimate
from warehouse.survey.indicators import parse_indicator
from warehouse.survey.intervals import Method
from warehouse.survey.sample import Sample
from warehouse.survey.table import Table, read_table


def sample_of(design: str, **more: list[object]) -> Sample:
    return Sample.of(Table.of({**rows(), **more}), Design.model_validate(yaml.load(design, Loader=yaml.BaseLoader)))


def ask(sample: Sample, indicator: str, **how: Any) -> dict[tuple[str | None, str], Answer]:
    answers = estimate(sample, parse_indicator(indicator), **how)
    return {(answer.option, answer.domain): answer for answer in answers}


@pytest.mark.parametrize("name", CASES)
def test_a_design_gives_the_numbers_of_r(name: str) -> None:
    case: Case = CASES[name]
    sample = sample_of(case.design)
    assert ask(sample, "mean:y")[None, "all"].df == case.df
    for expected in case.expected:
        by = [] if expected.domain == "all" else ["dom"]
        answer = ask(sample, expected.indicator, by=by)[expected.option, expected.domain]
        for said, known in (
            (answer.estimate, expected.estimate),
            (answer.se, expected.se),
            (answer.deff, expected.deff),
        ):
            assert (said is None) == (known is None), expected
            assert said is None or said == pytest.approx(known, rel=1e-9, abs=1e-9), expected


# confint(svymean(~y, s), df=degf(s), level=…), s <- svydesign(~psu, strata=~h, weights=~w, fpc=~N1, data=d)
@pytest.mark.parametrize(
    ("level", "known"), [(0.95, (54.8199859912, 59.5646293934)), (0.9, (55.2915617551, 59.0930536295))]
)
def test_means_have_t_with_the_degrees_of_freedom_of_the_design(level: float, known: tuple[float, float]) -> None:
    answer = ask(sample_of("{strata: h, clusters: psu, weight: w, fpc: N1}"), "mean:y", level=level)[None, "all"]
    assert (answer.ci_low, answer.ci_high) == pytest.approx(known, abs=1e-9)


# svyciprop(~b, s, method=…, level=…) of the same design
SHARES: dict[tuple[Method, float], tuple[float, float]] = {
    ("logit", 0.95): (0.1615032585112, 0.4510874824811),
    ("beta", 0.95): (0.1494755482572, 0.4554899677797),
    ("wald", 0.95): (0.1369163040970, 0.4323144651337),
    ("logit", 0.9): (0.1819952016867, 0.4156940302751),
    ("beta", 0.9): (0.1711888665499, 0.4229012232459),
    ("wald", 0.9): (0.1662762794688, 0.4029544897620),
}


@pytest.mark.parametrize(("method", "level"), SHARES)
def test_a_share_of_0_and_1_has_the_interval_that_was_asked_for(method: Method, level: float) -> None:
    sample = sample_of("{strata: h, clusters: psu, weight: w, fpc: N1}")
    answers = ask(sample, "prop:b", interval=method, level=level)
    assert list(answers) == [("1", "all")]
    answer = answers["1", "all"]
    assert (answer.estimate, answer.se) == pytest.approx((0.2846153846154, 0.0624619663859), abs=1e-9)
    assert (answer.ci_low, answer.ci_high) == pytest.approx(SHARES[method, level], abs=1e-9)


def test_quartiles_have_woodruff_s_interval() -> None:
    # svyquantile(~z, s, c(.25, .75)) of the same design
    sample = sample_of("{strata: h, clusters: psu, weight: w, fpc: N1}")
    for word, known in (("quantile25", (110, 107, 113)), ("quantile75", (130, 127, 133))):
        answer = ask(sample, f"{word}:z")[None, "all"]
        assert (answer.estimate, answer.ci_low, answer.ci_high) == known
        assert answer.se == pytest.approx(1.26870051256, abs=1e-9)
        assert answer.interval == "woodruff"


@pytest.fixture(scope="module")
def survey() -> Path:
    folder = SHARED / "survey"
    if not folder.is_dir():
        pytest.skip("the survey data are not at hand: set MTM_SHARED to the folder that holds data/survey")
    return folder


DESIGNS = {
    "strat": Design(strata=["stype"], weight="pw", fpc=["fpc"]),
    "clus1": Design(clusters=["dnum"], weight="pw", fpc=["fpc"]),
}
INDICATORS = {
    "mean.api00": "mean:api00", "total.enroll": "total:enroll", "ratio.apistu_enroll": "ratio:api_stu/enroll",
    "prop.stype": "prop:stype", "ciprop.schwide": "prop:sch_wide", "domain.mean.api00": "mean:api00",
    "change.api00_minus_api99": "mean:change", "ttest.change": "mean:change",
}  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("design", DESIGNS)
def test_the_numbers_beside_the_project(survey: Path, design: str) -> None:
    table = read_table(survey / f"api{design}.csv")
    change = [int(a) - int(b) for a, b in zip(table.columns["api00"], table.columns["api99"], strict=True)]  # type: ignore[call-overload]
    sample = Sample.of(Table.of({**table.columns, "change": change}, table.name), DESIGNS[design])
    seen = 0
    with (survey / "expected.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["id"].startswith(design):
                check(sample, row)
                seen += 1
    assert seen == 14


def check(sample: Sample, row: dict[str, str]) -> None:
    """One line of expected.csv; NA is what R was not asked."""
    name, _, bracket = row["id"].partition(".")[2].partition("[")
    label = bracket.rstrip("]").removeprefix("stype")
    stem, _, method = name.rpartition(".") if name.startswith("ciprop") else (name, "", "mean")
    interval: Method = {"mean": "wald"}.get(method, method)  # type: ignore[assignment]
    domain = name.startswith("domain")
    option = {"prop.stype": label, "ciprop.schwide": "Yes"}.get(stem)
    answer = ask(sample, INDICATORS[stem], by=["stype"] if domain else [], interval=interval)
    said = answer[option, label if domain else "all"]
    test = name.startswith("ttest")  # R's t-test takes one degree of freedom more away
    expected = {
        "estimate": said.estimate,
        "se": said.se,
        "ci95_low": said.ci_low,
        "ci95_high": said.ci_high,
        "df": said.df,
    }
    for key, value in expected.items():
        if row[key] not in ("", "NA") and not (test and key in ("ci95_low", "ci95_high", "df")):
            assert value is not None and math.isclose(value, float(row[key]), rel_tol=1e-9, abs_tol=2e-9), (
                row["id"],
                key,
            )
