"""A redelivery that moves many people or interviews asks for a person's eye; where nothing was superseded nothing is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations import inputs
from expectations.conditions import conditions
from expectations.gate import check_normalized
from expectations.measures import redelivery as measures
from warehouse.deliveries.vault import Vault
from warehouse.errors import UnreadableDelivery
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.releases.verdict import CheckResult
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
HEADER: list[object] = ["_uuid", "Region", "Displaced people"]
ROWS: list[list[object]] = [[f"u{i}", "North", 101 + i] for i in range(1, 10)]


@pytest.fixture
def judged(home: Home, workbook: Callable[..., Path]) -> Callable[..., dict[str, CheckResult]]:
    """The checks of the last of these deliveries of round 1, by code."""

    def judge(*deliveries: list[list[object]]) -> dict[str, CheckResult]:
        for i, rows in enumerate(deliveries):
            Vault(home).receive(workbook(f"round1 {i}.xlsx", [HEADER, *rows]))
        verdict = check_normalized(normalize(home, Vault(home).current("toy-baseline-r01")))
        assert verdict.error == ""
        return {c.code: c for c in verdict.checks}

    return judge


def test_nothing_superseded_nothing_shown(judged: Callable[..., dict[str, CheckResult]]) -> None:
    assert "redelivery_people_moved" not in judged(ROWS)


def test_one_corrected_cell_passes_and_a_lost_row_is_looked_at(judged: Callable[..., dict[str, CheckResult]]) -> None:
    check = judged(ROWS, [["u1", "North", 103], *ROWS[1:]])["redelivery_people_moved"]
    assert check.passed and "1 people" in check.observed
    check = judged(ROWS[1:])["redelivery_people_moved"]
    assert (check.passed, check.severity, check.threshold) == (False, "review", "at most 0.05")
    assert check.evidence == ["idp.individuals: 955 to 852"]
    assert "rows 0 added, 1 gone, 0 changed" in check.observed


def test_a_survey_is_measured_in_interviews(
    home: Home, judged: Callable[..., dict[str, CheckResult]], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(ROWS, ROWS[2:])
    given = inputs.RoundInput(normalize(home, Vault(home).current("toy-baseline-r01")), load_operation("toy"))
    measured = measures.redelivery_rows_moved(given)
    assert measured.value == pytest.approx(2 / 9) and "2 gone" in measured.observed
    monkeypatch.setattr(inputs.RoundInput, "component", "rms")
    assert {"survey_redelivered"} == conditions(given) & {"survey_redelivered", "people_redelivered"}


def test_a_superseded_delivery_that_can_not_be_read_is_looked_at(
    judged: Callable[..., dict[str, CheckResult]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: Any) -> None:
        raise UnreadableDelivery("no codebook knows this layout", code="unknown_layout")

    monkeypatch.setattr(measures, "redelivery", unreadable)
    check = judged(ROWS, ROWS[2:])["redelivery_people_moved"]
    assert not check.passed and "unknown_layout" in check.observed
