"""How often alerts come: repeats, the cap of an hour, digests, back-off; also over restarts, several processes and jumping clocks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest

from warehouse.alerts import post as posting
from warehouse.alerts.channels.sending import NotSent
from warehouse.alerts.message import Message
from warehouse.alerts.model import Alert
from warehouse.alerts.pace import may_be_told, pause
from warehouse.alerts.post import post
from warehouse.alerts.settings import Channel, read_rules
from warehouse.alerts.state import FILE, Once, read_state
from warehouse.alerts.tell import new_findings, remember_findings, settle, tell
from warehouse.settings import PROJECT, Home

HOUR = 3600.0
NOW = time.time()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Message]]:
    """What would have been sent: two channels are on."""
    found: list[tuple[str, Message]] = []
    for kind in ("SLACK", "TEAMS"):
        monkeypatch.setenv(f"MTM_ALERT_{kind}_URL", "https://hook.example/x")
    monkeypatch.setattr(posting, "send", lambda channel, message: found.append((channel.name, message)) or "ok")
    return found


def alert(kind: str = "refused", number: int = 1, key: str = "") -> Alert:
    return Alert(kind, f"kgz-bma-r{number:02d}", f"{kind} {number}", key=key)


def test_the_same_is_told_once_and_again_with_growing_pauses() -> None:
    pauses = [24 * HOUR, 72 * HOUR]
    assert may_be_told(None, pauses, NOW)
    for times, hours in ((1, 24), (2, 72), (3, 72), (9, 72)):
        once = Once(NOW, times, "late", "kgz-bma-r01")
        assert not may_be_told(once, pauses, NOW + hours * HOUR - 1) and may_be_told(once, pauses, NOW + hours * HOUR)
    assert not may_be_told(Once(NOW, 1, "x", ""), [], NOW + 1e9)
    assert may_be_told(Once(NOW + HOUR, 1, "x", ""), [], NOW)  # the clock stepped back since


def test_back_off_grows_to_an_hour_and_believes_what_is_asked() -> None:
    assert [pause(n) for n in (1, 2, 3, 7, 500)] == [60, 120, 240, 3600, 3600]
    assert pause(1, asked=5000) == 5000 and pause(1, asked=1e9) == 24 * HOUR and pause(1, for_good=True) == 900


def test_repeats_are_kept_back_by_key(home: Home, sent: list[tuple[str, Message]]) -> None:
    assert tell(home, alert("late"), NOW).outcome == "sent" and len(sent) == 2
    assert tell(home, alert("late"), NOW + 3 * HOUR).outcome == "repeated" and len(sent) == 2
    assert tell(home, alert("late"), NOW + 25 * HOUR).outcome == "sent"
    assert tell(home, alert("late"), NOW + 50 * HOUR).outcome == "repeated"  # now three days
    assert tell(home, alert("late", key="another"), NOW).outcome == "sent"


def test_beyond_the_cap_comes_one_digest(home: Home, sent: list[tuple[str, Message]]) -> None:
    (home.root / "alerts.yml").write_text("channels: [{name: teams, enabled: false}]")
    for n in range(22):
        told = tell(home, alert(number=n), NOW + n)
        assert told.outcome == ("sent" if n < 10 else "waits")
    assert len(sent) == 10
    post(home, NOW + HOUR + 11)
    digests = [m for _, m in sent[10:]]
    assert [m.title for m in digests] == ["12 alerts in one message"]
    assert (
        digests[0].paragraphs[-1] == "And 2 more: mtm alerts lists them." and "refused 10" in digests[0].paragraphs[0]
    )
    assert read_state(home).waiting == []
    post(home, NOW + 2 * HOUR)
    assert len(sent) == 11


def test_limits_hold_over_restarts(home: Home) -> None:
    """Each alert from a process of its own: the cap counts all, the same thing is told once."""
    code = """
import os, sys, time
from pathlib import Path
from warehouse.alerts import post as posting
from warehouse.alerts.model import Alert
from warehouse.alerts.tell import tell
from warehouse.settings import Home
posting.send = lambda channel, message: 'ok'
os.environ['MTM_ALERT_SLACK_URL'] = 'https://hook.example/x'
for n in sys.argv[2:]:
    print(tell(Home(Path(sys.argv[1])), Alert('refused', 'a', 't', key=n)).outcome)
