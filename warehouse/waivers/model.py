"""A waiver, the lines of its ledger, and the rules for giving one.

Shapes belong here: reading and writing the ledger is in `ledger.py`, giving in `give.py`, what the gate does in `apply.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from warehouse.operation_files import Strict, read_yaml

RULES = Path(__file__).with_name("rules.yml")
State = Literal["active", "expired", "revoked", "not yet"]


class Rules(Strict):
    """The file `rules.yml`."""

    maximum_days: int = Field(gt=0)
    reason_length: int = Field(gt=20)
    counting: frozenset[str]
    never_findings: dict[str, str]

    def why_never(self, finding: str) -> str:
        """Why a finding's code can't be waived; empty where it can."""
        return next((why for code, why in self.never_findings.items() if fnmatchcase(finding, code)), "")


@cache
def rules() -> Rules:
    """The validated rules."""
    return read_yaml(RULES, Rules)


@dataclass(frozen=True)
class Waiver:
    """One exception. It covers what was seen when it was given, and nothing that is worse: from `bound` up to `covers`."""

    id: str
    round_key: str
    finding: str  # the code of a check, or of a finding that a check counts
    check: str  # the check that it lets through
    covers: float  # the value that was seen
    bound: float  # what the check allowed then
    observed: str  # the same in words
    reason: str
    owner: str
    since: str  # UTC
    expires: str  # the last day
    delivery: str = ""  # for this delivery alone; empty: for the round

    def holds_for(self, value: float, delivery: str) -> bool:
        """Whether a value is no worse than the one that was seen."""
        mine = self.delivery in ("", delivery)
        return mine and (value <= self.covers if self.covers >= self.bound else value >= self.covers)

    def on(self, day: date) -> State:
        """How it stands on a day. One whose `since` lies ahead is not active: the clock went back."""
        if day > date.fromisoformat(self.expires):
            return "expired"
        return "active" if datetime.fromisoformat(self.since).date() <= day else "not yet"

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


class Line(Strict):
    """A line of the ledger: when it was written, and the hash of the line before it."""

    at: datetime
    before: str = ""


class Give(Line):
    """A waiver is given."""

    do: Literal["give"] = "give"
    waiver: Waiver


class Revoke(Line):
    """A waiver is taken back."""

    do: Literal["revoke"] = "revoke"
    id: str
    owner: str
    reason: str


class Expire(Line):
    """A waiver's end was noticed: it never holds again, also where the clock goes back."""

    do: Literal["expire"] = "expire"
    id: str


class Use(Line):
    """A verdict let something through by a waiver."""

    do: Literal["use"] = "use"
    id: str
    normalized_id: str
    base_release: str | None
    outcome: str


AnyLine = Annotated[Give | Revoke | Expire | Use, Field(discriminator="do")]
