"""Measures of a round against the round before, over the communities that dbt matched (codes are given anew, names drift).

Coverage and like for like are told apart: a total that moved by coverage is no change of people. Evidence is a place's
code where the gazetteer knows it. What the marts say of the change is measured in `trends.py`.
"""

from __future__ import annotations

from typing import Any
from unicodedata import combining, normalize

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, code_text, count, share
from warehouse.gazetteer.names import skeleton
from warehouse.gazetteer.suggest import alike
from warehouse.normalize.place_history import moved_codes

NONE = "no earlier round"
GAP = "the round with the number before is not in the release"
_COMMON = "intermediate.int_pair_community WHERE round_key = ? AND community_status = 'common'"
_LEVEL_1 = """
WITH pair AS (SELECT round_key, previous_round_key FROM intermediate.int_round_pair WHERE round_key = ?),
units AS (
    SELECT p.round_key, t.ancestor_code AS unit, p.population_category, sum(p.individuals) AS total
    FROM intermediate.int_community_population p JOIN intermediate.int_community_tree t
    ON p.round_key = t.round_key AND p.place_code = t.community_code AND t.ancestor_level = 1
    WHERE p.individuals IS NOT NULL
    AND p.round_key IN (SELECT unnest([round_key, previous_round_key]) FROM pair) GROUP BY ALL),
matched AS (SELECT previous_place_code, place_code FROM intermediate.int_place_match WHERE round_key = ?)
"""


def previous_round(given: CandidateInput) -> str | None:
    """The round that this one is compared with; None for the first."""
    sql = "SELECT previous_round_key FROM intermediate.int_round_pair WHERE round_key = ?"
    rows = given.once("previous_round", lambda: given.rows(sql, [given.key]))
    return str(rows[0][0]) if rows else None


