"""Measures that count what normalization found, by family: each check names the codes of its findings.

Only counting belongs here; findings are made in `warehouse/normalize/`. What no check names is counted by
`blocking_findings` and `review_findings`, so that a new code never passes unseen.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from expectations.checks import Check, catalogue
from expectations.inputs import RoundInput
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, code_text, count, where

# told by a check with a number of its own: unknown_columns counts the columns themselves
MEASURED = ("unknown_column",)


def named_measures() -> dict[str, Callable[[RoundInput], Measured]]:
    """Check code → its measure, for the checks that name findings."""
    return {check.code: _measure(check) for check in catalogue().checks if check.findings}


def _measure(check: Check) -> Callable[[RoundInput], Measured]:
    def counted(given: RoundInput) -> Measured:
        return _counted(given, check.severity or "block", pl.col("code").is_in(check.findings))

    return counted


def blocking_findings(given: RoundInput) -> Measured:
    """Findings that normalization itself calls blocking, and no other check counts."""
    return _counted(given, "block", ~pl.col("code").is_in(_named("block")).fill_null(False))


def review_findings(given: RoundInput) -> Measured:
    """Findings that somebody should look at, and no other check counts."""
    return _counted(given, "review", ~pl.col("code").is_in([*_named("review"), *MEASURED]).fill_null(False))


def _named(severity: str) -> list[str]:
    return [code for check in catalogue().checks if check.severity == severity for code in check.findings]


def _counted(given: RoundInput, severity: str, condition: pl.Expr) -> Measured:
    found = given.table("finding").filter((pl.col("severity") == severity) & condition)
    rows = found.select("code", "sheet", "row_number").unique().sort("code", "sheet", "row_number", nulls_last=True)
    places = [
        f"{code_text(c)} {where(pl.DataFrame({'sheet': [s], 'row_number': [r]}))[0]}"
        for c, s, r in rows.head(EVIDENCE_LIMIT).iter_rows()
    ]
    people = int(found["people"].sum() or 0)
    if people:
        return Measured(float(found.height), f"{found.height:,} findings, {people:,} people in them", places)
    return count(found.height, "findings", places)
