"""Which checks apply to a round: conditions that follow from the operation's files, never from the round's data.

A check is left out only by a condition named here; a measure that finds nothing to measure says so as a number.
"""

from __future__ import annotations

from expectations.inputs import RoundInput


def conditions(given: RoundInput) -> set[str]:
    """The conditions that hold for the round (names of `checks.Condition`)."""
    survey = given.component == "rms"
    round_ = given.round
    redelivered = bool(getattr(given.delivery, "supersedes", None))
    held = {
        "always": True,
        "counts": not survey,
        "bma": given.component == "bma",
        "survey": survey,
        "registration_required": given.operation.programme.require_registered_rounds,
        "fieldwork_known": bool(round_.fieldwork_start and round_.fieldwork_end),
        "level_1_listed": not survey and bool(given.units(1)),
        "level_2_listed": not survey and bool(given.units(2)),
        "figures_published": any(f.round_key == given.normalized.round_key for f in given.operation.published),
        "people_redelivered": not survey and redelivered,
        "survey_redelivered": survey and redelivered,
        "communities_planned": not survey and bool(round_.planned_communities),
        "communities_unplanned": not survey and not round_.planned_communities,
        "informants": not survey and given.row_grain == "informant",
    }
    return {name for name, holds in held.items() if holds}
