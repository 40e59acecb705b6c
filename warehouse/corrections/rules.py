"""What a person may decide: reasons and findings that are doubts, from `operations/common/decisions.yml`.

Only the two lists belong here. What is not on them is a law: a number that can't be read, a place that is not known, an
identifier, conservation.
"""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from warehouse.operations import read_yaml
from warehouse.settings import PROJECT


class Rules(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    clearable_reasons: list[str] = []
    acceptable_findings: list[str] = []


@cache
def rules() -> Rules:
    """The lists."""
    return read_yaml(PROJECT / "operations" / "common" / "decisions.yml", Rules)
