"""The sensor's tick, for real: at the first all is looked at, at the next the files that the inbox refused since."""

from __future__ import annotations

from tests.integration.alerts.hooks import Hook
from warehouse.settings import Home


def refuse(home: Home, name: str) -> None:
    folder = home.inbox / "refused"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text("the file is no workbook · where: a.xlsx · do: export it again\n")


def test_ticks_tell_what_is_new_and_fail_at_nothing(home: Home, slack: Hook) -> None:
    from orchestration.sensors.alerts import tick

    refuse(home, "a.xlsx")
    first = tick(None, home)
    assert len(slack.posted) == 1 and "a.xlsx" in slack.texts[0] and first.cursor
    second = tick(first.cursor, home)
    assert len(slack.posted) == 1 and second.cursor == first.cursor and "repeated" in str(second.skip_reason)
    refuse(home, "b.xlsx")
    tick(first.cursor, home)
    assert len(slack.posted) == 2 and "export it again" in slack.texts[1]
    assert tick("not a moment", home).cursor != first.cursor
