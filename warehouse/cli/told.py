"""What the help says beside a command's own text: its line in the list, examples, exit codes; topics; variables.

Reading `words/*.yml` belongs here. A key that is not known is an error: the tests read every file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words")


@dataclass(frozen=True)
class Told:
    """What `words/commands.yml` says of one command."""

    short: str = ""
    example: list[str] = field(default_factory=list)
    exits: dict[int, str] = field(default_factory=dict)
    doing: str = ""

    @property
    def epilog(self) -> str:
        """The end of the command's help: examples and exit codes, in lines that click leaves as they are."""
        parts = []
        if self.example:
            parts.append("\b\nExamples:\n" + "\n".join(f"  {line}" for line in self.example))
        if self.exits:
            parts.append("\b\nExit codes:\n" + "\n".join(f"  {code}  {what}" for code, what in self.exits.items()))
        return "\n\n".join(parts)


@dataclass(frozen=True)
class Topic:
    """A short text of `mtm help`."""

    title: str
    text: str


@dataclass(frozen=True)
class Variable:
    """A variable of the environment. `services`: which services of a server read it (all, where none is named)."""

    name: str
    what: str
    default: str = ""
    group: str = "installation"
    secret: bool = False  # may come as a file: NAME_FILE
    required: str = ""  # when it has to be set
    example: str = ""
    services: list[str] = field(default_factory=list)


@cache
def commands() -> dict[str, Told]:
    """By the command's words (`disclosure audit`)."""
    return {name: Told(**entry) for name, entry in _read("commands").items()}


def told(path: str) -> Told:
    """What is said of a command; nothing where nobody wrote it."""
    return commands().get(path, Told())


def topics() -> dict[str, Topic]:
    """By name, in the order in which they are listed."""
    return {name: Topic(**entry) for name, entry in _read("topics").items()}


def variables() -> list[Variable]:
    """Every variable that the program reads, by group."""
    return [Variable(**entry) for entry in _read("environment")]


def _read(name: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((WORDS / f"{name}.yml").read_text(encoding="utf-8"), loader)


__all__ = ["Told", "Topic", "Variable", "commands", "told", "topics", "variables"]
