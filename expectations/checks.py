"""The catalogue of checks (`checks.yml`): what each looks at, how bad a failure is, and the words for a person.

The shape of the file and the resolving of bounds belong here; numbers of one operation stand in its `gate.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from expectations.inputs import threshold
from warehouse.errors import MtmError
from warehouse.operations import Strict, Threshold, read_yaml
from warehouse.releases.verdict import Layer, Severity

CATALOGUE = Path(__file__).with_name("checks.yml")
NAMED = "named_findings"
Condition = Literal[
    "always",
    "counts",
    "bma",
    "survey",
    "registration_required",
    "fieldwork_known",
    "level_1_listed",
    "level_2_listed",
    "communities_planned",
    "communities_unplanned",
    "informants",
    "figures_published",
    "people_redelivered",
    "survey_redelivered",
]


class Sentence(Strict):
    """What must hold, in plain language."""

    en: str = Field(min_length=10)
    ru: str = Field(min_length=10)
    ky: str = Field(min_length=10)


class Family(Strict):
    """One of the 18 kinds of checks."""

    en: str = Field(min_length=5)
    ru: str = Field(min_length=5)
    ky: str = Field(min_length=5)


class Check(Strict):
    """One check. `law` is a bound that no operation may move; without it the bound is the threshold of the same code."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    family: int = Field(ge=1, le=18)  # of the families of checks (docs/gate.md)
    layer: Layer
    severity: Severity | None = None  # null: the threshold's
    measure: str
    findings: tuple[str, ...] = ()  # of measure named_findings: the codes of normalization's findings that it counts
    side: Literal["max", "min"] = "max"
    law: float | None = None
    when: Condition = "always"
    waivable: bool = True  # false: what no person may let through (laws of rows, people, persons and the release)
    completeness: bool = False  # a partial delivery may fail it and still be shown as provisional
    sentence: Sentence
    todo: str = Field(min_length=5)

    @model_validator(mode="after")
    def law_has_severity(self) -> Check:
        """A law states its severity here; a threshold states it in `gate.yml`."""
        if (self.law is None) != (self.severity is None):
            raise ValueError(f"check {self.code}: law and severity stand together, or both in gate.yml")
        if bool(self.findings) != (self.measure == NAMED):
            raise ValueError(f"check {self.code}: measure {NAMED} and its findings stand together")
        return self

    @property
    def measured_by(self) -> str:
        """The measure's name in its layer; one that counts named findings is its own."""
        return self.code if self.findings else self.measure


class Catalogue(Strict):
    """The file `checks.yml`. `parameters` are thresholds that a measure reads and no check is named after."""

    parameters: tuple[str, ...] = ()
    families: dict[int, Family]
    checks: list[Check]

    @model_validator(mode="after")
    def every_family_is_checked(self) -> Catalogue:
        """No family without a check, no check without a family."""
        if {check.family for check in self.checks} != set(self.families):
            raise ValueError("a family has no check, or a check has no family")
        return self

    @model_validator(mode="after")
    def codes_are_unique(self) -> Catalogue:
        """A code names one check."""
        codes = [check.code for check in self.checks]
        if len(codes) != len(set(codes)):
            raise ValueError("a check code stands twice")
        told = [(check.severity, code) for check in self.checks for code in check.findings]
        if len(told) != len(set(told)):
            raise ValueError("two checks of one severity count the same finding")
        return self


@dataclass(frozen=True)
class Bound:
    """A check with the number and severity that hold for one operation."""

    check: Check
    severity: Severity
    value: float

    @property
    def text(self) -> str:
        """`at most 0.05`."""
        return f"{'at most' if self.check.side == 'max' else 'at least'} {self.value:g}"


@cache
def catalogue(path: Path = CATALOGUE) -> Catalogue:
    """The validated catalogue. Raises MtmError where the file is missing, empty or wrong."""
    return read_yaml(path, Catalogue)


def bounds(layer: Layer, thresholds: Mapping[str, Threshold], conditions: set[str]) -> list[Bound]:
    """The checks of a layer that apply under these conditions, each with its bound."""
    _refuse_unknown(thresholds)
    return [_bound(c, thresholds) for c in catalogue().checks if c.layer == layer and c.when in conditions]


def _bound(check: Check, thresholds: Mapping[str, Threshold]) -> Bound:
    if check.law is not None and check.severity is not None:
        return Bound(check, check.severity, check.law)
    found = threshold(thresholds, check.code)
    return Bound(check, found.severity, found.value)


def _refuse_unknown(thresholds: Mapping[str, Threshold]) -> None:
    # a threshold that no check reads is a typing mistake, or an attempt to move a law: neither may pass unnoticed
    known = {c.code for c in catalogue().checks if c.law is None} | set(catalogue().parameters)
    unknown = sorted(set(thresholds) - known)
    if unknown:
        raise MtmError(
            f"gate.yml has thresholds that no check reads: {', '.join(unknown)}",
            where="gate.yml",
            expected="codes of expectations/checks.yml that are not laws",
            todo="correct the code or remove the threshold",
            code="unknown_threshold",
        )
