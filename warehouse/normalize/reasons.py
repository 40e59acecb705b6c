"""Reasons for rejecting a row, from `operations/common/reasons.yml`.

Only the words and their class belong here; where a reason applies is decided in the modules that look at rows.
"""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from warehouse.operations import read_yaml
from warehouse.settings import PROJECT


class Reason(BaseModel):
    """One reason. `by_rule`: the row is no part of the round by its own rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by_rule: bool
    what: str
    expected: str
    todo: str


class Reasons(BaseModel):
    """The file."""

    reasons: dict[str, Reason] = {}


class Identifiers(BaseModel):
    """The file `identifiers.yml`: folded globs of headers."""

    identifiers: list[str] = []


@cache
def reasons() -> dict[str, Reason]:
    """All reasons by code."""
    return read_yaml(PROJECT / "operations" / "common" / "reasons.yml", Reasons).reasons


@cache
def identifier_globs() -> list[str]:
    """Headers that look like an identifier."""
    return read_yaml(PROJECT / "operations" / "common" / "identifiers.yml", Identifiers).identifiers
