"""Replay: what a change of the operation's files or of the code makes run again for a round, and why.

Comparing what stands with what would be made now belongs here; it runs nothing. Three depths: the tables are normalized
again, the marts are built again from the same tables, or only the verdict is given again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from warehouse.deliveries.vault import Delivery
from warehouse.normalize.identity import made_of, name_of, text_hash
from warehouse.operations import Operation, load_operation
from warehouse.parts import parts_of
from warehouse.personal.tombstones import is_purged
from warehouse.releases.manifest import RoundVersion
from warehouse.releases.verdict import Verdict, load_verdict
from warehouse.settings import Home, operations_dirs
from warehouse.survey.reliability import reliability_rows
from warehouse.waivers.ledger import active_hash, today

RESIDENTS = ("geography_vintage", "place_code", "population", "population_year", "place_source")
UNREAD = {"notes", "retention_days", "publisher", "licence_url", "ingestion"}  # of operation.yml: no mart reads it
UNREAD_OF_ROUND = {"due"}
BUILT_FROM = (
    "rounds, indicators, published figures, survey design, frame, plan, residents, names of parts or publication rules"
)
Depth = Literal["normalize", "build", "judge"]


@dataclass(frozen=True)
class Replay:
    """What is to be done again for a round; `why` names the parts that changed (`codebook`, `corrections`)."""

    depth: Depth
    why: tuple[str, ...]

    @property
    def text(self) -> str:
        """`codebook, operation and code changed`."""
        return f"{' and '.join(filter(None, [', '.join(self.why[:-1]), self.why[-1]]))} changed"


def replay_of(home: Home, delivery: Delivery, served: RoundVersion | None, verdict: Verdict | None) -> Replay | None:
    """What waits for a round that was run before; None where it stands as it would be made now."""
    served = served if served and served.delivery_id == delivery.delivery_id else None
    known = [i for i in (served.normalized_id if served else None, verdict.normalized_id if verdict else None) if i]
    if not known:
        return None
    operation = load_operation(delivery.operation)
    parts = made_of(delivery, operation, home)
    purged = is_purged(home, delivery.sha256)  # its tables stay as they were made
    if not purged and not any(same_content(home, delivery.round_key, i, name_of(parts)) for i in known):
        return Replay("normalize", _changed(home, delivery.round_key, known[-1], parts))
    if served and served.reference != reference_hash(operation, delivery):
        return Replay("build", (BUILT_FROM,))
    changed = _judged_by(home, operation, verdict) if verdict else ()
    return Replay("judge", changed) if changed else None


def _judged_by(home: Home, operation: Operation, verdict: Verdict) -> tuple[str, ...]:
    """What a verdict was given by that is otherwise now: thresholds, the waivers that hold today."""
    waivers = active_hash(home, verdict.round_key, today()) != verdict.inputs.get("waivers", "")
    thresholds = verdict.gate != thresholds_hash(operation)
    return (*(("thresholds",) if thresholds else ()), *(("waivers",) if waivers else ()))


def same_content(home: Home, round_key: str, one: str, other: str) -> bool:
    """Whether two normalizations of a round hold equal tables, perhaps made by other files or code."""
    if one == other:
        return True
    hashes = [_note(home, round_key, i).get("content_hash") for i in (one, other)]
    return hashes[0] is not None and hashes[0] == hashes[1]


def carry_verdict(home: Home, round_key: str, before: str, after: str) -> None:
    """The verdict on equal tables stands under their new name too."""
    verdict = load_verdict(home, round_key, before)
    if verdict and load_verdict(home, round_key, after) is None:
        replace(verdict, normalized_id=after).save(home)


def reference_hash(operation: Operation, delivery: Delivery) -> str:
    """The hash of what marts read of the operation's files for this round, beside its canonical tables."""
    known = operation.round(delivery.component, delivery.round_number)
    figures = _published(operation, delivery)
    indicators = [i.model_dump_json() for i in operation.indicators if i.component == delivery.component]
    programme = operation.programme.model_dump_json(exclude=UNREAD)
    grains = sorted({b.row_grain for b in operation.codebooks if b.component == delivery.component})
    stated = operation.surveys.get(delivery.component)
    design = [stated.model_dump_json(exclude={"notes"})] if stated else []
    if "respondent" in grains:
        design += [f"{r['rule']} {r['value']}" for r in reliability_rows(operations_dirs()[-1] / "common")]
    mine = (delivery.component, str(delivery.round_number))
    plan = [json.dumps([r for r in operation.plan if (r.get("component"), r.get("round")) == mine])]
    parts = [f"{code} {dimension.model_dump_json()}" for code, dimension in parts_of(operation).items()]
    read = [
        known.model_dump_json(exclude=UNREAD_OF_ROUND),
        programme,
        *grains,
        *figures,
        *indicators,
        _places(operation),
        *plan,
        *parts,
        *design,
    ]
    return text_hash(read)[:16]


@lru_cache(maxsize=64)
def _places(operation: Operation) -> str:
    """Frame and residents of every place, of which each round of the operation stands on all."""
    return json.dumps([operation.frame, [[row.get(c) for c in RESIDENTS] for row in operation.gazetteer]])


def _published(operation: Operation, delivery: Delivery) -> list[str]:
    """The round's published figures, their documents, and all rounds where one of them counts rounds."""
    figures = [f for f in operation.published if f.round_key == delivery.round_key]
    documents = [d for f in figures for d in operation.publications.documents_of(f)]
    counts_rounds = any(f.figure_code.startswith("rounds.") for f in figures)
    rounds = [r for r in operation.rounds if counts_rounds and r.component == delivery.component]
    return [part.model_dump_json(exclude=UNREAD_OF_ROUND) for part in [*figures, *documents, *rounds]]


def thresholds_hash(operation: Operation) -> str:
    """The hash of the gate's thresholds for an operation; their reasons and dates are words."""
    rows = [f"{t.check} {t.severity} {t.value}" for t in operation.thresholds.values()]
    return text_hash(sorted(rows))[:16]


def _changed(home: Home, round_key: str, before: str, parts: dict[str, str]) -> tuple[str, ...]:
    made = _note(home, round_key, before).get("made_of") or {}
    return tuple(name for name in parts if made.get(name) != parts[name]) if made else ("what it was made of",)


def _note(home: Home, round_key: str, normalized_id: str) -> dict[str, Any]:
    path: Path = home.normalized / round_key / normalized_id / "normalized.json"
    note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return note
