"""The gate: one verdict for a normalized round, or for the candidate that is to publish it.

The outcome and its rules belong here. The gate fails closed: whatever goes wrong inside it refuses the round.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache
from typing import Any

from expectations import first_layer
from expectations.candidate_input import CandidateInput, opened
from expectations.checks import catalogue
from expectations.inputs import CandidateLike, NormalizedLike, RoundInput
from expectations.layer import Judged, judge, told
from expectations.waivable import with_counts
from warehouse.operations import Operation, load_operation
from warehouse.releases.base_diff import base_diff
from warehouse.releases.verdict import CheckResult, Outcome, Verdict, code_version, load_verdict, verdict_path
from warehouse.settings import Home


def check_normalized(normalized: NormalizedLike, operation: Operation | None = None) -> Verdict:
    """The verdict on the normalized layer alone: never enough to publish, and not stored. Never raises for bad data."""
    given = cache(lambda: _given(normalized, operation))
    judged = _closed("the normalized round", lambda: _judge_first(given()))
    verdict = _verdict(normalized, None, judged, {"normalized"})
    return _whole(verdict, given, getattr(normalized, "home", None))


def check_candidate(candidate: CandidateLike, operation: Operation | None = None) -> Verdict:
    """The final verdict, on both layers, stored under `build/verdicts` with its Data Docs. Never raises for bad data."""
    normalized = candidate.normalized
    given = cache(lambda: _given(normalized, operation))  # files and tables are read once for both layers
    first = _closed("the normalized round", lambda: first_layer.taken(given()) or judge("normalized", given()))
    with ExitStack() as databases:  # the measures and the change against the base release read the same ones
        opening = _Once(lambda: databases.enter_context(opened(candidate, given())))
        change = _change(candidate, opening)
        second = _closed("the candidate's marts", lambda: judge("marts", opening()))
        both = Judged([*first.results, *second.results], [*first.errors, *second.errors])
        verdict = _verdict(normalized, candidate.base_release, both, {"normalized", "marts"})
        verdict = _else(
            verdict,
            "the change against the base release could not be told",
            lambda v: (
                replace(v, diff=change()) if candidate.database.exists() else v
            ),  # an error of the verdict already
        )
    return stored(_whole(verdict, given, candidate.home), candidate.home)


def stored(verdict: Verdict, home: Home) -> Verdict:
    """The verdict with its Data Docs on disk; where anything of this fails it refuses, and is stored so if it can be."""
    from expectations.docs import build_docs

    steps: list[tuple[str, Callable[[Verdict], object]]] = [
        ("the use of waivers could not be written down", lambda v: _note_uses(v, home)),
        ("its Data Docs could not be built", lambda v: build_docs(home, v)),
        ("the verdict could not be stored", lambda v: v.save(home)),
    ]
    for what, step in steps:
        try:
            step(verdict)
        except Exception as error:  # fail closed
            verdict = _refused(verdict, f"{what}: {told(error)}")
    if verdict.error and load_verdict(home, verdict.round_key, verdict.normalized_id) != verdict:
        with suppress(OSError):  # what was said before must not stand in its place
            verdict_path(home, verdict.round_key, verdict.normalized_id).unlink(missing_ok=True)
    return verdict


def _judge_first(given: RoundInput) -> Judged:
    judged = judge("normalized", given)
    first_layer.keep(given, judged)
    return judged


def _change(candidate: CandidateLike, opening: _Once) -> Callable[[], dict[str, Any]]:
    """The diff, begun in the second thread where there is one; else made when it is asked for."""
    with suppress(Exception):  # judging the marts tells it
        opening()
    marts = opening.found
    beside = marts.beside if marts else None
    pair = (lambda: beside.pair) if beside else None
    arguments = (candidate.home, candidate.base_release, candidate.database, pair)
    if marts is None or marts.lane is None:
        return lambda: base_diff(*arguments)
    return marts.lane.submit(base_diff, *arguments).result


class _Once:
    """What is opened when it is first asked for; `found` is None where it was not, or could not be."""

    def __init__(self, opening: Callable[[], CandidateInput]) -> None:
        self._opening, self.found = opening, None

    def __call__(self) -> CandidateInput:
        self.found: CandidateInput | None = self.found or self._opening()
        return self.found


def _given(normalized: NormalizedLike, operation: Operation | None) -> RoundInput:
    return RoundInput(normalized, operation or load_operation(normalized.delivery.operation))


def _closed(what: str, work: Callable[[], Judged]) -> Judged:
    """The result of `work`, or an error instead of an exception."""
    try:
        return work()
    except Exception as error:  # fail closed
        return Judged(errors=[f"{what} could not be judged: {told(error)}"])


def _else(verdict: Verdict, what: str, work: Callable[[Verdict], Verdict]) -> Verdict:
    """The verdict that `work` makes of it, or a refused one."""
    try:
        return work(verdict)
    except Exception as error:  # fail closed
        return _refused(verdict, f"{what}: {told(error)}")


def _refused(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, outcome="refused", error=" · ".join(filter(None, [verdict.error, why])))


def _verdict(normalized: NormalizedLike, base: str | None, judged: Judged, layers: set[str]) -> Verdict:
    """The checks as they stand, before waivers."""
    errors = list(judged.errors)
    silent = layers - {result.layer for result in judged.results}
    errors += [f"no check of layer {layer} was evaluated" for layer in sorted(silent)]
    partial = bool(normalized.delivery.partial)
    verdict = Verdict(
        round_key=normalized.round_key,
        normalized_id=normalized.normalized_id,
        base_release=base,
        outcome="refused",
        checks=[_excused(result) if partial else result for result in judged.results],
        code_version=code_version(),
        error=" · ".join(errors),
    )
    return replace(verdict, outcome=_outcome(verdict, partial))


def _whole(verdict: Verdict, given: Callable[[], RoundInput], home: Home | None) -> Verdict:
    """The verdict with what it was given on, and with the waivers that let something through."""
    verdict = _else(
        verdict, "what may be waived could not be told", lambda v: replace(v, checks=with_counts(v.checks, given()))
    )
    verdict = _else(verdict, "what was judged could not be told", lambda v: _with_inputs(v, given(), home))
    if home is None:
        return verdict
    return _else(verdict, "the waivers could not be read", lambda v: _with_waivers(v, given(), home))


def _with_inputs(verdict: Verdict, given: RoundInput, home: Home | None) -> Verdict:
    from expectations.made_from import inputs_of

    inputs = inputs_of(given.normalized, given.operation, home)
    return replace(verdict, inputs=inputs, gate=inputs["thresholds"])


def _with_waivers(verdict: Verdict, given: RoundInput, home: Home) -> Verdict:
    """Checks that a waiver lets through stay failed; the outcome follows. An error of the gate stands above all waivers."""
    from warehouse.waivers.apply import apply
    from warehouse.waivers.ledger import active, note_expired, today

    note_expired(home, today())
    holding = active(home, verdict.round_key, today())
    if not holding:
        return verdict
    delivery = str(getattr(given.delivery, "delivery_id", ""))
    checks, used = apply(verdict.checks, holding, delivery)
    with_them = replace(verdict, checks=checks, waivers=[w.as_dict() for w in used])
    return replace(with_them, outcome=_outcome(with_them, bool(given.delivery.partial)))


def _note_uses(verdict: Verdict, home: Home) -> None:
    from warehouse.waivers.ledger import append, now
    from warehouse.waivers.model import Use

    about = {"normalized_id": verdict.normalized_id, "base_release": verdict.base_release, "outcome": verdict.outcome}
    for waiver in verdict.waivers:
        append(home, lambda _, i=waiver["id"]: Use(at=now(), id=i, **about))  # type: ignore[misc]


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