"""
    (home.root / "alerts.yml").write_text("channels: [{name: slack, per_hour: 2}]\n")
    said = [
        subprocess.run([sys.executable, "-c", code, str(home.root), *keys], capture_output=True, text=True, check=True, cwd=PROJECT).stdout.split()
        for keys in (["a", "a", "b"], ["b", "c", "a"])
    ]  # fmt: skip
    assert said == [["sent", "repeated", "sent"], ["repeated", "waits", "repeated"]]


def test_two_at_once_send_nothing_twice(home: Home, sent: list[tuple[str, Message]]) -> None:
    going = [threading.Thread(target=tell, args=(home, alert(number=n % 4), NOW)) for n in range(8)]
    for thread in going:
        thread.start()
    for thread in going:
        thread.join()
    post(home, NOW + 1)
    assert sorted((name, m.title) for name, m in sent) == sorted(
        (c, f"refused {n}") for c in ("slack", "teams") for n in range(4)
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_dies_while_sending_sends_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(channel: Channel, message: Message) -> str:
        raise SystemExit  # as where the process is killed: nothing is noted

    monkeypatch.setenv("MTM_ALERT_SLACK_URL", "https://hook.example/x")
    monkeypatch.setattr(posting, "send", dies)
    assert tell(home, alert(), NOW).outcome == "waits"
    found: list[Message] = []
    monkeypatch.setattr(posting, "send", lambda channel, message: found.append(message) or "ok")
    post(home, NOW + 5)
    assert not found  # perhaps it is still being sent
    post(home, NOW + 100)
    assert [m.title for m in found] == ["refused 1"]


def test_what_can_not_be_sent_for_days_is_given_up_and_counted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(channel: Channel, message: Message) -> str:
        raise NotSent("HTTP 500")

    monkeypatch.setenv("MTM_ALERT_SLACK_URL", "https://hook.example/x")
    monkeypatch.setattr(posting, "send", fails)
    tell(home, alert(), NOW)
    post(home, NOW + 73 * HOUR)
    state = read_state(home)
    assert state.waiting == [] and state.channels["slack"].lost == 1 and state.sent[-1]["how"] == "given up"
    from warehouse.alerts.listing import troubles

    assert "1 were given up" in troubles(home)[0]


def test_a_damaged_state_is_put_aside(home: Home, sent: list[tuple[str, Message]]) -> None:
    tell(home, alert(), NOW)
    for text in (
        "{",
        "[]",
        json.dumps({"told": {}, "waiting": [{"id": "x"}], "channels": {}, "sent": [], "known": {}}),
    ):
        (home.alerts / FILE).write_text(text)
        assert tell(home, alert(), NOW).outcome == "sent"
        assert (home.alerts / "state.damaged.json").read_text() == text


def test_nothing_is_raised_where_nothing_can_be_kept(home: Home, sent: list[tuple[str, Message]]) -> None:
    home.alerts.write_text("in the way")
    assert "can't be kept" in tell(home, alert(), NOW).text


def test_without_a_channel_nothing_is_written(home: Home) -> None:
    assert tell(home, alert()).outcome == "off" and not home.alerts.exists()


def test_own_rules_join_the_common_ones(home: Home, sent: list[tuple[str, Message]]) -> None:
    (home.root / "alerts.yml").write_text(
        "channels:\n- {name: slack, kinds: [late], operations: [kgz], language: ru}\n- {name: teams, enabled: false}\n"
        "- {name: field, kind: slack, url_env: MTM_ALERT_FIELD_URL}\nkinds:\n  late: {again_after_hours: [1]}\n"
    )
    rules = read_rules(home)
    assert [c.name for c in rules.channels] == ["email", "slack", "teams", "webhook", "field"] and not rules.problem
    assert (
        rules.pauses("late") == [HOUR]
        and rules.pauses("refused") == [168 * HOUR]
        and rules.pauses("new kind") == [24 * HOUR]
    )
    assert tell(home, alert("refused"), NOW).outcome == "off"
    assert tell(home, Alert("late", "nga-baseline-r01", "late"), NOW).outcome == "off"
    assert tell(home, Alert("late", "kgz-bma-r01", "late"), NOW).channels == {"slack": "sent"}
    assert sent[-1][1].language == "ru"


@pytest.mark.parametrize(
    "text", ["channels: [{name: pigeon}]", "kinds: {refsued: {}}", "channels: [{name: slack, url: https://secret}]", "a: [",
             "channels: [{name: slack, url_env: HOME}]"],
)  # fmt: skip
def test_a_mistake_in_the_own_file_is_told_and_the_common_rules_hold(home: Home, sent: list[tuple[str, Message]], text: str) -> None:  # fmt: skip
    (home.root / "alerts.yml").write_text(text)
    assert "alerts.yml can't be used" in read_rules(home).problem
    assert tell(home, alert(), NOW).outcome == "sent"


def test_findings_are_new_once_and_a_publication_settles(home: Home, sent: list[tuple[str, Message]]) -> None:
    assert new_findings(home, "r", ["a", "b", "a"]) == ["a", "b"]
    remember_findings(home, "r", ["a"])
    assert new_findings(home, "r", ["a", "b"]) == ["b"]
    assert settle(home, "kgz-bma-r01", lambda kinds: alert("recovered")) is None
    tell(home, alert("failed"), NOW)
    asked: list[str] = []
    told = settle(home, "kgz-bma-r01", lambda kinds: asked.extend(kinds) or alert("recovered"))  # type: ignore[func-returns-value]
    assert told and told.outcome == "sent" and asked == ["failed"]
    assert tell(home, alert("failed"), NOW).outcome == "sent"  # a new failure is told at once
