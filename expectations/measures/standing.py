"""Measures of what must not move when a round is added: the other rounds of the release, and the tables it is built from.

The cheap part of reproducibility belongs here. Building everything again from the vault is `mtm verify --rebuild`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from expectations.candidate_input import CandidateInput, quoted
from expectations.measures.measured import Measured, count
from warehouse.normalize.identity import content_hash
from warehouse.releases.candidate import models_hash
from warehouse.releases.serving import DATABASE, UNHASHED
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
    still = [v.round_key for v in candidate.base.rounds if not _may_move(given, v.round_key)]
    marts = [m for m, columns in given.columns.items() if "round_key" in columns and m not in UNCOMPARED]
    path = candidate.home.releases / candidate.base.release_id / DATABASE
    with duckdb.connect(str(path), read_only=True) as released:
        before = _contents(released, marts, still, given.columns)
    after = _contents(given.con, marts, still, given.columns)
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


def _contents(
    con: duckdb.DuckDBPyConnection, marts: list[str], rounds: list[str], columns: dict[str, dict[str, str]]
) -> dict[Key, tuple[Any, ...]]:
    """Mart × round → number of rows and a hash of them, whatever their order."""
    parts = []
    for mart in marts:
        read = ", ".join(quoted(c) for c in sorted(columns[mart]) if c not in IGNORED.get(mart, ()))
        parts.append(
            f"SELECT '{mart}', round_key, count(*), bit_xor(h), sum(h::HUGEINT) FROM (SELECT round_key, hash({read}) AS h "
            f"FROM marts.{quoted(mart)} WHERE list_contains(?::VARCHAR[], round_key)) GROUP BY ALL"
        )
    if not parts:
        return {}
    rows = con.execute(" UNION ALL ".join(parts), [rounds] * len(parts)).fetchall()
    return {(mart, key): tuple(rest) for mart, key, *rest in rows}
