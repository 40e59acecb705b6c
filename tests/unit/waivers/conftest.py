"""A delivered round of the toy operation with a stored verdict in which some checks fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.settings import Home

ROUND = "toy-baseline-r01"
DAY = date(2026, 3, 1)


def check(code: str, value: float, bound: float = 0.0, **more: object) -> CheckResult:
    """A check that allows at most `bound`."""
    given: dict[str, object] = {
        "layer": "normalized",
        "severity": "block",
        "passed": value <= bound,
        "value": value,
        "bound": bound,
    }
    words = {
        "sentence_en": "It holds.",
        "sentence_ru": "Верно.",
        "observed": f"{value:g} rows",
        "threshold": f"at most {bound:g}",
        "todo": "look",
    }
    return CheckResult(code=code, **{**words, **given, **more})  # type: ignore[arg-type]


CHECKS = [
    check("missing_level_2", 2),
    check("households_above_individuals", 0.5, 0.1, severity="review"),
    check("heaping", 0.9, 0.8, severity="note"),
    check("rows_present", 1, 1),
    check("conservation", 1, waivable=False),
    check("blocking_findings", 4, counted={"window_differs": 3, "sheet_not_read": 1}),
    check("personal_findings", 1, counted={"unknown_identifier_column": 1}),
]


@pytest.fixture
def judged(toy: Path, home: Home, workbook: Callable[..., Path]) -> Verdict:
    """The verdict on the round's standing delivery, stored."""
    rows: list[list[object]] = [["_uuid", "Region", "Displaced people"], ["u1", "North", 5]]
    Vault(home).receive(workbook("round1.xlsx", rows))
    done = normalize(home, Vault(home).current(ROUND))
    verdict = Verdict(ROUND, done.normalized_id, None, "refused", CHECKS, "1")
    verdict.save(home)
    return verdict


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written down is written on DAY."""
    from datetime import datetime

    monkeypatch.setattr("warehouse.waivers.give.now", lambda: datetime(2026, 3, 1, 12))
