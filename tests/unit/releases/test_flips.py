"""Which release answered on a day: the log of flips, rollbacks, and homes from before there was a log."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.releases.flips import FILE, flips, moment_of, record, served_on
from warehouse.releases.manifest import FILE as MANIFEST
from warehouse.releases.manifest import Manifest
from warehouse.releases.pointer import flip
from warehouse.releases.query import asked_release
from warehouse.settings import Home


def made(home: Home, release_id: str, day: str, parents: list[tuple[str, str]]) -> None:
    """A release's folder with a manifest only; `parents` are the releases it was built on, with their days."""
    chain = [{"release_id": r, "published_at": f"{d}T10:00:00"} for r, d in [*parents, (release_id, day)]]
    manifest = Manifest(
        release_id, parents[-1][0] if parents else None, f"{day}T10:00:00Z", "", "", "", [], [], history=chain
    )
    folder = home.releases / release_id
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps(manifest.as_dict()), encoding="utf-8")


def log(home: Home, *lines: tuple[str, str, str | None]) -> None:
    text = "".join(json.dumps({"at": at, "release_id": r, "before": before}) + "\n" for at, r, before in lines)
    (home.published / FILE).write_text(text, encoding="utf-8")


def on(home: Home, text: str) -> str:
    return served_on(home, moment_of(text))


@pytest.fixture
def three(home: Home) -> Home:
    """r000001 and r000002 in a row, then back to r000001 on the 5th, and r000003 built on it."""
    made(home, "r000001", "2025-01-01", [])
    made(home, "r000002", "2025-01-03", [("r000001", "2025-01-01")])
    made(home, "r000003", "2025-01-07", [("r000001", "2025-01-01")])
    log(home, ("2025-01-01T10:05:00", "r000001", None), ("2025-01-03T10:05:00", "r000002", "r000001"),
        ("2025-01-05T08:00:00", "r000001", "r000002"), ("2025-01-07T10:05:00", "r000003", "r000001"))  # fmt: skip
    home.current.symlink_to(Path("releases") / "r000003")
    return home


def test_a_day_is_answered_by_what_was_served_at_its_end(three: Home) -> None:
    days = {"2025-01-01": "r000001", "2025-01-02": "r000001", "2025-01-03": "r000002", "2025-01-04": "r000002",
            "2025-01-05": "r000001", "2025-01-06": "r000001", "2025-01-07": "r000003", "2031-01-01": "r000003"}  # fmt: skip
    assert {day: on(three, day) for day in days} == days


def test_a_time_is_utc_unless_it_says_otherwise(three: Home) -> None:
    assert on(three, "2025-01-05T07:59:59") == "r000002"
    assert on(three, "2025-01-05T08:00:00Z") == "r000001"
    assert on(three, "2025-01-05T13:30:00+06:00") == "r000002"  # half past seven in UTC
    assert on(three, "2025-01-03T10:00:00") == "r000002"  # the date that it bears, before the pointer moved


def test_before_the_first_release_is_an_error(three: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing had been published then.*2025-01-01T10:00:00"):
        on(three, "2024-12-31")
    with pytest.raises(UsageError, match="nothing has been published yet"):
        on(Home(tmp_path / "empty").ensure(), "2024-12-31")


@pytest.mark.parametrize("text", ["", "yesterday", "31.12.2024", "2024-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        moment_of(text)
    assert refused.value.code == "bad_moment"


def test_without_a_log_the_chain_of_the_current_release_answers(three: Home) -> None:
    (three.published / FILE).unlink()
    assert [on(three, d) for d in ("2025-01-01", "2025-01-06", "2025-01-07")] == ["r000001", "r000001", "r000003"]


def test_a_log_that_begins_late_stands_on_the_chain_before_it(three: Home) -> None:
    log(three, ("2025-01-05T08:00:00", "r000001", "r000002"), ("2025-01-07T10:05:00", "r000003", "r000001"))
    assert [on(three, d) for d in ("2025-01-02", "2025-01-04", "2025-01-05")] == ["r000001", "r000002", "r000001"]


def test_a_move_that_did_not_happen_and_a_torn_line_do_not_count(three: Home) -> None:
    with (three.published / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": "2025-01-08T00:00:00", "release_id": "r000002", "before": "r000003"}) + "\n")
        file.write('{"at": "2025-01-09T0')  # the power failed
    assert on(three, "2025-01-10") == "r000003"
    flip(three, "r000001", "r000003")
    assert [f.release_id for f in flips(three)] == ["r000001", "r000002", "r000001", "r000003", "r000001"]
    assert on(three, datetime.now().isoformat()) in ("r000003", "r000001")
    assert served_on(three, datetime.max) == "r000001"


def test_a_flip_is_logged_and_a_lost_race_is_not(three: Home) -> None:
    flip(three, "r000002", "r000003")
    with pytest.raises(Exception, match="another release was published meanwhile"):
        flip(three, "r000001", "r000003")
    assert (flips(three)[-1].release_id, flips(three)[-1].before, len(flips(three))) == ("r000002", "r000003", 5)


def test_a_log_that_cannot_be_written_leaves_the_old_release(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "no space")

    monkeypatch.setattr("warehouse.releases.journal.os.write", full)
    with pytest.raises(OSError, match="no space"):
        flip(three, "r000001", "r000003")
    monkeypatch.undo()
    assert served_on(three, datetime.max) == "r000003"
    record(three, "r000001", "r000003")  # the pointer did not move: no flip
    assert served_on(three, datetime.max) == "r000003"


def test_a_release_or_a_day_is_asked_for(three: Home) -> None:
    for release_id, day, answer in [(None, "2025-01-04", "r000002"), ("r000001", None, "r000001")]:
        asked = asked_release(three, release_id, day)
        assert asked is not None and asked.release_id == answer
    assert asked_release(three, None, None) is None
    with pytest.raises(UsageError, match="both given"):
        asked_release(three, "r000001", "2025-01-04")
