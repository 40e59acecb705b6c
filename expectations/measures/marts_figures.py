"""Measures of what the marts say of the round: sums over levels, totals counted again, published figures, change.

The shape of the tables is measured in `marts_shape.py`, what may be seen in `marts_disclosure.py`.
"""

from __future__ import annotations

from typing import Any

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, code_text, count
from expectations.measures.recount import recount

UNITS = ("individuals", "households")


def levels_disagree(given: CandidateInput) -> Measured:
    """Category × sex × age × unit whose country figure is not the sum of its level 1; no such sums at all count as one."""
    sums = ", ".join(
        f"sum({u}) FILTER (WHERE place_level = 0) AS {u}_0, sum({u}) FILTER (WHERE place_level = 1) AS {u}_1"
        for u in UNITS
    )
    differ = " OR ".join(f"{u}_0 IS DISTINCT FROM {u}_1" for u in UNITS)
    withheld = "coalesce(bool_or(is_suppressed) FILTER (WHERE place_level <= 1), false)"
    sql = (
        f"WITH s AS (SELECT population_category, {withheld} AS withheld, {sums} FROM marts.mart_population WHERE round_key = ? "
        f"GROUP BY population_category, sex, age_group) SELECT population_category, NOT withheld AND ({differ}) FROM s ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key])
    bad = [code_text(category) for category, wrong in rows if wrong]
    return count(len(bad) if rows else 1, f"of {len(rows)} sums", dict.fromkeys(bad))


def recount_differs(given: CandidateInput) -> Measured:
    """Totals of levels 0 and 1 in mart_population that differ from those counted again from the canonical rows."""
    columns = ["place_level", "place_code", "population_category", *UNITS]
    ours = {tuple(row[:3]): tuple(row[3:]) for row in recount(given).select(columns).iter_rows()}
    sql = (
        f"SELECT {', '.join(columns)}, is_suppressed FROM marts.mart_population "
        "WHERE round_key = ? AND place_level <= 1 AND sex = 'all' AND age_group = 'all'"
    )
    rows = given.rows(sql, [given.key])
    withheld = {tuple(row[:3]) for row in rows if row[-1]}
    marts = {tuple(row[:3]): tuple(row[3:5]) for row in rows}
    nothing = (None, None)
    bad = [k for k in {**ours, **marts} if k not in withheld and ours.get(k, nothing) != marts.get(k, nothing)]
    evidence = sorted({f"level {level}: {code_text(category)}" for level, _, category in bad})
    return count(len(bad) if ours else 1, f"of {len(ours)} totals", evidence)


def headlines_differ(given: CandidateInput) -> Measured:
    """Headlines that name a category and are not its country total counted again."""
    ours = {
        c: i
        for level, c, i in recount(given).select("place_level", "population_category", "individuals").iter_rows()
        if level == 0
    }
    sql = "SELECT headline_code, value FROM marts.mart_headlines WHERE round_key = ?"
    said = {code: value for code, value in given.rows(sql, [given.key]) if code in ours}
    bad = sorted(code for code, value in said.items() if value != ours[code])
    return count(len(bad), f"of {len(said)} headlines", [code_text(code) for code in bad])


def respondents_differ(given: CandidateInput) -> Measured:
    """How far the respondents of the first page are from the accepted responses; no such figure counts as all of them."""
    sql = "SELECT max(value) FROM marts.mart_headlines WHERE round_key = ? AND headline_code = 'respondents'"
    ((said,),) = given.rows(sql, [given.key])
    accepted = given.canonical.number("SELECT count(*) FROM response")
    return count(int(abs(float(said or 0) - accepted)), f"respondents away from {accepted:,}")


def _published(given: CandidateInput) -> list[tuple[Any, ...]]:
    """figure_code, published, computed, decimals, unit of the round's registered figures."""
    sql = (
        "SELECT p.figure_code, p.published_value, m.computed_value, coalesce(p.decimals, 0), p.unit "
        "FROM reference.published_figure p LEFT JOIN marts.mart_published_figures m USING (round_key, figure_code) "
        "WHERE p.round_key = ? AND p.published_value IS NOT NULL ORDER BY ALL"
    )
    return given.rows(sql, [given.key])


def _words(given: CandidateInput) -> list[tuple[Any, ...]]:
    """figure_code, agrees of the round's registered figures that are words."""
    sql = (
        "SELECT p.figure_code, coalesce(m.agrees, false) "
        "FROM reference.published_figure p LEFT JOIN marts.mart_published_figures m USING (round_key, figure_code) "
        "WHERE p.round_key = ? AND p.published_text IS NOT NULL ORDER BY ALL"
    )
    return given.rows(sql, [given.key])


def _is_share(unit: str, decimals: int) -> bool:
    return unit in ("percent", "ratio", "share") or decimals > 0


def published_counts_differ(given: CandidateInput) -> Measured:
    """The largest distance of a count from the published one, in its unit; a count that was not computed is zero."""
    far = {
        code: abs(float(said) - float(ours or 0))
        for code, said, ours, decimals, unit in _published(given)
        if not _is_share(unit, decimals)
    }
    bad = [code_text(code) for code, distance in far.items() if distance]
    return Measured(max(far.values(), default=0.0), f"{len(bad)} of {len(far)} counts differ", bad[:EVIDENCE_LIMIT])


def published_shares_differ(given: CandidateInput) -> Measured:
    """Shares and ratios that do not round to the published one, words that name another, and what was not computed."""
    shares = [row for row in _published(given) if _is_share(row[4], row[3])]
    # half a unit of the last printed digit, and a hair for binary fractions
    bad = [
        code_text(code)
        for code, said, ours, decimals, _ in shares
        if ours is None or abs(float(said) - float(ours)) > 0.5 * 10.0**-decimals + 1e-9
    ]
    words = _words(given)
    bad += [code_text(code) for code, agrees in words if not agrees]
    return count(len(bad), f"of {len(shares)} shares and {len(words)} words", bad)


def level_1_change(given: CandidateInput) -> Measured:
    """The largest like-for-like change of a unit of level 1 × category on the round before, where it may be compared at all."""
    sql = (
        "SELECT place_code, population_category, abs(like_after / like_before - 1) AS change FROM intermediate.int_round_change_judged "
        "WHERE round_key = ? AND place_level = 1 AND basis IS NOT NULL AND comparability <> 'not_comparable' "
        "AND like_before >= ? AND like_after IS NOT NULL ORDER BY change DESC, place_code, population_category"
    )
    changes = given.rows(sql, [given.key, given.value("change_minimum_people")])
    if not changes:
        return Measured(0.0, "no earlier round that may be compared")
    limit = given.value("level_1_change")
    beyond = [row for row in changes if row[2] > limit]
    places = given.places([unit for unit, *_ in beyond])
    far = [f"{place} {code_text(c)} {change:.2f}" for place, (_, c, change) in zip(places, beyond, strict=True)]
    return Measured(
        float(changes[0][2]), f"{changes[0][2]:.2f} at most, {len(far)} of {len(changes)} beyond", far[:EVIDENCE_LIMIT]
    )
