"""What the gate said of a candidate, as data (design: the verdict).

The record and its storage belong here; running the checks does not (`expectations/`).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from warehouse.settings import Home

Outcome = Literal["passed", "refused", "provisional"]
Severity = Literal["block", "review", "note"]
Layer = Literal["normalized", "marts"]


@dataclass(frozen=True)
class CheckResult:
    """One check: what was looked at, what was seen, what was allowed."""

    code: str
    layer: Layer
    severity: Severity
    passed: bool
    sentence_en: str
    sentence_ru: str
    observed: str  # value-free of persons: counts, shares, codes
    threshold: str
    todo: str
    evidence: list[str] = field(default_factory=list)  # keys only: place codes, sheet!row
    family: int = 0  # of the 18 families of checks (expectations/checks.yml)
    value: float | None = None  # the number that was judged
    bound: float | None = None  # the number that it was judged by
    waiver: str = ""  # id of the waiver that lets it through, though it did not hold


@dataclass(frozen=True)
class Verdict:
    """The gate's answer for one round of one candidate. Passed needs at least one evaluated check per layer."""

    round_key: str
    normalized_id: str
    base_release: str | None
    outcome: Outcome
    checks: list[CheckResult]
    code_version: str
    error: str = ""  # the gate itself failed: always refused
    gate: str = ""  # hash of the thresholds that it was given by
    inputs: dict[str, str] = field(default_factory=dict)  # what was judged -> its hash
    diff: dict[str, Any] = field(default_factory=dict)  # against the base release: marts, rows, people moved
    waivers: list[dict[str, Any]] = field(default_factory=list)  # those that were used, whole

    @property
    def blocking(self) -> list[CheckResult]:
        """The checks that stop publication: those that did not hold and that no waiver lets through."""
        return [c for c in self.checks if c.severity == "block" and not c.passed and not c.waiver]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)

    def save(self, home: Home) -> Path:
        """Write `build/verdicts/<round_key>/<normalized_id>.json`, atomically."""
        path = verdict_path(home, self.round_key, self.normalized_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(temporary, path)
        return path


def verdict_path(home: Home, round_key: str, normalized_id: str) -> Path:
    """Where the verdict of a normalized round is stored."""
    return home.verdicts / round_key / f"{normalized_id}.json"


def load_verdict(home: Home, round_key: str, normalized_id: str) -> Verdict | None:
    """The stored verdict, or None where the gate has not spoken."""
    path = verdict_path(home, round_key, normalized_id)
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    return Verdict(**{**data, "checks": [CheckResult(**c) for c in data["checks"]]})
