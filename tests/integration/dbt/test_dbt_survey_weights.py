"""Weights and change of surveys on handmade rounds: raked by pencil, in any order of arrival, and compared round by round."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dbt_candidate import Candidate, Round, failures, run_dbt
from dbt_reference import reference
from dbt_rounds import bma_round_1, survey_round

RMS, LATER, BMA = "kgz-rms-r01", "kgz-rms-r02", "kgz-bma-r01"
MARTS = ("estimates", "change", "weighting", "weights", "weight_effect")
SELECTED = [f"+mart_survey_{mart}" for mart in MARTS]


def later_round() -> Round:
    """The survey again, and everybody wants to stay."""
    stayed = {"option_code": pl.when(pl.col("question_code") == "plan").then(pl.lit("stay")).otherwise("option_code")}
    tables = {name: table.with_columns(round_key=pl.lit(LATER)) for name, table in survey_round().items()}
    return tables | {"answer": tables["answer"].with_columns(**stayed)}


def stated(*round_keys: str) -> dict[str, list[dict[str, Any]]]:
    """The reference tables, with raked weights stated: by oblast and sex, to the stock where it is there."""
    tables = reference(*round_keys)
    window = {"window_start": date(2020, 1, 1), "window_end": date(2022, 12, 31)}
    surveys = [key for key in round_keys if "rms" in key]
    tables["round"] = [r | (window if r["component"] == "rms" else {}) for r in tables["round"]]
    if LATER in round_keys:
        first = next(r for r in tables["round"] if r["round_key"] == RMS)
        tables["round"].append(first | {"round_key": LATER, "round_number": 2})
    tables["survey_design"] = [
        {"operation": "kgz", "component": "rms", "weights": "raked", "lonely_psu": "adjust", "minimum_cell": 10, "gaps": "refuse",
         "lower_bound": 0.25, "upper_bound": 3.0, "max_iterations": 500, "tolerance": 1e-9}
    ]  # fmt: skip
    tables["survey_margin"] = [
        {"round_key": key, "margin_number": number, "by_oblast": number == 1, "by_sex": number == 2, "minimum_told": 0.8,
         "population_category": "returned", "stock_round_key": BMA if BMA in round_keys else None}
        for key in surveys for number in (1, 2)
    ]  # fmt: skip
    return tables


def built(candidate: Candidate, selected: list[str] = SELECTED) -> Candidate:
    """The survey marts and what they stand on, without the tests of data that are not theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_BUILD_DB", str(candidate.database))
        outcome = run_dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
    assert outcome.success, failures(outcome)
    return candidate


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """Two surveys, and no stock yet."""
    folder: Path = tmp_path_factory.mktemp("alone") / "candidate"
    return built(Candidate(folder, [survey_round(), later_round()], stated(RMS, LATER)))


