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
    "level_1_change": "UPDATE marts.mart_population SET individuals = 200 WHERE round_key = 'xx-bma-r01'",
    "fine_places": "UPDATE marts.mart_round_coverage SET place_level = 4",
    "disclosure_attack": UPDATE + "individuals = NULL, households = NULL, is_suppressed = true" + AT + "'XX21'",
    "small_cells": UPDATE + "individuals = 3" + AT + "'XX21'",
    "shares_out_of_range": "UPDATE marts.mart_returns_by_year SET share_of_returns = 60",
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
    ],
)
def test_what_dbt_said_is_judged(code: str, nodes: list[dict[str, str]], operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.dbt = nodes
    verdict = check_candidate(given, operation)
    assert [c.code for c in verdict.checks if not c.passed] == [code]


def test_every_mart_check_has_a_failing_case() -> None:
    here = set(COUNTS) | set(SURVEY) | {"dbt_ran", "dbt_failures", "dbt_warnings"}
    assert {c.code for c in catalogue().checks if c.layer == "marts"} == here


def test_change_over_a_moved_window_is_no_change(operation: Operation, tmp_path: Path) -> None:
    moved = (
        COUNTS["level_1_change"]
        + "; UPDATE reference.round SET window_start = DATE '2020-01-01' WHERE round_key = 'xx-bma-r01'"
    )
    verdict = check_candidate(candidate(bma(), tmp_path).sql(moved), operation)
    assert verdict.outcome == "passed" and all(c.passed for c in verdict.checks)
