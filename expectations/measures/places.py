"""Measures of where the round was: units that are missing, places outside the gazetteer, communities.

Evidence is a code of the gazetteer; a code that only the delivery knows is not repeated.
"""

from __future__ import annotations

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, count

# of level 2 the rural units are all covered by a round, towns as the frame has them (domain: all 40 rayons)
RURAL = {"rayon", "raion", "district"}


def _present(given: RoundInput, level: int) -> set[str]:
    sql = "SELECT DISTINCT place_code FROM place WHERE place_level = ? AND place_code IS NOT NULL"
    return set(given.canonical.texts(sql, [level]))


def _missing(given: RoundInput, expected: list[dict[str, str]], level: int) -> Measured:
    codes = {row["place_code"] for row in expected}
    gone = sorted(codes - _present(given, level))
    return count(len(gone), f"of {len(codes)} units missing", gone)


def missing_level_1(given: RoundInput) -> Measured:
    """Units of level 1 that no accepted row lies in."""
    return _missing(given, given.units(1), 1)


def missing_level_2(given: RoundInput) -> Measured:
    """Rural units of level 2 that no accepted row lies in; all units where the gazetteer tells no type."""
    units = given.units(2)
    rural = [row for row in units if (row.get("place_type") or "").strip().lower() in RURAL]
    return _missing(given, rural or units, 2)


def units_outside_gazetteer(given: RoundInput) -> Measured:
    """Places of levels 1 and 2 that are not in the gazetteer of the round's vintage."""
    known = {1: {r["place_code"] for r in given.units(1)}, 2: {r["place_code"] for r in given.units(2)}}
    strange = sum(len(_present(given, level) - codes) for level, codes in known.items() if codes)
    return count(strange, "places")


def lost_parents(given: RoundInput) -> Measured:
    """Places below the country without a parent row; places that stand twice; rows whose place has no place row."""
    asked = given.canonical
    lost = asked.number(
        "SELECT count(*) FROM place AS p ANTI JOIN place AS a ON p.parent_code = a.place_code WHERE p.place_level > 0"
    )
    twice = asked.number(
        "SELECT count(*) - count(DISTINCT place_code) - max(CASE WHEN place_code IS NULL THEN 1 ELSE 0 END) FROM place"
    )
    unplaced = asked.number("SELECT count(*) FROM assessment AS m ANTI JOIN place AS p ON m.place_code = p.place_code")
    return count(lost + twice + unplaced, "places and rows")


def communities_share(given: RoundInput) -> Measured:
    """Communities with an accepted row, of the communities planned."""
    planned = given.round.planned_communities or 0
    sql = "SELECT count(DISTINCT place_code) + max(CASE WHEN place_code IS NULL THEN 1 ELSE 0 END) FROM assessment"
    heard = given.canonical.number(sql)
    return Measured(heard / planned, f"{heard:,} of {planned:,} communities")