def level_1_gone(given: CandidateInput) -> Measured:
    """Units of level 1 of the round before, by code or name, that no community of this round lies in."""
    sql = _LEVEL_1 + (
        "SELECT DISTINCT unit, unit IN (SELECT previous_place_code FROM matched) OR unit IN "
        "(SELECT unit FROM units WHERE round_key = ?) FROM units WHERE round_key <> ? ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key] * 4)
    names = _level_1_names(given)
    here = [name for (key, _), name in names.items() if key == given.key]
    before = {code: name for (key, code), name in names.items() if key != given.key}
    gone = [code for code, found in rows if not found and not any(_same_name(before.get(code), n) for n in here)]
    return count(len(gone), f"of {len(rows)} units missing", given.places(gone[:EVIDENCE_LIMIT]))


def _level_1_names(given: CandidateInput) -> dict[tuple[str, str], str]:
    """Round and code → name of the units of level 1 of this round and the one before."""
    sql = (
        "SELECT round_key, place_code, place_name_en FROM intermediate.int_place_observed WHERE place_level = 1 "
        "AND list_contains(?::VARCHAR[], round_key) AND place_name_en IS NOT NULL"
    )
    return {(key, code): name for key, code, name in given.rows(sql, [[given.key, previous_round(given)]])}


def _same_name(one: str | None, other: str) -> bool:
    """One name, also without its accents (Ségou, Segou), or spellings of one (Koulikoro, Koulikouro)."""
    if one is None:
        return False
    plain = [skeleton("".join(c for c in normalize("NFKD", text) if not combining(c))) for text in (one, other)]
    return plain[0] == plain[1] or bool(alike([one, other]))


def codes_moved(given: CandidateInput) -> Measured:
    """Delivered place codes that stood in another parent in an earlier round; the gazetteer's own codes stand."""
    if given.candidate is None:
        raise ValueError("there is no candidate")
    # another name of the same parent may be the name in another language: the report to the field tells those
    moved = moved_codes(given.candidate.home, given.key, given.table("place"), {})
    found = [m for m in moved if m.reason == "place_code_moved"]
    return count(len(found), "codes", [f"{given.place(m.place)} {code_text(m.reason)}" for m in found[:EVIDENCE_LIMIT]])


def communities_of_previous(given: CandidateInput) -> Measured:
    """Communities of the round, of those of the round before; 1 for the first round."""
    before = previous_round(given)
    if before is None:
        return Measured(1.0, NONE)
    sql = "SELECT count(DISTINCT place_code) FROM intermediate.int_community_population WHERE round_key = ?"
    old, new = given.number(sql, [before]), given.number(sql, [given.key])
    return Measured(new / old if old else 1.0, f"{int(new):,} communities, {int(old):,} in the round before")


def far_fewer_communities(given: CandidateInput) -> Measured:
    """The same, where the round before is the one with the number before: over a gap coverage moves by itself."""
    before = previous_round(given)
    if before is None or not _is_next(before, given.key):
        return Measured(1.0, NONE if before is None else GAP)
    return communities_of_previous(given)


def _is_next(before: str, now: str) -> bool:
    return int(now.rpartition("-r")[2]) == int(before.rpartition("-r")[2]) + 1


def _far(given: CandidateInput) -> tuple[list[tuple[Any, ...]], int]:
    """Communities × category beyond the ratio, the largest first; and how many were compared."""
    found: tuple[list[tuple[Any, ...]], int] = given.once("far", lambda: _far_now(given))
    return found


def _far_now(given: CandidateInput) -> tuple[list[tuple[Any, ...]], int]:
    ratio, floor = given.value("community_change_ratio"), given.value("community_minimum_people")
    sql = (
        f"SELECT place_code, population_category, (individuals + 1) / (previous_individuals + 1), "
        f"greatest(individuals, previous_individuals) > ? * least(individuals, previous_individuals) "
        f"FROM {_COMMON} AND greatest(individuals, previous_individuals) >= ? "
        "ORDER BY greatest(individuals, previous_individuals) DESC, place_code, population_category"
    )
    rows = given.rows(sql, [ratio, given.key, floor])
    return [row for row in rows if row[3]], len(rows)


def _told(given: CandidateInput, far: list[tuple[Any, ...]]) -> list[str]:
    # keys only: how many times more or less would tell a small count of one community
    places: list[str] = given.once("far places", lambda: given.places([code for code, *_ in far[:EVIDENCE_LIMIT]]))
    return [f"{place} {code_text(c)}" for place, (_, c, *_) in zip(places, far, strict=False)]


def community_outliers(given: CandidateInput) -> Measured:
    """Communities × category, of a size, that changed beyond the ratio since the round before."""
    far, compared = _far(given)
    return count(len(far), f"of {compared:,} communities compared", _told(given, far))


def community_outliers_share(given: CandidateInput) -> Measured:
    """The same, of all compared, where the rounds follow each other; a handful says nothing of the whole."""
    before = previous_round(given)
    if before is None or not _is_next(before, given.key):
        return Measured(0.0, NONE if before is None else GAP)
    far, compared = _far(given)
    return share(len(far), max(compared, 20), "communities compared", _told(given, far))


def national_change(given: CandidateInput) -> Measured:
    """The largest like-for-like change of a category of the country, where it may be compared at all."""
    sql = (
        "SELECT population_category, like_after / like_before - 1, coverage_effect FROM intermediate.int_round_change_judged "
        "WHERE round_key = ? AND place_level = 0 AND basis IS NOT NULL AND comparability <> 'not_comparable' "
        "AND like_before >= ? AND like_after IS NOT NULL ORDER BY abs(like_after / like_before - 1) DESC, population_category"
    )
    rows = given.rows(sql, [given.key, given.value("change_minimum_people")])
    if not rows:
        return Measured(0.0, "no earlier round that may be compared")
    told = [f"{code_text(c)} like for like {change:+.2f}, coverage {effect or 0:+,}" for c, change, effect in rows]
    largest = abs(float(rows[0][1]))
    return Measured(largest, f"{largest:.2f} at most, of {len(rows)} categories", told[:EVIDENCE_LIMIT])


def stale_communities(given: CandidateInput) -> Measured:
    """Communities whose categories all have exactly the totals of the round before, of the communities in both."""
    sql = (
        "SELECT count(*), count(*) FILTER (WHERE same) FROM (SELECT place_code, bool_and(individuals = previous_individuals) "
        f"AS same FROM {_COMMON} GROUP BY place_code HAVING max(greatest(individuals, previous_individuals)) > 0)"
    )
    ((compared, same),) = given.rows(sql, [given.key])
    # the share of a handful says nothing
    return share(same, max(compared, 10) if compared else 0, "communities in both rounds")


def stale_level_1(given: CandidateInput) -> Measured:
    """Units of level 1 × category whose total is exactly that of the round before, from the smallest people that count on."""
    sql = _LEVEL_1 + (
        "SELECT a.unit, a.population_category FROM units a JOIN matched m ON a.unit = m.place_code JOIN units b "
        "ON b.unit = m.previous_place_code AND a.population_category = b.population_category AND a.total = b.total "
        "WHERE a.round_key = ? AND b.round_key <> a.round_key AND a.total >= ? ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key, given.key, given.key, given.value("change_minimum_people")])
    places = given.places([unit for unit, _ in rows[:EVIDENCE_LIMIT]])
    told = [f"{place} {code_text(category)}" for place, (_, category) in zip(places, rows, strict=False)]
    return count(len(rows), "totals of level 1", told)


def household_size_jumps(given: CandidateInput) -> Measured:
    """How many times larger or smaller a category's people per household are than in the round before, at most."""
    sql = (
        "SELECT population_category, sum(individuals) / sum(households) AS new, sum(previous_individuals) / "
        f"sum(previous_households) AS old FROM {_COMMON} AND households > 0 AND previous_households > 0 "
        "GROUP BY population_category HAVING sum(individuals) > 0 AND sum(previous_individuals) >= ? ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key, given.value("change_minimum_people")])
    times = {category: max(new, old) / min(new, old) for category, new, old in rows}
    if not times:
        return Measured(1.0, "no earlier round with households")
    largest = max(times.values())
    told = [f"{code_text(c)} ×{t:.2f}" for c, t in sorted(times.items()) if t == largest]
    return Measured(largest, f"{largest:.2f} at most, of {len(times)} categories", told)


def movers_above_residents(given: CandidateInput) -> Measured:
    """The largest share of returned and emigrated people of a place in its residents, where residents are known."""
    sql = (
        "SELECT t.ancestor_code, sum(p.individuals) / any_value(r.residents) AS part FROM intermediate.int_community_population p "
        "JOIN (SELECT * FROM intermediate.int_community_tree UNION SELECT DISTINCT round_key, place_code, place_code, place_level "
        "FROM intermediate.int_community_population) t ON p.round_key = t.round_key AND p.place_code = t.community_code "
        "JOIN reference.round o ON p.round_key = o.round_key JOIN intermediate.int_place_residents r "
        "ON r.operation = o.operation AND r.place_code = t.ancestor_code AND r.geography_vintage = o.geography_vintage "
        "WHERE p.round_key = ? AND p.population_category IN ('returned', 'emigrant') AND r.residents > 0 "
        "GROUP BY t.ancestor_code ORDER BY part DESC, t.ancestor_code"
    )
    rows = [(code, float(part)) for code, part in given.rows(sql, [given.key]) if part is not None]
    if not rows:
        return Measured(0.0, "no place with known residents")
    limit = given.value("movers_above_residents")
    far = given.places([code for code, part in rows[:EVIDENCE_LIMIT] if part > limit])  # the largest stand first
    return Measured(rows[0][1], f"{rows[0][1]:.2f} at most, of {len(rows):,} places", far[:EVIDENCE_LIMIT])