@pytest.fixture(scope="module")
def stock_last(alone: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The stock arrives, and the surveys that rest on it are built again with it."""
    folder: Path = tmp_path_factory.mktemp("stock_last") / "candidate"
    rounds = [bma_round_1(), survey_round(), later_round()]
    return built(Candidate(folder, rounds, stated(RMS, LATER, BMA), base=alone.database))


@pytest.fixture(scope="module")
def stock_first(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The stock alone, then the surveys: they read the stock of a round that is not built with them."""
    base = built(
        Candidate(tmp_path_factory.mktemp("stock") / "candidate", [bma_round_1()], stated(BMA)),
        ["+int_oblast_stock", "+mart_population"],
    )
    folder: Path = tmp_path_factory.mktemp("stock_first") / "candidate"
    return built(Candidate(folder, [survey_round(), later_round()], stated(RMS, LATER, BMA), base=base.database))


def test_the_order_of_arrival_does_not_count(stock_first: Candidate, stock_last: Candidate) -> None:
    for mart in MARTS:
        rows = stock_first.query(f"select * from marts.mart_survey_{mart} order by all")
        assert rows and rows == stock_last.query(f"select * from marts.mart_survey_{mart} order by all"), mart


def test_a_survey_without_its_stock_keeps_its_weights_and_says_why(alone: Candidate) -> None:
    rows = alone.query("""
        select distinct stated_weights, weight_scheme, is_used, raking_status, stock_round_key, design_effect_raked
        from marts.mart_survey_weighting""")
    assert rows == [("raked", "none, indicative", False, "no_stock", None, None)]
    assert alone.query("select distinct weight_scheme from marts.mart_survey_estimates") == [("none, indicative",)]
    assert alone.query("select count(*) from marts.mart_survey_weight_effect") == [(0,)]


# 30 respondents in O1 and 10 in O2, half of them men. Of 120 returned 60 in each; of 105 whose sex is told 87 men.
# Place and sex are independent in the sample: a weight is (60/120)/(30/40) or (60/120)/(10/40), times (87/105)/(1/2) or (18/105)/(1/2).
OBLAST, SEX = {"O1": 2 / 3, "O2": 2.0}, {"male": 2 * 87 / 105, "female": 2 * 18 / 105}


def test_the_weights_by_pencil(stock_first: Candidate) -> None:
    rows = stock_first.query(f"""
        select oblast, sex, respondents, raked_weight, trimmed_weight from intermediate.int_survey_cell_weight
        where round_key = '{RMS}' order by all""")
    assert [(r[0], r[1], r[2]) for r in rows] == [
        ("O1", "female", 15),
        ("O1", "male", 15),
        ("O2", "female", 5),
        ("O2", "male", 5),
    ]
    for oblast, sex, _, raked, trimmed in rows:
        assert raked == pytest.approx(OBLAST[oblast] * SEX[sex], abs=1e-7)
        assert 0.25 <= trimmed <= 3.0
    (told,) = stock_first.query(f"select * from marts.mart_survey_weighting where round_key = '{RMS}'")
    assert {RMS, BMA, "raked", "raked weights", "oblast; sex", True} <= set(told)
    weights = [OBLAST[o] * SEX[s] for o, n in (("O1", 15), ("O2", 5)) for s in SEX for _ in range(n)]
    (effect,) = stock_first.query(
        f"select distinct design_effect_raked, effective_n_raked from intermediate.int_survey_cell_weight where round_key = '{RMS}'"
    )
    kish = 40 * sum(w * w for w in weights) / sum(weights) ** 2
    assert effect == pytest.approx((kish, 40 / kish))
    # Five men of O2 are few: what all weights make together would tell their number.
    assert stock_first.query(
        f"select design_effect_raked, effective_n_raked, raked_weight_max, share_trimmed from marts.mart_survey_weighting where round_key = '{RMS}'"
    ) == [(None, None, None, None)]


def test_estimates_use_the_trimmed_weights(stock_first: Candidate) -> None:
    # Months abroad: 13 on average in O1, 15 in O2. By raked weights both are half of the whole.
    cells = stock_first.query(f"""
        select oblast, sum(respondents * trimmed_weight) / 40 from intermediate.int_survey_cell_weight
        where round_key = '{RMS}' group by all order by all""")
    expected = 13 * cells[0][1] + 15 * cells[1][1]
    where = f"round_key = '{RMS}' and indicator_code = 'months_abroad' and option_code = 'mean'"
    (found,) = stock_first.query(
        f"select estimate from marts.mart_survey_estimates where {where} and domain_type = 'national'"
    )
    assert found[0] == pytest.approx(expected, abs=1e-9)
    (effect,) = stock_first.query(f"""
        select unweighted_estimate, raked_estimate, trimmed_estimate, trimmed_difference
        from marts.mart_survey_weight_effect where {where}""")
    assert effect == pytest.approx((13.5, 14, expected, expected - 13.5), abs=1e-7)
    assert 13.5 < expected < 14


def test_small_cells_of_the_sample_are_withheld_with_what_would_give_them_away(stock_first: Candidate) -> None:
    rows = stock_first.query(f"""
        select place_code, sex, respondents, individuals, raked_weight, is_suppressed from marts.mart_survey_weights
        where round_key = '{RMS}' order by all""")
    assert rows == [
        ("O1", "female", None, 18, None, True),
        ("O1", "male", None, 42, None, True),
        ("O2", "female", None, None, None, True),
        ("O2", "male", None, 45, None, True),
    ]


def test_a_change_to_everybody_has_an_interval_and_no_test(stock_first: Candidate) -> None:
    where = f"round_key = '{LATER}' and previous_round_key = '{RMS}' and indicator_code = 'intention' and domain_type = 'national'"
    rows = stock_first.query(f"""
        select previous_estimate, estimate, comparability, direction, difference, interval_method, p_value, ratio, ci_low > 0
        from marts.mart_survey_change where {where} and option_code = 'stay'""")
    before, after, *judged, difference, method, p_value, ratio, is_above = rows[0]
    assert (after, judged, method, p_value, is_above) == (1.0, ["comparable", "increase"], "from_intervals", None, True)
    assert (difference, ratio) == pytest.approx((100 * (1 - before), 1 / before))
    assert stock_first.query(f"select count(*) from marts.mart_survey_change where round_key = '{RMS}'") == [(0,)]


def test_nothing_changes_where_the_same_was_said(stock_first: Candidate) -> None:
    rows = stock_first.query("""
        select direction, difference, p_value, ratio from marts.mart_survey_change
        where indicator_code = 'months_abroad' and domain_type = 'national' and statistic = 'mean'""")
    assert rows == [("no_clear_change", 0.0, 1.0, 1.0)]
