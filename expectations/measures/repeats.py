"""Measures of the candidate's counts that must stand once, and of the countries that they are linked to.

Repeated rows of the delivery are measured in `rows.py` and `parts.py`, repeated rows of marts in `marts_shape.py`.
"""

from __future__ import annotations

from expectations.candidate_input import CandidateInput
from expectations.canonical import COUNTED
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, code_text, count, share

LINKED = f"population WHERE {COUNTED} AND dimension = 'country' AND unit = 'individuals'"  # counted people by country


def repeated_communities(given: CandidateInput) -> Measured:
    """Communities × category that stand more than once after informants are reconciled; none at all counts as one."""
    sql = (
        "SELECT count(*) FROM (SELECT DISTINCT place_code, population_category FROM intermediate.int_community_population "
        "WHERE round_key = ?)"
    )
    whole = int(given.number(sql, [given.key]))
    sql = (
        "SELECT place_code, population_category FROM intermediate.int_community_population "
        "WHERE round_key = ? GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key])
    places = given.places([code for code, _ in rows[:EVIDENCE_LIMIT]])
    told = [f"{place} {code_text(category)}" for place, (_, category) in zip(places, rows, strict=False)]
    return count(len(rows) if whole else 1, f"of {whole:,} communities and categories", told)


def countries_unresolved(given: CandidateInput) -> Measured:
    """Counts of the round by country whose country is no code of the list of countries."""
    known = [code for (code,) in given.rows("SELECT country_iso3 FROM reference.country")]
    strange = f"{LINKED} AND NOT coalesce(list_contains(?::VARCHAR[], item), false)"
    sql = f"SELECT population_category, count(*) FROM {strange} GROUP BY ALL ORDER BY ALL"
    found = given.canonical.rows(sql, [known])
    return count(sum(number for _, number in found), "counts", [code_text(c) for c, _ in found])


def countries_unknown_share(given: CandidateInput) -> Measured:
    """People who are linked to an unknown country, of all who are linked to one."""
    sql = f"SELECT coalesce(sum(value) FILTER (WHERE item = 'UNKNOWN'), 0), coalesce(sum(value), 0) FROM {LINKED}"
    ((unknown, linked),) = given.canonical.rows(sql)
    return share(int(unknown), int(linked), "people linked to a country")
