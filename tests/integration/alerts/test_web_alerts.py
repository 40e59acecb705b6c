"""Webhooks for real: Slack's blocks, Teams' cards, plain JSON; codes and pauses; one that fails stops no other."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.integration.alerts.hooks import Hook
from warehouse.alerts.model import Alert
from warehouse.alerts.post import post
from warehouse.alerts.state import FILE, read_state
from warehouse.alerts.tell import tell
from warehouse.cli import cli
from warehouse.settings import Home

ALERT = Alert(
    "refused", "kgz-bma-r03", "kgz-bma-r03: the gate refused the delivery",
    ["A <!channel> *bold* count & <https://evil.example|click> is negative.\nWhere: sheet data, row 7"] + [f"{'x' * 5000} {i}" for i in range(80)],
    link="https://mtm.example/runs/1", page="https://mtm.example/kgz-bma-r03/ab/index.html", command="mtm findings kgz-bma-r03",
)  # fmt: skip


def test_slack_gets_blocks_within_its_limits(home: Home, slack: Hook) -> None:
    assert tell(home, ALERT).outcome == "sent"
    (body,) = slack.posted
    blocks = body["blocks"]
    assert len(blocks) <= 50 and blocks[0] == {
        "type": "header",
        "text": {"type": "plain_text", "text": ALERT.title, "emoji": False},
    }
    texts = [b["text"]["text"] for b in blocks if b["type"] == "section"]
    assert max(map(len, texts)) <= 3000 and body["text"] == ALERT.title
    assert (
        "<!channel>" not in json.dumps(body)
        and "&lt;!channel&gt;" in texts[0]
        and "Where: sheet data, row 7" in texts[0]
    )
    assert "evil.example|click>" not in json.dumps(body)


def test_links_and_commands_come_along(home: Home, slack: Hook, teams: Hook) -> None:
    short = Alert(
        "failed", "kgz-bma-r03", "failed", ["one line"], link=ALERT.link, page=ALERT.page, command="mtm run kgz-bma-r03"
    )
    tell(home, short)
    shown = [b["text"]["text"] for b in slack.posted[0]["blocks"] if b["type"] == "section"]
    assert shown[1:] == ["`mtm run kgz-bma-r03`", f"<{ALERT.link}|The run in Dagster> · <{ALERT.page}|The verdict>"]
    card = teams.posted[0]["attachments"][0]["content"]
    assert [action["url"] for action in card["actions"]] == [ALERT.link, ALERT.page]


def test_teams_gets_a_card_that_is_small_enough(home: Home, teams: Hook) -> None:
    tell(home, ALERT)
    (body,) = teams.posted
    (attachment,) = body["attachments"]
    card = attachment["content"]
    assert body["type"] == "message" and attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["type"] == "AdaptiveCard" and len(json.dumps(body, ensure_ascii=False).encode()) < 28_000
    assert {b["type"] for b in card["body"]} == {"RichTextBlock"}  # no Markdown: no link or mark from a delivery
    assert card["body"][0]["inlines"][0]["text"] == ALERT.title


def test_any_other_webhook_gets_json_with_a_token(home: Home, slack: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_ALERT_WEBHOOK_URL", slack.url)
    monkeypatch.delenv("MTM_ALERT_SLACK_URL")
    monkeypatch.setenv("MTM_ALERT_WEBHOOK_TOKEN", "token-778899")
    tell(home, Alert("late", "kgz-bma-r03", "late", ["ask"], command="mtm status"))
    (body,) = slack.posted
    assert slack.headers[0]["Authorization"] == "Bearer token-778899"
    assert (body["kind"], body["round_key"], body["commands"], body["alerts"]) == (
        "late",
        "kgz-bma-r03",
        ["mtm status"],
        1,
    )


def test_one_that_fails_stops_no_other_and_is_tried_again(home: Home, slack: Hook, teams: Hook) -> None:
    slack.answers = [(500, "oh", ""), (429, "", "1800"), (410, "channel_is_archived", "")]
    told = tell(home, ALERT)
    assert told.channels["teams"] == "sent" and told.channels["slack"] == "HTTP 500"
    line = read_state(home).channels["slack"]
    post(home, line.next - 1)
    assert len(slack.headers) == 1  # it is left alone until then
    first = line.next
    post(home, first + 1)
    line = read_state(home).channels["slack"]
    assert line.error == "HTTP 429" and line.next >= first + 1800
    post(home, line.next + 1)
    line = read_state(home).channels["slack"]
    assert line.error.startswith("HTTP 410 channel_is_archived") and line.failures == 3
    post(home, line.next + 1)
    assert len(slack.posted) == 1 and len(teams.posted) == 1 and read_state(home).waiting == []


def test_no_address_in_state_or_answers(home: Home, slack: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_HOME", str(home.root))
    for answer in ((404, f"no such hook {slack.url}", ""), (302, "", ""), (200, "ok", "")):
        slack.answers.append(answer)
        done = CliRunner().invoke(cli, ["alerts", "test", "--json"])
        assert done.exit_code == (0 if answer[0] == 200 else 1)
        assert "SECRET" not in done.output and "Sig77" not in done.output
    monkeypatch.setenv("MTM_ALERT_SLACK_URL", f"http://127.0.0.1:9/services/{slack.url[-20:]}")
    assert "can't be reached" in tell(home, ALERT).channels["slack"]
    listed = CliRunner().invoke(cli, ["alerts", "--json"]).output
    for text in (listed, (home.alerts / FILE).read_text()):
        assert "SECRET" not in text and "Sig77" not in text and "services/" not in text
    assert home.alerts.stat().st_mode & 0o077 == 0


def test_addresses_that_must_not_be_used(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_ALERT_SLACK_URL", "http://hooks.slack.example/services/x")
    monkeypatch.setenv("MTM_ALERT_TEAMS_URL", "https://mission.webhook.office.com/webhookb2/x")
    told = tell(home, ALERT)
    assert "no https address" in told.channels["slack"] and "retired" in told.channels["teams"]
