"""The suite on the normalized round: rows, places, people, answers, columns.

Only the name of the suite and its measures belong here; each check is an entry of `checks.yml`.
"""

from __future__ import annotations

from typing import Any

from expectations.checks import Bound
from expectations.measures import NORMALIZED as MEASURES
from expectations.suites.build import build_suite

NAME = "normalized"


def suite(bounds: list[Bound]) -> Any:
    """The Great Expectations suite of these checks, on a table with one column per check and one row."""
    return build_suite(NAME, bounds)


__all__ = ["MEASURES", "NAME", "suite"]
