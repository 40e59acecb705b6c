"""Every check of the marts passes on a good candidate and fails when one thing is spoilt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.checks import catalogue
from expectations.gate import check_candidate
from tests.unit.expectations.samples import Normalized, bma, candidate, rms
from warehouse.operations import Operation
from warehouse.releases.verdict import load_verdict

UPDATE = "UPDATE marts.mart_population SET "
AT = " WHERE round_key = 'xx-bma-r02' AND place_code = "
GONE = "DELETE FROM intermediate.int_community_population WHERE round_key = 'xx-bma-r02' AND place_code = 'XX21'"
# ten communities, all as they were
STALE = (
    "DELETE FROM intermediate.int_pair_community; INSERT INTO intermediate.int_pair_community SELECT 'xx-bma-r02', 'returned', "
    "'XX' || n, 'common', 50 + n, 50 + n, 10, 10 FROM range(10) r(n)"
)
# told by tests/unit/expectations/test_previous_round.py and test_trends.py: they need more than the marts
ELSEWHERE = {
    "columns_gone", "headers_changed", "options_relabelled", "countries_unknown_share", "other_rounds_changed",
    "other_rounds_moved", "stored_tables_changed", "survey_trend_over_break", "far_fewer_communities", "codes_moved",
}  # fmt: skip
COUNTS: dict[str, str] = {
    "missing_marts": "DROP TABLE marts.mart_country_links",
    "unknown_marts": "CREATE TABLE marts.people (name VARCHAR)",
    "empty_marts": "DELETE FROM marts.mart_quality",
    "repeated_grain": "INSERT INTO marts.dim_country VALUES ('RUS')",
    "person_columns": "ALTER TABLE marts.mart_quality ADD COLUMN Phone VARCHAR",
    "lost_rounds": "DELETE FROM marts.mart_round_coverage WHERE round_key = 'xx-bma-r01'",
    "levels_disagree": UPDATE + "individuals = 22" + AT + "'XX1'",
    "recount_differs": UPDATE + "households = 6" + AT + "'XX'; " + UPDATE + "households = 5" + AT + "'XX1'",
    "headlines_differ": "UPDATE marts.mart_headlines SET value = 31",
    "published_counts_differ": "UPDATE marts.mart_published_figures SET computed_value = NULL WHERE figure_code = 'returned'",
    "published_shares_differ": "UPDATE marts.mart_published_figures SET computed_value = 66.8 WHERE figure_code <> 'returned'",
    "level_1_change": "UPDATE intermediate.int_round_change_judged SET like_after = 400 WHERE place_code = 'XX1'",
    "level_1_gone": "INSERT INTO intermediate.int_community_population VALUES ('xx-bma-r01', 'XX31', 2, 'returned', 5); "
    "INSERT INTO intermediate.int_community_tree VALUES ('xx-bma-r01', 'XX31', 'XX3', 1)",
    "communities_of_previous": GONE,
    "repeated_communities": "INSERT INTO intermediate.int_community_population VALUES ('xx-bma-r02', 'XX11', 2, 'returned', 21)",
    "community_outliers": "UPDATE intermediate.int_pair_community SET individuals = 2000 WHERE place_code = 'XX11'",
    "community_outliers_often": "UPDATE intermediate.int_pair_community SET individuals = 2000; "
    "INSERT INTO intermediate.int_pair_community SELECT p.* FROM intermediate.int_pair_community p, range(9)",
    "national_change": "UPDATE intermediate.int_round_change_judged SET like_after = 500 WHERE place_code = 'XX'",
    "movers_above_residents": "UPDATE intermediate.int_place_residents SET residents = 30",
    "stale_communities": STALE,
    "stale_level_1": "UPDATE intermediate.int_community_population SET individuals = 150",
    "household_size_jumps": "UPDATE intermediate.int_pair_community SET households = households / 3",
    "countries_unresolved": "DELETE FROM reference.country",
    "trend_told_over_break": "UPDATE reference.round SET window_start = DATE '2020-01-01' WHERE round_key = 'xx-bma-r01'",
    "fine_places": "UPDATE marts.mart_round_coverage SET place_level = 4",
    "small_cells": UPDATE + "individuals = 3" + AT + "'XX21'",
    "shares_out_of_range": "UPDATE marts.mart_returns_by_year SET share_of_returns = 60",
    "personal_data_scan": "ALTER TABLE marts.mart_quality ADD COLUMN told VARCHAR; UPDATE marts.mart_quality SET told = md5('999555123456')",
}
SURVEY: dict[str, str] = {
    "respondents_differ": "UPDATE marts.mart_headlines SET value = 11",
    "small_samples": "UPDATE marts.mart_survey_estimates SET n = 9",
    "shares_out_of_range": "UPDATE marts.mart_survey_estimates SET ci_low = 0.6",
    "options_off_one": "DELETE FROM marts.mart_survey_estimates WHERE option_code = 'go'",
    "empty_marts": "DELETE FROM marts.mart_survey_estimates",
}
WORDS = (
    bma,
    "published_shares_differ",
    "UPDATE marts.mart_published_figures SET agrees = false WHERE figure_code LIKE 'rank%'",
)
CASES = (
    [WORDS] + [(bma, code, sql) for code, sql in COUNTS.items()] + [(rms, code, sql) for code, sql in SURVEY.items()]
)


@pytest.mark.parametrize("good", [bma, rms])
def test_a_good_candidate_passes_and_its_verdict_is_stored(
    good: Callable[[], Normalized], operation: Operation, tmp_path: Path
) -> None:
    given = candidate(good(), tmp_path)
    verdict = check_candidate(given, operation)
    assert [c for c in verdict.checks if not c.passed] == []
    assert (verdict.outcome, verdict.error) == ("passed", "")
    assert {c.layer for c in verdict.checks} == {"normalized", "marts"}
    assert load_verdict(given.home, verdict.round_key, "abc123") == verdict


@pytest.mark.parametrize(("good", "code", "sql"), CASES, ids=[f"{g.__name__}-{c}" for g, c, _ in CASES])
def test_a_spoilt_candidate_fails_its_check(
    good: Callable[[], Normalized],
    code: str,
    sql: str,
    operation: Operation,
    tmp_path: Path,
    only: Callable[[str], None],
) -> None:
    only(code)
    verdict = check_candidate(candidate(good(), tmp_path).sql(sql), operation)
    assert code in {c.code for c in verdict.checks if not c.passed}
    assert verdict.error == ""
    assert verdict.outcome == ("refused" if verdict.blocking else "passed")


@pytest.mark.parametrize(
    ("code", "nodes"),
    [
        ("dbt_ran", []),
        ("dbt_failures", [{"unique_id": "test.a", "status": "fail", "message": "got +996555123456"}]),
        ("dbt_failures", [{"unique_id": "model.a", "status": "skipped", "message": ""}]),
        ("dbt_warnings", [{"unique_id": "test.a", "status": "warn", "message": ""}]),
        ("dbt_warnings", [{"unique_id": "model.a", "status": "no-op", "message": ""}]),
    ],
)
def test_what_dbt_said_is_judged(code: str, nodes: list[dict[str, str]], operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.dbt = nodes
    verdict = check_candidate(given, operation)
    assert [c.code for c in verdict.checks if not c.passed] == [code]


def test_an_exposure_has_nothing_to_run(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.dbt.append({"unique_id": "exposure.mtm.questions", "status": "no-op", "message": ""})
    assert [c.code for c in check_candidate(given, operation).checks if not c.passed] == []


def test_every_mart_check_has_a_failing_case() -> None:
    here = set(COUNTS) | set(SURVEY) | ELSEWHERE | {"dbt_ran", "dbt_failures", "dbt_warnings"}
    assert {c.code for c in catalogue().checks if c.layer == "marts"} == here


def test_a_change_that_may_not_be_compared_is_no_change(operation: Operation, tmp_path: Path) -> None:
    for sql in ("comparability = 'not_comparable'", "basis = NULL"):
        moved = f"UPDATE intermediate.int_round_change_judged SET like_after = 900, {sql}"
        verdict = check_candidate(candidate(bma(), tmp_path / sql[:5]).sql(moved), operation)
        assert verdict.outcome == "passed" and all(c.passed for c in verdict.checks)
