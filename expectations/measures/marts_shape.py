"""Measures of the marts as tables: there, filled, unique by grain, without a person, built by dbt without failure.

What the figures say is measured in `marts_figures.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.candidate_input import CandidateInput, Mart, allowed_marts, quoted
from expectations.measures.measured import Measured, count

GOOD = {"success", "pass"}
TOLERATED = {"warn", "no-op"}  # counted by dbt_warnings


def _allowed() -> dict[str, Mart]:
    return {**allowed_marts().marts, **allowed_marts().optional}


def _nodes(given: CandidateInput, fine: set[str]) -> list[str]:
    nodes = given.candidate.dbt if given.candidate else []
    return [str(n["unique_id"]) for n in nodes if str(n["status"]).lower() not in fine and not _is_nothing(n)]


def _is_nothing(node: Mapping[str, Any]) -> bool:
    """An exposure: dbt has nothing to run for it, and says so."""
    return str(node["unique_id"]).startswith("exposure.") and str(node["status"]).lower() == "no-op"


def dbt_nodes(given: CandidateInput) -> Measured:
    """Nodes that dbt ran."""
    return count(len(given.candidate.dbt if given.candidate else []), "nodes")


def dbt_failures(given: CandidateInput) -> Measured:
    """Nodes that failed or were skipped."""
    bad = _nodes(given, GOOD | TOLERATED)
    return count(len(bad), "nodes", bad)


def dbt_warnings(given: CandidateInput) -> Measured:
    """Nodes that warned."""
    bad = sorted(set(_nodes(given, GOOD)) - set(_nodes(given, GOOD | TOLERATED)))
    return count(len(bad), "nodes", bad)


def missing_marts(given: CandidateInput) -> Measured:
    """Marts that a release must have and the candidate lacks."""
    gone = sorted(set(allowed_marts().marts) - set(given.columns))
    return count(len(gone), "marts", gone)


def unknown_marts(given: CandidateInput) -> Measured:
    """Relations in schema marts that nobody allowed."""
    strange = sorted(set(given.columns) - set(_allowed()))
    return count(len(strange), "relations")


def empty_marts(given: CandidateInput) -> Measured:
    """Marts without rows that must have some, for the release or for the round."""
    must = {
        name: mart.needs in ("all", given.kind)
        for name, mart in allowed_marts().marts.items()
        if name in given.columns and (mart.filled or mart.needs in ("all", given.kind))
    }
    rows = given.each(
        [
            f"SELECT '{name}', count(*) FROM marts.{quoted(name)}{' WHERE round_key = $key' if of_round else ''}"
            for name, of_round in must.items()
        ],
        {"key": given.key},
    )
    empty = [name for name in must if not rows[name]]
    return count(len(empty), "marts", empty)


def repeated_grain(given: CandidateInput) -> Measured:
    """Rows beyond the first of their grain, and rows without it, over all marts."""
    grains = {name: mart.grain for name, mart in _allowed().items() if mart.grain and name in given.columns}
    bad = given.each(
        [
            f"SELECT '{name}', coalesce(sum(rows - 1), 0)::BIGINT FROM (SELECT count(*) AS rows FROM marts.{quoted(name)} "
            f"GROUP BY {', '.join(map(quoted, grain))})"
            for name, grain in grains.items()
        ]
    )
    return count(sum(bad.values()), "rows", [name for name in grains if bad[name]])


def person_columns(given: CandidateInput) -> Measured:
    """Columns of the marts that only a table of persons or interviews has."""
    denied = set(allowed_marts().person_level_columns)
    found = [
        f"{m}.{c}" for m, columns in given.columns.items() for c in columns if c.lower() in denied and m in _allowed()
    ]
    return count(len(found), "columns", found)


def lost_rounds(given: CandidateInput) -> Measured:
    """Rounds of the release without coverage: publishing must not lose an earlier round."""
    sql = "SELECT round_key FROM reference.round EXCEPT SELECT round_key FROM marts.mart_round_coverage ORDER BY ALL"
    gone = [str(key) for (key,) in given.rows(sql)]
    return count(len(gone), "rounds", gone)
