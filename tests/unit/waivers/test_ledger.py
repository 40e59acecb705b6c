"""The ledger: only added to, whole or nothing; and days, also where the clock goes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from tests.unit.waivers.conftest import DAY, ROUND
from warehouse.errors import MtmError
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home
from warehouse.waivers.give import Asked, give, revoke
from warehouse.waivers.ledger import FILE, active, active_hash, note_expired, read, standing

GOOD = Asked(ROUND, "missing_level_2", "two rayons are out of reach this winter", "data manager", "2026-04-30")
LAST, AFTER = date(2026, 4, 30), date(2026, 5, 1)


def test_a_waiver_ends_after_its_last_day(judged: Verdict, home: Home) -> None:
    give(home, GOOD, DAY)
    assert active(home, ROUND, LAST) and not active(home, ROUND, AFTER)
    assert active_hash(home, ROUND, LAST) and active_hash(home, ROUND, AFTER) == ""


def test_one_from_a_day_that_lies_ahead_is_not_active(judged: Verdict, home: Home) -> None:
    give(home, GOOD, DAY)
    assert not active(home, ROUND, date(2026, 2, 28))  # the clock went back
    assert standing(home, date(2026, 2, 28))[0].state == "not yet"


def test_an_end_that_was_noticed_stays_also_where_the_clock_goes_back(judged: Verdict, home: Home) -> None:
    give(home, GOOD, DAY)
    for _ in range(2):
        note_expired(home, AFTER)
    assert [line.do for line in read(home)] == ["give", "expire"]
    assert not active(home, ROUND, DAY) and standing(home, DAY)[0].state == "expired"


def test_every_line_has_its_time_and_the_file_is_the_owners(judged: Verdict, home: Home) -> None:
    revoke(home, give(home, GOOD, DAY).id, "the rayons were visited", "data manager", DAY)
    path = home.waivers / FILE
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["do"] for line in lines] == ["give", "revoke"] and all(line["at"] for line in lines)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def _spoilt(text: str) -> dict[str, str]:
    first, second, third = text.splitlines(keepends=True)
    return {
        "torn": text[:-20],
        "no end": text[:-1],
        "empty": "",
        "a line taken out": first + third,
        "the first taken out": second + third,
        "changed": text.replace("2026-04-30", "2027-04-30", 1),
        "another order": second + first + third,
        "no line": first + "what\n" + second + third,
        "an unknown key": text.replace('"do":"give"', '"do":"give","more":1', 1),
    }


@pytest.mark.parametrize("what", ["torn", "no end", "empty", "a line taken out", "the first taken out", "changed", "another order", "no line", "an unknown key"])  # fmt: skip
def test_a_damaged_ledger_lets_nothing_through(judged: Verdict, home: Home, what: str) -> None:
    give(home, GOOD, DAY)
    revoke(home, give(home, replace(GOOD, finding="window_differs"), DAY).id, "", "", DAY)
    path = home.waivers / FILE
    path.write_text(_spoilt(path.read_text(encoding="utf-8"))[what], encoding="utf-8")
    before = path.read_bytes()
    for work in (lambda: active(home, ROUND, DAY), lambda: give(home, GOOD, DAY), lambda: note_expired(home, AFTER)):
        with pytest.raises(MtmError, match="damaged") as error:
            work()
        assert error.value.code == "bad_waivers"
    assert path.read_bytes() == before and active_hash(home, ROUND, DAY) == "damaged"


def test_a_disk_that_refuses_is_said_and_changes_nothing(
    judged: Verdict, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(home, GOOD, DAY)
    before = (home.waivers / FILE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for call in ("os.fsync", "os.replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"warehouse.waivers.ledger.{call}", full)
            with pytest.raises(MtmError, match="could not be written") as error:
                give(home, GOOD, DAY)
            assert error.value.code == "not_stored" and str(home.root) not in str(error.value)
        assert (home.waivers / FILE).read_bytes() == before
    assert give(home, GOOD, DAY).id == "w0002"


def test_a_home_without_a_ledger_has_no_waivers(home: Home) -> None:
    assert active(home, ROUND, DAY) == [] and active_hash(home, ROUND, DAY) == ""
