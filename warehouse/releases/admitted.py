"""Whether a candidate may be published: the stored verdict is asked, never one from memory, and only on this candidate.

The reasons that stop a publication belong here; publishing does not. Whatever is not certain refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.errors import GateRefused, MtmError
from warehouse.releases.verdict import Verdict, code_version, load_verdict
from warehouse.waivers.ledger import active, today

if TYPE_CHECKING:
    from warehouse.releases.candidate import Candidate

LAYERS = {"normalized", "marts"}


def admitted(candidate: Candidate, verdict: Verdict) -> Verdict:
    """The stored verdict that lets the candidate through. Raises GateRefused (exit 3) where none does."""
    key, identity = candidate.normalized.round_key, candidate.normalized.normalized_id
    stored = load_verdict(candidate.home, key, identity, sealed=True)
    if stored is None:
        problem = "there is no verdict on it, or it was damaged or altered after it was given"
    else:
        problem = _problem(candidate, verdict, stored)
    if stored is None or problem:
        raise GateRefused(
            f"{key} is not published: {problem}", expected="a passed verdict on exactly this candidate, as the gate stored it",
            todo=f"mtm run {key}; mtm verdict {key} shows what the gate said", code="refused",
        )  # fmt: skip
    return stored


def _problem(candidate: Candidate, verdict: Verdict, stored: Verdict) -> str:
    """What stops it; empty where nothing does."""
    if verdict != stored:
        return "the verdict in hand is not the one that the gate stored"
    if stored.base_release != candidate.base_release:
        return "the verdict was given on another candidate"
    if candidate.normalized.delivery.partial:
        return "the delivery is partial: provisional rounds are kept and shown, never published"
    if stored.outcome != "passed":
        return f"the verdict is {stored.outcome}"
    if stored.error or stored.blocking or {c.layer for c in stored.checks} != LAYERS:
        return "the verdict says that it passed, and its checks do not"
    if stored.code_version != code_version():
        return f"the verdict was given by version {stored.code_version} of the project"
    return _waivers(candidate, stored)


def _waivers(candidate: Candidate, stored: Verdict) -> str:
    """A waiver that ended or was taken back between verdict and publication lets nothing through any more."""
    if not stored.waivers and not any(c.waiver for c in stored.checks):
        return ""
    try:
        holding = {w.id: w.as_dict() for w in active(candidate.home, stored.round_key, today())}
    except MtmError as error:
        return error.what
    used = {identity for c in stored.checks if c.waiver for identity in c.waiver.split(", ")}
    gone = sorted(used - {w["id"] for w in stored.waivers if holding.get(w["id"]) == w})
    return f"waiver {', '.join(gone)} holds no longer" if gone else ""
