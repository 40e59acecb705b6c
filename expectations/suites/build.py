"""Making a Great Expectations suite of bounds.

One expectation per check belongs here: the column named after the check lies within its bound.
"""

from __future__ import annotations

from typing import Any

from expectations.checks import Bound

SEVERITY: dict[str, Any] = {
    "block": "critical",
    "review": "warning",
    "note": "info",
}  # as Great Expectations calls them


def build_suite(name: str, bounds: list[Bound]) -> Any:
    """The suite; each expectation carries its code, severity, sentences and what to do as `meta`."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=[_expectation(bound) for bound in bounds])


def _expectation(bound: Bound) -> Any:
    import great_expectations.expectations as gxe

    side: dict[str, Any] = {f"{bound.check.side}_value": bound.value}
    expectation: Any = gxe.ExpectColumnValuesToBeBetween  # type: ignore[attr-defined]
    return expectation(column=bound.check.code, severity=SEVERITY[bound.severity], meta=_meta(bound), **side)


def _meta(bound: Bound) -> dict[str, str]:
    return {
        "code": bound.check.code,
        "severity": bound.severity,
        "sentence_en": bound.check.sentence.en,
        "sentence_ru": bound.check.sentence.ru,
        "todo": bound.check.todo,
    }
