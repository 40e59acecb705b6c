"""The gate: one verdict for a normalized round, or for the candidate that is to publish it.

The outcome and its rules belong here. The gate fails closed: whatever goes wrong inside it refuses the round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from expectations.candidate_input import opened
from expectations.checks import catalogue
from expectations.inputs import CandidateLike, NormalizedLike, RoundInput
from expectations.layer import Judged, judge, told
from warehouse.operations import Operation, load_operation
from warehouse.releases.verdict import CheckResult, Outcome, Verdict
from warehouse.replay import thresholds_hash


def check_normalized(normalized: NormalizedLike, operation: Operation | None = None) -> Verdict:
    """The verdict on the normalized layer alone: never enough to publish, and not stored. Never raises for bad data."""
    judged = _closed("the normalized round", lambda: judge("normalized", _given(normalized, operation)))
    verdict = _verdict(normalized, None, judged, {"normalized"})
    return replace(verdict, gate=_thresholds(normalized, operation))


def check_candidate(candidate: CandidateLike, operation: Operation | None = None) -> Verdict:
    """The final verdict, on both layers, stored under `build/verdicts`. Never raises for bad data."""
    normalized = candidate.normalized
    given = cache(lambda: _given(normalized, operation))  # files and tables are read once for both layers
    first = _closed("the normalized round", lambda: judge("normalized", given()))
    second = _closed("the candidate's marts", lambda: _judge_marts(candidate, given()))
    both = Judged([*first.results, *second.results], [*first.errors, *second.errors])
    verdict = _verdict(normalized, candidate.base_release, both, {"normalized", "marts"})
    return _saved(replace(verdict, gate=_thresholds(normalized, operation)), candidate)


def code_version() -> str:
    """The version of the project that judged."""
    try:
        return version("mtm-warehouse")
    except PackageNotFoundError:
        return "not installed"


def _given(normalized: NormalizedLike, operation: Operation | None) -> RoundInput:
    return RoundInput(normalized, operation or load_operation(normalized.delivery.operation))


def _thresholds(normalized: NormalizedLike, operation: Operation | None) -> str:
    """The hash of the thresholds it was judged by; empty where they can't be read (the verdict says so)."""
    try:
        return thresholds_hash(operation or load_operation(normalized.delivery.operation))
    except Exception:  # already an error of the verdict
        return ""


def _judge_marts(candidate: CandidateLike, given: RoundInput) -> Judged:
    with opened(candidate, given) as marts:
        return judge("marts", marts)


def _closed(what: str, work: Callable[[], Judged]) -> Judged:
    """The result of `work`, or an error instead of an exception."""
    try:
        return work()
    except Exception as error:  # fail closed
        return Judged(errors=[f"{what} could not be judged: {told(error)}"])


def _verdict(normalized: NormalizedLike, base: str | None, judged: Judged, layers: set[str]) -> Verdict:
    errors = list(judged.errors)
    silent = layers - {result.layer for result in judged.results}
    errors += [f"no check of layer {layer} was evaluated" for layer in sorted(silent)]
    partial = bool(normalized.delivery.partial)
    checks = [_excused(result) if partial else result for result in judged.results]
    verdict = Verdict(
        round_key=normalized.round_key,
        normalized_id=normalized.normalized_id,
        base_release=base,
        outcome="refused",
        checks=checks,
        code_version=code_version(),
        error=" · ".join(errors),
    )
    return replace(verdict, outcome=_outcome(verdict, partial))


def _outcome(verdict: Verdict, partial: bool) -> Outcome:
    if verdict.error or verdict.blocking:
        return "refused"
    return "provisional" if partial else "passed"


def _excused(result: CheckResult) -> CheckResult:
    """What a partial delivery fails for being partial is to be seen, and doesn't refuse it: it is not published anyway."""
    completeness = {check.code for check in catalogue().checks if check.completeness}
    if result.passed or result.severity != "block" or result.code not in completeness:
        return result
    return replace(result, severity="review", observed=f"{result.observed}; the delivery is partial")


def _saved(verdict: Verdict, candidate: CandidateLike) -> Verdict:
    try:
        verdict.save(candidate.home)
    except OSError as error:
        why = f"the verdict could not be stored: {told(error)}"
        return replace(verdict, outcome="refused", error=" · ".join(filter(None, [verdict.error, why])))
    return verdict
