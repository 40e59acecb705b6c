"""Servers that alerts are sent to, for real, on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.integration.alerts import hooks, mail_server


@pytest.fixture(autouse=True)
def no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own environment sends anything."""
    for name in [name for name in os.environ if name.startswith("MTM_ALERT_") or name == "MTM_UI"]:
        monkeypatch.delenv(name)


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[hooks.Hook]:
    with hooks.serve() as hook:
        monkeypatch.setenv("MTM_ALERT_SLACK_URL", hook.url)
        yield hook


@pytest.fixture
def teams(monkeypatch: pytest.MonkeyPatch) -> Iterator[hooks.Hook]:
    with hooks.serve() as hook:
        monkeypatch.setenv("MTM_ALERT_TEAMS_URL", hook.url)
        yield hook


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[mail_server.Inbox]:
    with mail_server.serve() as inbox:
        monkeypatch.setenv("MTM_ALERT_SMTP", f"smtp+plain://127.0.0.1:{inbox.port}")
        monkeypatch.setenv("MTM_ALERT_EMAIL_FROM", "mtm@mission.example")
        monkeypatch.setenv(
            "MTM_ALERT_EMAIL_TO", "one@mission.example, Two <two@mission.example>; three@mission.example"
        )
        yield inbox
