"""What a source is: where to pull from, what for, how often (`operations/<op>/sources.yml`).

The shape of the file and finding a source by its name belong here. A secret never stands in the file: it names the
variable of the environment that holds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pydantic import Field, field_validator

from warehouse.codebooks.recognise import NOTHING_DECLARED, Declared
from warehouse.deliveries.sources.address import Kind, check_url, default_secret_env, kind_of, protocol_of
from warehouse.deliveries.sources.redact import declare
from warehouse.errors import MtmError, UsageError
from warehouse.operations import Component, Strict, load_operation, read_yaml, readable_operations

UNITS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "m": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}  # fmt: skip
SOONEST = {"files": 60, "kobo": 900, "dtm": 3600}  # seconds between two looks, where the file says nothing


class Entry(Strict):
    """One source in `sources.yml`."""

    name: str = Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
    url: str
    component: Component | None = None
    round: int | Literal["from the file"] = "from the file"
    every: str = ""  # "15 min", "6 h", "1 day"
    partial: bool = False
    enabled: bool = False  # whether the sensor pulls it; by name it can always be pulled
    secret_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    notes: str = ""

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        check_url(url, in_a_file=True)
        return url

    @field_validator("every")
    @classmethod
    def _interval(cls, every: str) -> str:
        if every and seconds(every) < 30:
            raise ValueError("at least 30 s between two looks")
        return every


class Sources(Strict):
    """The file `sources.yml`."""

    sources: list[Entry] = []

    @field_validator("sources")
    @classmethod
    def _once(cls, sources: list[Entry]) -> list[Entry]:
        names = [s.name for s in sources]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"more than one source is called {', '.join(twice)}")
        return sources


@dataclass(frozen=True)
class Source:
    """A place to pull from: a declared one, or a URL or path of the command line (then `name` is empty)."""

    url: str
    name: str = ""  # kgz/kobo-bma
    declared: Declared = NOTHING_DECLARED
    every: int = 60
    partial: bool = False
    enabled: bool = False
    secret_env: str | None = None

    @property
    def kind(self) -> Kind:
        """files, kobo or dtm."""
        return kind_of(self.url)

    @property
    def secret_variable(self) -> str | None:
        """The variable of the environment that holds the secret, where this kind has one."""
        return self.secret_env or default_secret_env(self.url)


def seconds(every: str) -> int:
    """`15 min`, `6 h`, `1 day` in seconds."""
    found = re.fullmatch(r"\s*(\d+)\s*([a-z]+?)s?\s*", every.lower())
    if not found or found.group(2) not in UNITS:
        raise ValueError("expected a number and a unit: 15 min, 6 h, 1 day")
    return int(found.group(1)) * UNITS[found.group(2)]


def all_sources() -> tuple[list[Source], list[MtmError]]:
    """The sources of all operations, and what is wrong with files that can't be used: the others go on."""
    operations, unreadable = readable_operations()
    found: list[Source] = []
    problems: list[MtmError] = [*unreadable]
    for operation in operations:
        try:
            found += sources_of(operation.code)
        except MtmError as error:
            problems.append(error)
    return found, problems


def sources_of(code: str) -> list[Source]:
    """The sources of one operation. Raises MtmError where its file can't be used."""
    entries = read_yaml(load_operation(code).folder / "sources.yml", Sources).sources
    return [_source(code, entry) for entry in entries]


def find_source(name: str) -> Source | None:
    """The source of this name (`kobo-bma`, or `kgz/kobo-bma`). Raises UsageError where two operations have it."""
    sources, problems = all_sources()
    found = [s for s in sources if name in (s.name, s.name.partition("/")[2])]
    if len(found) > 1:
        raise UsageError(
            f"more than one source is called {name!r}",
            expected=f"one of {', '.join(s.name for s in found)}",
            todo="write the operation in front",
            code="ambiguous_source",
        )
    if not found and problems:
        raise problems[0]
    return found[0] if found else None


def near_names(name: str) -> list[str]:
    """Names of sources that look like this one, for a message."""
    names = [s.name.partition("/")[2] for s in all_sources()[0]]
    return get_close_matches(name, names, n=3) or names[:5]


def _source(code: str, entry: Entry) -> Source:
    declare(entry.secret_env)
    number = entry.round if isinstance(entry.round, int) else None
    every = seconds(entry.every) if entry.every else SOONEST[kind_of(entry.url)]
    declared = Declared(code, entry.component, number)
    return Source(entry.url, f"{code}/{entry.name}", declared, every, entry.partial, entry.enabled, entry.secret_env)


__all__ = ["Entry", "Source", "Sources", "all_sources", "find_source", "near_names", "protocol_of", "sources_of"]
