"""Measures of what must not move when a round is added: the other rounds of the release, and the tables it is built from.

The cheap part of reproducibility belongs here. Building everything again from the vault is `mtm verify --rebuild`.
"""

from __future__ import annotations

import json
from pathlib import Path

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import Measured, count
from warehouse.normalize.identity import content_hash
from warehouse.releases.candidate import models_hash
from warehouse.releases.prints import Print, Prints
from warehouse.releases.serving import UNHASHED
from warehouse.survey.stated import stock_round

# a newer report of a year makes the older one not the latest; verdicts are given again where thresholds change
IGNORED = {"mart_vintages": ("is_latest_report",)}
UNCOMPARED = UNHASHED | {"mart_quality"}
WEIGHTS = {"mart_survey_weighting", "mart_survey_weights", "mart_survey_weight_effect"}  # told also where none is used
Key = tuple[str, str]  # mart, round


def other_rounds_changed(given: CandidateInput) -> Measured:
    """Rounds of the base release that are gone from the candidate, or stand in it by another delivery or other tables."""
    candidate = given.candidate
    base = candidate.base if candidate else None
    now = {v.round_key: v for v in candidate.versions} if candidate else {}
    kept = [v for v in base.rounds if v.round_key != given.key] if base else []
    changed = [v.round_key for v in kept if now.get(v.round_key) != v]
    return count(len(changed), f"of {len(kept)} rounds", changed)


def stored_tables_changed(given: CandidateInput) -> Measured:
    """Rounds that the candidate is built from whose stored tables are not those that normalization wrote."""
    building = given.candidate.building if given.candidate else ()
    changed = [n.round_key for n in building if _written(n.folder) != content_hash(n.folder)]
    return count(len(changed), "rounds", sorted(changed))


def _written(folder: Path) -> str | None:
    """The hash that was noted when the tables were written; None where there is no note."""
    path = folder / "normalized.json"
    return json.loads(path.read_text(encoding="utf-8")).get("content_hash") if path.exists() else None


def other_rounds_moved(given: CandidateInput) -> Measured:
    """Marts × other round whose rows are not those of the base release, though nothing that they are made of changed."""
    candidate = given.candidate
    if candidate is None or candidate.base is None or given.con is None:
        return Measured(0.0, "no base release")
    if candidate.base.models_hash != models_hash():
        return Measured(0.0, "the models changed since the base release: every round was built again")
    still = {v.round_key for v in candidate.base.rounds if not _may_move(given, v.round_key)}
    marts = [m for m, columns in given.columns.items() if "round_key" in columns and m not in UNCOMPARED]
    before, after = _prints(given, marts, still)
    raked = {v.round_key for v in candidate.versions if _is_raked(given, v.round_key)}
    differ = sorted(key for key in {**before, **after} if before.get(key) != after.get(key))
    moved = [(mart, key) for mart, key in differ if not (mart in WEIGHTS and key in raked)]
    return count(len(moved), f"of {len({**before, **after})} marts and rounds", [f"{m} {r}" for m, r in moved])


def _may_move(given: CandidateInput, round_key: str) -> bool:
    """The round itself, later ones of its component (compared with it), and those that are built again with it."""
    assert given.candidate is not None
    stem, _, number = round_key.rpartition("-r")
    own, _, mine = given.key.rpartition("-r")
    later = stem == own and int(number) >= int(mine)
    again = {n.round_key for n in given.candidate.building}
    return later or round_key in again


def _is_raked(given: CandidateInput, round_key: str) -> bool:
    """Whether weights of this survey round are raked to the stock that is brought."""
    assert given.candidate is not None
    stated = given.operation.surveys.get(round_key.split("-")[1])
    keys = [v.round_key for v in given.candidate.versions]
    raking = stated.raking if stated else None
    return raking is not None and any(stock_round(raking, m, round_key, keys) == given.key for m in raking.margins)


def _prints(given: CandidateInput, marts: list[str], rounds: set[str]) -> tuple[dict[Key, Print], dict[Key, Print]]:
    """Mart × round → what equal rows have in common, in the base release and in the candidate."""
    assert given.beside is not None
    pair = given.beside.pair
    before, after = (_of(prints, marts, rounds) for prints in pair.prints)
    for mart in sorted(
        {mart for mart, key in {**before, **after} if before.get((mart, key)) != after.get((mart, key))}
    ):
        if mart in IGNORED:
            columns = [c for c in pair.shared[mart] if c not in IGNORED[mart]]
            before |= _of(pair.before.prints({mart: columns}), [mart], rounds)
            after |= _of(pair.after.prints({mart: columns}), [mart], rounds)
    return before, after


def _of(prints: Prints, marts: list[str], rounds: set[str]) -> dict[Key, Print]:
    return {(m, key): p for m in marts for key, p in prints.get(m, {}).items() if key is not None and key in rounds}
