"""Every check of the normalized layer passes on a good round and fails when one thing is spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from expectations.checks import catalogue
from expectations.gate import check_normalized
from tests.unit.expectations.samples import Normalized, bma, rms
from warehouse.operations import Operation

Spoil = Callable[[Normalized], Normalized]
COUNTS: dict[str, Spoil] = {
    "conservation": lambda n: n.spoil("conservation", delivered=4),
    "rows_present": lambda n: n.only("assessment", pl.lit(False)),
    "blocking_findings": lambda n: n.more(
        "finding", {"code": "correction_stale", "severity": "block", "sheet": "data", "row_number": 4}
    ),
    "review_findings": lambda n: n.more("finding", {"code": "a_new_code", "severity": "review", "sheet": "data"}),
    "rejected_rows_share": lambda n: n.more(
        "rejected", {"reason_code": "unknown_place", "sheet": "data", "row_number": 9}
    ),
    "rejected_people_share": lambda n: n.more(
        "rejected", {"reason_code": "unknown_place", "sheet": "data", "row_number": 9, "people": 5}
    ),
    "repeated_row_ids": lambda n: n.more("assessment", {}),
    "orphan_rows": lambda n: n.spoil("population", row_id="nobody"),
    "foreign_rows": lambda n: n.spoil("assessment", round_key="xx-bma-r01"),
    "round_registered": lambda n: replace(n, delivery=replace(n.delivery, round_number=7)),
    "window_missing": lambda n: replace(n, delivery=replace(n.delivery, round_number=1)),
    "dates_outside_fieldwork": lambda n: n.spoil("assessment", interview_date=date(2024, 5, 1)),
    "dates_far_outside_fieldwork": lambda n: n.spoil("assessment", interview_date=date(2020, 5, 1)),
    "identifiers_kept": lambda n: n.spoil("column_map", field="place_code", column_class="identifier"),
    "unclassified_columns": lambda n: n.spoil("column_map", column_class=None),
    "unknown_columns": lambda n: n.spoil("column_map", mapping="unknown"),
    "personal_texts": lambda n: n.spoil("place", place_name_ru="у дома +996 555 123456"),
    "missing_level_1": lambda n: n.only("place", pl.col("place_code") != "XX2"),
    "missing_level_2": lambda n: n.only("place", pl.col("place_code") != "XX21"),
    "communities_share": lambda n: n.only("assessment", pl.col("place_code") != "XX21"),
    "units_outside_gazetteer": lambda n: n.more("place", {"place_code": "XX9", "place_level": 1, "parent_code": "XX"}),
    "lost_parents": lambda n: n.more("place", {"place_code": "XX99", "place_level": 3, "parent_code": "XX98"}),
    "people_counted": lambda n: n.only("population", pl.col("dimension") != "total"),
    "silent_categories": lambda n: n.more("population", {"population_category": "internal", "value": 0}),
    "negative_values": lambda n: n.spoil("population", value=-1),
    "status_contradictions": lambda n: n.spoil("population", value_status="missing"),
    "parts_differ": lambda n: n.spoil("population", value=25),
    "parts_differ_often": lambda n: n.spoil("population", value=25),
    "households_above_individuals": lambda n: n.spoil("population", value=1),
    "households_above_individuals_often": lambda n: n.spoil("population", value=1),
    "household_size_outliers": lambda n: n.spoil("population", value=900),
    "heaping": lambda n: n.with_rows("population", [{**r, "value": 20} for r in n.table("population").to_dicts()]),
    "heaping_tens": lambda n: n.with_rows("population", [{**r, "value": 20} for r in n.table("population").to_dicts()]),
    "part_above_total": lambda n: n.spoil("population", value=20),
    "part_above_total_often": lambda n: n.spoil("population", value=20),
    "repeated_interviews": lambda n: n.with_rows("population", [*figures(n, "a1", "a1"), *figures(n, "a1", "a2")]),
    "same_figures": lambda n: n.more(
        "population", *({"row_id": f"c{i}", "value": 37, "dimension": "total"} for i in range(6))
    ),
    "key_columns_absent": lambda n: n.with_rows(
        "population", [r for r in n.table("population").to_dicts() if r["dimension"] != "total"]
    ),
}


def figures(n: Normalized, of: str, row_id: str) -> list[dict[str, Any]]:
    """The figures of one row under another row's name."""
    return [{**r, "row_id": row_id} for r in n.table("population").to_dicts() if r["row_id"] == of]


def finding(code: str, severity: str) -> Spoil:
    """A round in which normalization found something."""
    return lambda n: n.more(
        "finding", {"code": code, "severity": severity, "sheet": "data", "row_number": 4, "people": 12, "rows": 1}
    )


