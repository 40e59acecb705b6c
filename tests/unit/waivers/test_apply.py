"""What waivers do to checks: all that fails must be covered, and nothing worse than was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.waivers.conftest import CHECKS, check
from warehouse.releases.verdict import CheckResult
from warehouse.waivers.apply import apply
from warehouse.waivers.model import Waiver


def waiver(
    finding: str, check: str, covers: float, bound: float = 0.0, identity: str = "w0001", delivery: str = ""
) -> Waiver:
    return Waiver(identity, "r", finding, check, covers, bound, "seen", "reason", "owner", "2026-01-01T00:00:00", "2026-12-31", delivery)  # fmt: skip


def let(given: CheckResult, *waivers: Waiver, delivery: str = "d1") -> str:
    (after,), used = apply([given], list(waivers), delivery)
    assert bool(used) == bool(after.waiver) and replace(after, waiver="") == given  # it stays failed
    return after.waiver


@pytest.mark.parametrize(("value", "covered"), [(1, True), (2, True), (3, False), (2.0001, False)])
def test_a_worse_value_is_not_covered(value: float, covered: bool) -> None:
    given = waiver("missing_level_2", "missing_level_2", 2)
    assert bool(let(check("missing_level_2", value), given)) is covered


@pytest.mark.parametrize(("value", "covered"), [(0.8, True), (0.7, True), (0.69, False)])
def test_where_less_is_worse_it_is_so_too(value: float, covered: bool) -> None:
    failed = check("communities_share", value, 0.9, passed=False)
    assert bool(let(failed, waiver("communities_share", "communities_share", 0.7, 0.9))) is covered


def test_a_waiver_of_one_delivery_is_of_no_other() -> None:
    given = waiver("missing_level_2", "missing_level_2", 2, delivery="d1")
    assert let(CHECKS[0], given, delivery="d1") == "w0001" and let(CHECKS[0], given, delivery="d2") == ""


def test_every_finding_must_be_covered() -> None:
    counting = next(c for c in CHECKS if c.code == "blocking_findings")
    one = waiver("window_differs", "blocking_findings", 3)
    other = waiver("sheet_not_read", "blocking_findings", 1, identity="w0002")
    assert let(counting, one) == "" and let(counting, other) == ""
    assert let(counting, one, other) == "w0001, w0002"
    assert let(replace(counting, counted={**counting.counted, "window_differs": 4}, value=5.0), one, other) == ""
    assert let(replace(counting, counted={**counting.counted, "control_total": 1}, value=5.0), one, other) == ""
    assert let(replace(counting, counted={}), one, other) == ""  # what it counts is not known


def test_what_is_a_law_is_never_let_through() -> None:
    law, personal = (next(c for c in CHECKS if c.code == code) for code in ("conservation", "personal_findings"))
    assert let(law, waiver("conservation", "conservation", 9)) == ""
    assert let(personal, waiver("unknown_identifier_column", "personal_findings", 9)) == ""
    assert let(personal, waiver("personal_findings", "personal_findings", 9)) == ""
    counting = next(c for c in CHECKS if c.code == "blocking_findings")
    assert let(counting, waiver("blocking_findings", "blocking_findings", 9)) == ""


def test_a_check_that_holds_uses_no_waiver() -> None:
    assert let(check("missing_level_2", 0), waiver("missing_level_2", "missing_level_2", 2)) == ""
    assert let(check("missing_level_1", 1), waiver("missing_level_2", "missing_level_2", 2)) == ""
