"""The file `collection.yml`: what each check is called, what it says, when it speaks up; common, then the operation's own.

Reading and joining the two belong here. An operation changes severities and values, check by check, with its reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from warehouse.errors import MtmError
from warehouse.operation_files import Component, Strict, read_yaml
from warehouse.operations import Operation
from warehouse.settings import PROJECT

Severity = Literal["stop", "look", "note", "off"]
Kind = Literal["times", "copies", "answers", "enumerators", "back_checks", "places", "form", "sending"]
FILE = "collection.yml"


class Said(Strict):
    """A text in the three languages; all three are there."""

    en: str
    ru: str
    ky: str

    def of(self, lang: str) -> str:
        """The text in a language."""
        text: str = getattr(self, lang)
        return text


class Check(Strict):
    """One check. `finds` is its sentence, with {names} that the check fills in; `means` says what it is in the manual."""

    kind: Kind
    severity: Severity
    name: Said
    finds: Said
    todo: Said
    values: dict[str, float] = {}
    reason: str


class Override(Strict):
    """What an operation has otherwise: of all its rounds, or of one component's."""

    check: str
    component: Component | None = None
    severity: Severity | None = None
    values: dict[str, float] = {}
    reason: str


class BackCheckTypes(Strict):
    """Which questions a back-check asks again, by what a difference means: types 1, 2, 3 (docs/high-frequency-checks.md)."""

    component: Component
    type_1: list[str] = []  # facts that don't change and that nobody gets wrong
    type_2: list[str] = []  # answers that need an enumerator who asks well
    type_3: list[str] = []  # answers that may change, or that people understand in several ways


class Collection(Strict):
    """The file of an operation."""

    overrides: list[Override] = []
    refusal_options: list[str] = []  # option codes that mean: did not answer
    back_checks: list[BackCheckTypes] = []


class Common(Collection):
    """The common file."""

    checks: dict[str, Check] = {}
    lacking: dict[str, Said] = {}
    kinds: dict[str, Said] = {}

    @model_validator(mode="after")
    def _kinds_have_names(self) -> Common:
        if gone := {check.kind for check in self.checks.values()} - self.kinds.keys():
            raise ValueError(f"kinds without a name: {', '.join(sorted(gone))}")
        return self


class Settings(Strict):
    """What holds for one component of an operation."""

    checks: dict[str, Check]
    lacking: dict[str, Said]
    kinds: dict[str, Said]
    refusal_options: list[str]
    question_types: dict[str, int] = Field(default={})


def common(operations: Path = PROJECT / "operations") -> Common:
    """The project's own file, with what a common file beside an operation has otherwise: that may be an older copy."""
    base = read_yaml(PROJECT / "operations" / "common" / FILE, Common)
    beside = operations / "common" / FILE
    if operations == PROJECT / "operations" or not beside.is_file():
        return base
    other = read_yaml(beside, Common)
    checks = {
        code: other.checks[code].model_copy(update={"values": check.values | other.checks[code].values})
        if code in other.checks else check
        for code, check in base.checks.items()
    }  # fmt: skip
    update = {"checks": checks, "lacking": base.lacking | other.lacking, "kinds": base.kinds | other.kinds}
    return other.model_copy(update=update)


def settings_of(operation: Operation, component: str) -> Settings:
    """The common settings with what the operation has otherwise; the last entry of a check wins."""
    whole, own = common(operation.folder.parent), read_yaml(operation.folder / FILE, Collection)
    checks = dict(whole.checks)
    for change in [*whole.overrides, *own.overrides]:
        _known(change, checks, operation)
        if change.component in (None, component):
            checks[change.check] = _changed(checks[change.check], change)
    kept = {code: check for code, check in checks.items() if check.severity != "off"}
    types = [*whole.back_checks, *own.back_checks]
    listed = {q: number for t in types if t.component == component
              for number, questions in enumerate((t.type_1, t.type_2, t.type_3), 1) for q in questions}  # fmt: skip
    options = [*whole.refusal_options, *own.refusal_options]
    return Settings(
        checks=kept, lacking=whole.lacking, kinds=whole.kinds, refusal_options=options, question_types=listed
    )


def _changed(check: Check, change: Override) -> Check:
    update = {"values": check.values | change.values, "reason": change.reason}
    return check.model_copy(update=update | ({"severity": change.severity} if change.severity else {}))


def _known(change: Override, checks: dict[str, Check], operation: Operation) -> None:
    allowed = checks[change.check].values if change.check in checks else {}
    if change.check not in checks or change.values.keys() - allowed.keys():
        raise MtmError(
            f"{FILE} changes {change.check!r} ({', '.join(change.values) or 'no value'}), which no check has",
            where=f"operations/{operation.folder.name}/{FILE}",
            expected=f"values {', '.join(allowed)}" if allowed else f"one of {', '.join(checks)}",
            todo="correct the name; operations/common/collection.yml has them all",
            code="unknown_collection_check",
        )