NAMED = {check.code: finding(check.findings[0], check.severity or "") for check in catalogue().checks if check.findings}
SURVEY: dict[str, Spoil] = {
    "answers_given": lambda n: n.only("answer", pl.lit(False)),
    "unknown_options": lambda n: n.spoil("answer", option_code="elsewhere"),
    "unknown_options_often": lambda n: n.more(
        "finding", {"code": "unknown_option", "severity": "block", "sheet": "data", "rows": 3}
    ),
    "minors": lambda n: n.spoil("response", age_years=15),
    "answers_missing": lambda n: n.with_rows(
        "answer", [{**r, "value_status": "missing"} for r in n.table("answer").to_dicts()]
    ),
    "repeated_row_ids": lambda n: n.more("response", {}),
    "orphan_rows": lambda n: n.spoil("answer", response_key="nobody"),
    "identifiers_kept": lambda n: n.spoil("column_map", column_class="identifier"),
    "personal_texts": lambda n: n.spoil("answer", option_code="write to a.b@example.org"),
    "rows_present": lambda n: n.only("response", pl.lit(False)),
}
COUNTS |= NAMED
CASES = [(bma, code, spoil) for code, spoil in COUNTS.items()] + [(rms, code, spoil) for code, spoil in SURVEY.items()]


@pytest.mark.parametrize("good", [bma, rms])
def test_a_good_round_passes_every_check(good: Callable[[], Normalized], operation: Operation) -> None:
    verdict = check_normalized(good(), operation)
    assert [c.code for c in verdict.checks if not c.passed] == []
    assert (verdict.outcome, verdict.error) == ("passed", "")


@pytest.mark.parametrize(("good", "code", "spoil"), CASES, ids=[f"{g.__name__}-{c}" for g, c, _ in CASES])
def test_a_spoilt_round_fails_its_check(
    good: Callable[[], Normalized], code: str, spoil: Spoil, operation: Operation, only: Callable[[str], None]
) -> None:
    only(code)
    verdict = check_normalized(spoil(good()), operation)
    failed = {c.code: c for c in verdict.checks if not c.passed}
    assert code in failed
    assert verdict.error == ""
    assert failed[code].sentence_ru and failed[code].todo and failed[code].threshold
    assert verdict.outcome == ("refused" if verdict.blocking else "passed")


def test_every_normalized_check_has_a_failing_case() -> None:
    redelivered = {"redelivery_people_moved", "redelivery_rows_moved"}  # test_redelivery_checks.py
    assert {c.code for c in catalogue().checks if c.layer == "normalized"} == set(COUNTS) | set(SURVEY) | redelivered


def test_rows_rejected_by_rule_are_not_held_against_the_round(operation: Operation) -> None:
    rejected = bma().more(
        "rejected",
        *[{"reason_code": "test_submission", "sheet": "data", "row_number": n, "people": 5} for n in range(9)],
    )
    assert check_normalized(rejected, operation).outcome == "passed"


def test_a_partial_part_of_the_sum_is_not_compared_with_the_total(operation: Operation) -> None:
    rows = bma().table("population").to_dicts()
    rows[2] |= {"value": None, "value_status": "missing"}  # men of the first row
    verdict = check_normalized(bma().with_rows("population", rows), operation)
    assert verdict.outcome == "passed", [c for c in verdict.checks if not c.passed]


def test_evidence_points_to_sheet_and_row(operation: Operation) -> None:
    verdict = check_normalized(COUNTS["negative_values"](bma()), operation)
    assert next(c for c in verdict.checks if c.code == "negative_values").evidence == ["data!2"]


def test_a_finding_is_counted_by_one_check_of_its_severity(operation: Operation) -> None:
    for check in (c for c in catalogue().checks if c.findings):
        spoilt = finding(check.findings[-1], check.severity or "")(bma())
        results = {c.code: c for c in check_normalized(spoilt, operation).checks}
        failed = [c.code for c in results.values() if not c.passed]
        assert failed == [check.code], check.findings[-1]
        assert results[check.code].evidence == [f"{check.findings[-1]} data!4"]
        assert "12 people" in results[check.code].observed


def test_a_finding_of_another_severity_is_not_lost(operation: Operation) -> None:
    verdict = check_normalized(finding("hidden_sheet", "block")(bma()), operation)
    assert [c.code for c in verdict.blocking] == ["blocking_findings"]


def test_interviews_that_agree_in_small_figures_are_no_repeats(operation: Operation) -> None:
    small = [{**r, "value": 1} for r in bma().table("population").to_dicts()]
    verdict = check_normalized(bma().with_rows("population", small), operation)
    assert "repeated_interviews" not in {c.code for c in verdict.checks if not c.passed}
