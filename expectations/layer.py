"""One layer of the gate: which checks apply, what they measure, what Great Expectations says of it.

A check whose measure breaks is an error of the gate; the others are still judged, so that a person sees more at once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expectations.checks import Bound, bounds
from expectations.conditions import conditions
from expectations.inputs import RoundInput
from expectations.measures.measured import Measured
from expectations.runner import run_suite
from warehouse.errors import MtmError
from warehouse.releases.verdict import CheckResult, Layer

HERE = Path(__file__).parent
BESIDE = ("personal_data_scan",)  # taken in a second thread: long, and asks nothing that another measure asks


@dataclass
class Judged:
    """The results of a layer; `errors` say what the gate could not do."""

    results: list[CheckResult] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def judge(layer: Layer, given: RoundInput) -> Judged:
    """Measure and judge all checks of a layer that apply to the round. Raises what makes the whole layer impossible."""
    module = _suite_module(layer)
    applied = bounds(layer, given.operation.thresholds, conditions(given))
    measured, errors = _measure(module.MEASURES, applied, given)
    whole = [bound for bound in applied if bound.check.code in measured]
    values = {code: m.value for code, m in measured.items()}
    passed = run_suite(module.suite(whole), whole, values)
    return Judged([_result(b, measured[b.check.code], passed[b.check.code]) for b in whole], errors)


def _suite_module(layer: Layer) -> Any:
    # imported by name when it is run, so that a suite that is gone refuses the round and not the whole program
    import importlib

    return importlib.import_module(f"expectations.suites.{layer}")


def _measure(
    measures: dict[str, Callable[[Any], Measured]], applied: list[Bound], given: RoundInput
) -> tuple[dict[str, Measured], list[str]]:
    """Check code → measured, each measure taken once; and what broke. Told in the order of the checks, whichever was ready first."""
    names = list(dict.fromkeys(bound.check.measured_by for bound in applied))
    running = given.beside_it({name: measures[name] for name in names if name in BESIDE and name in measures}, _one)
    taken = {name: _one(name, measures.get(name), given) for name in names if name not in running}
    taken |= {name: future.result() for name, future in running.items()}
    found = {b.check.code: taken[b.check.measured_by] for b in applied}
    good = {code: m for code, m in found.items() if isinstance(m, Measured)}
    return good, [broken for name in names if isinstance(broken := taken[name], str)]


def _one(name: str, measure: Callable[[Any], Measured] | None, given: RoundInput) -> Measured | str:
    try:
        if measure is None:
            raise KeyError(name)
        return measure(given)
    except Exception as error:  # whatever breaks refuses the round
        return f"{name} could not be measured: {told(error)}"


def told(error: BaseException) -> str:
    """An error without its message, which could hold a person's value; messages of the project's own errors are safe."""
    if isinstance(error, MtmError):
        return str(error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(HERE)]
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"


def _result(bound: Bound, measured: Measured, passed: bool) -> CheckResult:
    check = bound.check
    return CheckResult(
        code=check.code,
        layer=check.layer,
        severity=bound.severity,
        passed=passed,
        sentence_en=check.sentence.en,
        sentence_ru=check.sentence.ru,
        sentence_ky=check.sentence.ky,
        observed=measured.observed,
        threshold=bound.text,
        todo=check.todo,
        evidence=[] if passed else measured.evidence,
        family=check.family,
        value=measured.value,
        bound=bound.value,
    )
