"""What of a verdict may be waived: which checks are laws, and which findings a check that failed has counted.

Telling it belongs here, so that the verdict carries it; giving and applying waivers is in `warehouse/waivers/`.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from expectations.checks import catalogue
from expectations.inputs import RoundInput
from expectations.measures.measured import code_text
from warehouse.releases.verdict import CheckResult
from warehouse.waivers.model import rules


def with_counts(checks: list[CheckResult], given: RoundInput) -> list[CheckResult]:
    """The checks with `waivable` as the catalogue has it, and with the codes of findings that made them fail."""
    law = {check.code for check in catalogue().checks if not check.waivable}
    return [replace(c, waivable=c.code not in law, counted={} if c.passed else _counted(c, given)) for c in checks]


def _counted(check: CheckResult, given: RoundInput) -> dict[str, int]:
    """Code of a finding → how often; empty where the check does not count findings, or counts them in a way not known here."""
    named = {c.code: set(getattr(c, "findings", ())) for c in catalogue().checks}
    mine = named.get(check.code, set())
    if not mine and check.code not in rules().counting:
        return {}
    found = _found(given, check.severity)
    others = (
        set() if mine else {code for c in catalogue().checks if c.severity == check.severity for code in named[c.code]}
    )
    counted = {code: n for code, n in found.items() if (code in mine if mine else code not in others)}
    for told_elsewhere in (set(), {"unknown_column"}):  # unknown_columns counts these with a number of its own
        kept = {code: n for code, n in counted.items() if code not in told_elsewhere}
        if sum(kept.values()) == check.value:
            return kept
    return {}


def _found(given: RoundInput, severity: str) -> dict[str, int]:
    table = given.table("finding").filter(pl.col("severity") == severity)
    found: dict[str, int] = {}
    for code in table["code"].sort():
        found[code_text(code)] = found.get(code_text(code), 0) + 1
    return found
