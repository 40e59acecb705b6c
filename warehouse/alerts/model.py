"""What an alert is, and what became of one.

The data that all parts of alerts share belongs here; wording is in `words.yml`, rules in `operations/common/alerts.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Language = Literal["en", "ru", "ky"]
Outcome = Literal["off", "repeated", "sent", "waits"]


@dataclass(frozen=True)
class Said:
    """An alert in one language: a title of one line, and paragraphs. The first line of a paragraph is the finding itself."""

    title: str
    lines: list[str]


@dataclass(frozen=True)
class Alert:
    """Something that people should know. Texts hold no personal value and no secret.

    `kind`: one of those in `operations/common/alerts.yml`. `key` tells whether two alerts are the same thing (default: kind and
    round). `link`: the run in the Dagster UI. `page`: the page of the verdict. `command`: what to type without a UI.
    """

    kind: str
    round_key: str
    title: str
    lines: list[str] = field(default_factory=list)
    link: str = ""
    key: str = ""
    page: str = ""
    command: str = ""
    others: Mapping[str, Said] = field(default_factory=dict)  # in Russian and Kyrgyz; English stands in

    @property
    def same(self) -> str:
        """What is equal for two alerts about the same thing."""
        return self.key or f"{self.kind}:{self.round_key}"

    @property
    def operation(self) -> str:
        """`kgz`; empty where it is about no round."""
        return self.round_key.split("-")[0]

    def said(self, language: str) -> Said:
        """Title and lines in a language."""
        return self.others.get(language) or Said(self.title, list(self.lines))

    def data(self) -> dict[str, Any]:
        """Plain data, for the state file."""
        return {**asdict(self), "others": {name: asdict(said) for name, said in self.others.items()}}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Alert:
        """From the state file."""
        return cls(**{**data, "others": {name: Said(**said) for name, said in data.get("others", {}).items()}})


@dataclass(frozen=True)
class Told:
    """What became of an alert. `channels`: name → `sent`, or why it waits.

    `off`: no channel takes it. `repeated`: the same was told not long ago. `sent`: on every channel. `waits`: kept for at
    least one channel (it fails, or has had its messages of this hour) and sent later.
    """

    outcome: Outcome
    channels: dict[str, str] = field(default_factory=dict)
    text: str = ""
