"""No trend is told where none can be: the rule is worked out anew from windows, series and years."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.candidate_input import opened
from expectations.inputs import RoundInput
from expectations.measures.trends import survey_trend_over_break, trend_told_over_break
from tests.unit.expectations.samples import bma, candidate, rms
from warehouse.operations import Operation

MOVED = "UPDATE reference.round SET {} WHERE round_key = 'xx-bma-r01';"
CHANGE = "UPDATE marts.mart_round_change SET {};"
START, END = MOVED.format("window_start = DATE '2020-01-01'"), MOVED.format("window_end = DATE '2023-12-31'")
SERIES = (
    "INSERT INTO reference.indicator_comparability (round_key, indicator_code, series) VALUES "
    "('xx-bma-r01', 'stock.returned', '1'), ('xx-bma-r02', 'stock.returned', '2');"
)
BROKEN = {
    "the window began elsewhere": START,
    "the window ended elsewhere": END,
    "a window is not known": MOVED.format("window_end = NULL"),
    "the definition changed": SERIES,
    "the mart itself says so": CHANGE.format("comparability = 'not_comparable'"),
    "no community is in both": CHANGE.format("common_communities = 0"),
    "another component": CHANGE.format("previous_round_key = 'xx-rms-r01'"),
    "a year outside the older window": START + MOVED.format("window_start = DATE '2022-06-01'") + CHANGE.format("years_compared = '2022, 2023'"),
    "a direction without its figure": START + CHANGE.format("like_for_like = NULL"),
    "a year that a window cuts off": "UPDATE marts.mart_vintages SET reference_year = 2024;",
}  # fmt: skip
TOLD = {
    "one window": "",
    "whole years in both windows": START + CHANGE.format("years_compared = '2022, 2023'"),
    "people counted where they are, as limited": END + CHANGE.format("comparability = 'limited'"),
    "nothing is told": START + CHANGE.format("direction = 'cannot_be_told', like_for_like = NULL"),
    "neither round has a window": "UPDATE reference.round SET window_start = NULL, window_end = NULL; DELETE FROM marts.mart_vintages",
}


def changes(sql: str, operation: Operation, folder: Path, *, survey: bool = False) -> float:
    normalized = rms() if survey else bma()
    given = candidate(normalized, folder)
    given.sql(sql or "SELECT 1")
    with opened(given, RoundInput(given.normalized, operation)) as marts:
        return (survey_trend_over_break if survey else trend_told_over_break)(marts).value


@pytest.mark.parametrize("why", BROKEN)
def test_a_trend_over_a_break_is_found(why: str, operation: Operation, tmp_path: Path) -> None:
    assert changes(BROKEN[why], operation, tmp_path) == 1


@pytest.mark.parametrize("why", TOLD)
def test_a_change_that_may_be_told_is_silent(why: str, operation: Operation, tmp_path: Path) -> None:
    assert changes(TOLD[why], operation, tmp_path) == 0


def test_a_change_of_a_survey_is_told_only_within_a_series(operation: Operation, tmp_path: Path) -> None:
    told = (
        "INSERT INTO reference.round (round_key, operation, component, round_number) VALUES ('xx-rms-r00', 'xx', 'rms', 0); "
        "INSERT INTO marts.mart_survey_change BY NAME SELECT 'xx-rms-r01' round_key, 'xx-rms-r00' previous_round_key, "
        "'intention' indicator_code, 'comparable' comparability, 'increase' direction, 0.1 difference;"
    )
    series = SERIES.replace("bma-r01", "rms-r00").replace("bma-r02", "rms-r01").replace("stock.returned", "intention")
    other = "UPDATE marts.mart_survey_change SET comparability = 'not_comparable'"
    assert changes(told, operation, tmp_path / "a", survey=True) == 0
    assert changes(told + series, operation, tmp_path / "b", survey=True) == 1
    assert changes(told + other, operation, tmp_path / "c", survey=True) == 1
