"""What the gate found in the tables of a round a moment ago: one run judges them before it builds anything, and again for its verdict.

Keeping the first answer for the second question belongs here, for one process and one round; nothing is written anywhere. Where
anything that was looked at may have changed meanwhile, the tables are judged again.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

from expectations.inputs import NormalizedLike, RoundInput
from expectations.layer import Judged
from expectations.made_from import inputs_of
from expectations.measures import NORMALIZED
from warehouse.normalize.identity import content_hash


@dataclass(frozen=True)
class _Kept:
    normalized: weakref.ref[NormalizedLike]
    made_from: dict[str, Any]
    judged: Judged


_kept: list[_Kept] = []  # one at most


def keep(given: RoundInput, judged: Judged) -> None:
    """Keep what was found; not where anything of it broke."""
    _kept.clear()
    if judged.results and not judged.errors:
        _kept.append(_Kept(weakref.ref(given.normalized), _made_from(given), judged))


def taken(given: RoundInput) -> Judged | None:
    """What was kept of exactly these tables, checks, thresholds and measures, once; None where that is not certain."""
    found = _kept.pop() if _kept else None
    if found is None or found.normalized() is not given.normalized or found.made_from != _made_from(given):
        return None
    return found.judged


def _made_from(given: RoundInput) -> dict[str, Any]:
    home = getattr(given.normalized, "home", None)
    inputs = inputs_of(given.normalized, given.operation, home)
    return {
        **inputs,
        "files": content_hash(given.normalized.folder),
        "measures": dict(NORMALIZED),
        "operation": id(given.operation),
    }
