"""What the gate said of a candidate, as data (design: the verdict).

The record and its storage belong here; running the checks does not (`expectations/`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, get_args

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.settings import Home

DOCS_PAGE = "index.html"
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
    waiver: str = ""  # ids of the waivers that let it through, though it did not hold
    counted: dict[str, int] = field(
        default_factory=dict
    )  # where it counts findings and fails: their codes, how many of each
    waivable: bool = True  # whether a person may make an exception of it (expectations/checks.yml)
    sentence_ky: str = ""  # verdicts from before it have none


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
        """Write `build/verdicts/<round_key>/<normalized_id>.json`, atomically, with a seal over all that it says."""
        path = verdict_path(home, self.round_key, self.normalized_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".tmp")
        data = self.as_dict()
        text = json.dumps({**data, "seal": _seal(data)}, ensure_ascii=False, indent=1, allow_nan=False)
        temporary.write_text(text, encoding="utf-8")
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
        return path


def code_version() -> str:
    """The version of the project that judges."""
    try:
        return version("mtm-warehouse")
    except PackageNotFoundError:
        return "not installed"


def verdict_path(home: Home, round_key: str, normalized_id: str) -> Path:
    """Where the verdict of a normalized round is stored."""
    return home.verdicts / round_key / f"{normalized_id}.json"


def docs_folder(home: Home, verdict: Verdict) -> Path:
    """Where the Data Docs of a verdict lie (expectations/docs.py makes them)."""
    return home.gate_docs / verdict.round_key / verdict.normalized_id


def take_docs(home: Home, verdict: Verdict, release: Path) -> None:
    """Copy the Data Docs of a verdict into a release, as `gate/`. Raises MtmError where there are none."""
    folder = docs_folder(home, verdict)
    if not (folder / DOCS_PAGE).is_file():
        raise MtmError(
            f"the Data Docs of the verdict on {verdict.round_key} are gone", where="build/gate_docs",
            expected="the page that the gate made with the verdict", todo=f"mtm run {verdict.round_key}", code="no_docs",
        )  # fmt: skip
    shutil.copytree(folder, release / "gate", copy_function=shutil.copyfile)


def load_verdict(home: Home, round_key: str, normalized_id: str, *, sealed: bool = False) -> Verdict | None:
    """The stored verdict, or None where the gate has not spoken, or what it said is damaged or was altered since.

    `sealed`: one without a seal (from before there were any) does not count either.
    """
    try:
        data = json.loads(verdict_path(home, round_key, normalized_id).read_text(encoding="utf-8"))
        seal = data.pop("seal", None)
        if seal != _seal(data) and (sealed or seal is not None):
            return None
        verdict = Verdict(**{**data, "checks": [CheckResult(**c) for c in data["checks"]]})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    mine = (verdict.round_key, verdict.normalized_id) == (round_key, normalized_id)
    return verdict if mine and verdict.outcome in get_args(Outcome) else None


def _seal(data: dict[str, Any]) -> str:
    """The hash of what a verdict says: no protection against who can compute it anew, but against damage and editing."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
