"""One message in one language, as every kind of channel gets it: an alert, or a digest of several.

Putting an alert's parts together with the words of `words.yml` belongs here; markup does not (`channels/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from warehouse.alerts.model import Alert
from warehouse.alerts.words import word
from warehouse.personal.shapes import masked

IN_DIGEST = 10  # alerts that a digest tells; of the others it tells the number
LONGEST = 1200  # characters of a paragraph


@dataclass(frozen=True)
class Link:
    """Where to click."""

    label: str
    url: str


@dataclass(frozen=True)
class Message:
    """What is sent. Each paragraph's first line is the finding, the others say more of it."""

    kind: str
    round_key: str
    language: str
    title: str
    paragraphs: list[str]
    commands: list[str]
    links: list[Link]
    foot: str
    moment: datetime
    alerts: int = 1
    text: str = ""  # the whole message, plain

    @property
    def at(self) -> str:
        """The moment, for programs."""
        return self.moment.isoformat(timespec="seconds")


def cut(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def message(alerts: Sequence[Alert], language: str, now: float) -> Message:
    """The message about one alert, or the digest of several."""
    moment = datetime.fromtimestamp(now, UTC)
    foot = word("foot", language, at=f"{moment:%Y-%m-%d %H:%M}")
    made = _one(alerts[0], language, moment, foot) if len(alerts) == 1 else _digest(alerts, language, moment, foot)
    return replace(made, text=_text(made))


def _one(alert: Alert, language: str, moment: datetime, foot: str) -> Message:
    said = alert.said(language)
    paragraphs = ["\n".join(_clean(line) for line in cut(text, LONGEST).split("\n")) for text in said.lines]
    commands = [_clean(alert.command)] if alert.command else []
    return Message(alert.kind, alert.round_key, language, _clean(said.title), paragraphs, commands, _links(alert, language), foot, moment)  # fmt: skip


def _digest(alerts: Sequence[Alert], language: str, moment: datetime, foot: str) -> Message:
    shown, more = alerts[:IN_DIGEST], len(alerts) - IN_DIGEST
    paragraphs = [_clean(_in_digest(alert, language)) for alert in shown]
    paragraphs += [word("and_more", language, number=more)] if more > 0 else []
    title = word("digest", language, number=len(alerts))
    return Message("digest", "", language, title, paragraphs, ["mtm alerts"], _links(shown[0], language)[:1], foot, moment, len(alerts))  # fmt: skip


def _in_digest(alert: Alert, language: str) -> str:
    command = f" ({alert.command})" if alert.command else ""
    return f"{alert.said(language).title}{command}"


def _links(alert: Alert, language: str) -> list[Link]:
    links = [("link", alert.link), ("page", alert.page)]
    return [Link(word(name, language), url) for name, url in links if url.startswith(("https://", "http://"))]


def _text(made: Message) -> str:
    """The whole message as plain text."""
    blocks = [made.title, *(paragraph.replace("\n", "\n  ") for paragraph in made.paragraphs)]
    blocks += [f"{word('command', made.language)}: {command}" for command in made.commands]
    links = "\n".join(f"{link.label}: {link.url}" for link in made.links)
    return "\n\n".join([*blocks, *([links] if links else []), made.foot]) + "\n"


def _clean(text: str) -> str:
    """One line, and whatever looks personal hidden: the last look, after those of who made the text."""
    return masked(" ".join(text.split()))
