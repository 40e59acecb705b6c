"""Making a Great Expectations suite of bounds.

One expectation per check belongs here; the expectation itself is in `within_bound.py`.
"""

from __future__ import annotations

from typing import Any

from expectations.checks import Bound
from expectations.gx import great_expectations
from expectations.suites.within_bound import within_bound

SEVERITY: dict[str, Any] = {
    "block": "critical",
    "review": "warning",
    "note": "info",
}  # as Great Expectations calls them


def build_suite(name: str, bounds: list[Bound]) -> Any:
    """The suite; each expectation carries its code, severity, sentences and what to do as `meta`."""
    return great_expectations().ExpectationSuite(name=name, expectations=[_expectation(bound) for bound in bounds])


def _expectation(bound: Bound) -> Any:
    side: dict[str, Any] = {f"{bound.check.side}_value": bound.value}
    return within_bound()(column=bound.check.code, severity=SEVERITY[bound.severity], meta=_meta(bound), **side)


def _meta(bound: Bound) -> dict[str, str]:
    return {
        "code": bound.check.code,
        "severity": bound.severity,
        "sentence_en": bound.check.sentence.en,
        "sentence_ru": bound.check.sentence.ru,
        "sentence_ky": bound.check.sentence.ky,
        "todo": bound.check.todo,
    }
