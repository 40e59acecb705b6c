"""Giving a waiver: what is refused, with what to do; and what a waiver that was given covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.waivers.conftest import DAY, ROUND
from warehouse.errors import UsageError
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home
from warehouse.waivers.give import Asked, give, revoke
from warehouse.waivers.ledger import active, standing

GOOD = Asked(ROUND, "missing_level_2", "two rayons are out of reach this winter", "data manager", "2026-04-30")


def refused(home: Home, asked: Asked) -> UsageError:
    with pytest.raises(UsageError) as error:
        give(home, asked, DAY)
    assert standing(home, DAY) == []  # nothing was written down
    return error.value


def test_a_waiver_is_bound_to_what_was_seen(judged: Verdict, home: Home) -> None:
    waiver = give(home, GOOD, DAY)
    assert (waiver.id, waiver.check, waiver.covers, waiver.bound) == ("w0001", "missing_level_2", 2.0, 0.0)
    assert waiver.observed == "2 rows; allowed at most 0" and waiver.delivery == ""
    assert active(home, ROUND, DAY) == [waiver] and active(home, "toy-baseline-r02", DAY) == []
    assert give(home, replace(GOOD, finding="window_differs"), DAY).id == "w0002"


def test_a_finding_is_waived_by_its_code_and_number(judged: Verdict, home: Home) -> None:
    waiver = give(home, replace(GOOD, finding="window_differs", this_delivery=True), DAY)
    assert (waiver.check, waiver.covers, waiver.observed) == ("blocking_findings", 3.0, "3 findings window_differs")
    assert len(waiver.delivery) == 12


@pytest.mark.parametrize(
    ("finding", "code", "told"),
    [
        ("mising_level2", "unknown_finding", "did you mean missing_level_2?"),
        ("window_difers", "unknown_finding", "did you mean window_differs?"),
        ("qqqq", "unknown_finding", "households_above_individuals, missing_level_2, sheet_not_read, window_differs"),
        ("rows_present", "nothing_to_waive", "rows_present holds"),
        ("heaping", "nothing_to_waive", "stops nothing"),
        ("conservation", "not_waivable", "it is a law"),
        ("unknown_identifier_column", "not_waivable", "personal data"),
        ("personal_findings", "not_waivable", "personal data"),
        ("blocking_findings", "waive_findings", "window_differs, sheet_not_read"),
    ],
)
def test_what_can_not_be_waived(judged: Verdict, home: Home, finding: str, code: str, told: str) -> None:
    error = refused(home, replace(GOOD, finding=finding))
    assert error.code == code and told in str(error) and error.todo and error.exit_code == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expires": "2026-02-28"}, "bad_day"),
        ({"expires": "2027-03-01"}, "bad_day"),
        ({"expires": "soon"}, "bad_day"),
        ({"reason": "  \n "}, "bad_reason"),
        ({"reason": "ok"}, "bad_reason"),
        ({"reason": "word " * 200}, "bad_reason"),
        ({"owner": ""}, "bad_owner"),
        ({"reason": "ask the head of the village, +996 555 123 456"}, "personal_text"),
        ({"reason": "told by someone@example.org on the phone"}, "personal_text"),
        ({"reason": "the number 12345678901234 was checked"}, "personal_text"),
        ({"reason": "the house at 42.8746, 74.5698 was seen"}, "personal_text"),
        ({"owner": "0555123456"}, "personal_text"),
    ],
)
def test_bad_words_and_days_are_refused(judged: Verdict, home: Home, change: dict[str, str], code: str) -> None:
    error = refused(home, replace(GOOD, **change))  # type: ignore[arg-type]
    assert error.code == code
    assert not [text for text in ("555", "someone", "1234567", "42.8") if text in str(error)]


def test_days_in_a_reason_are_no_phone(judged: Verdict, home: Home) -> None:
    give(home, replace(GOOD, reason="visited 2026-01-12 - 2026-02-20, and 3.3.2026; 1,234 of 5,678 people"), DAY)


def test_the_first_and_the_last_day_are_possible(judged: Verdict, home: Home) -> None:
    assert give(home, replace(GOOD, expires="2026-03-01"), DAY).expires == "2026-03-01"
    give(home, replace(GOOD, expires=(DAY + timedelta(days=180)).isoformat()), DAY)


def test_a_round_without_a_verdict_has_nothing_to_waive(judged: Verdict, home: Home) -> None:
    for path in home.verdicts.rglob("*.json"):
        path.unlink()
    assert refused(home, GOOD).code == "not_judged"
    assert refused(home, replace(GOOD, round_key="toy-baseline-r09")).code == "unknown_round"


def test_a_waiver_is_taken_back_once(judged: Verdict, home: Home) -> None:
    waiver = give(home, GOOD, DAY)
    assert revoke(home, waiver.id, "", "", DAY) == waiver
    assert active(home, ROUND, DAY) == [] and standing(home, DAY)[0].state == "revoked"
    with pytest.raises(UsageError, match="revoked already"):
        revoke(home, waiver.id, "again, to be sure", "data manager", DAY)
    with pytest.raises(UsageError, match="no waiver w0009"):
        revoke(home, "w0009", "", "", DAY)
    assert give(home, GOOD, DAY).id == "w0002"  # a number is never given twice


def test_an_expired_waiver_can_not_be_taken_back(judged: Verdict, home: Home) -> None:
    waiver = give(home, GOOD, DAY)
    with pytest.raises(UsageError, match="expired already"):
        revoke(home, waiver.id, "", "", date(2026, 6, 1))
