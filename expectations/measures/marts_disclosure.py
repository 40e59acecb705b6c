"""Measures of what the marts show: places too fine, cells too small, what an attack tells of withheld ones, estimates on too few.

Only what is found is measured here: the attack itself is in `warehouse/disclosure`.
"""

from __future__ import annotations

from typing import Any

import duckdb

from expectations.candidate_input import CandidateInput, quoted
from expectations.measures.measured import Measured, count

WORDS = ("individuals", "households", "all_years", "all_reasons", "all_countries", "total_where_told", "category_total")


def _counts(columns: dict[str, str]) -> list[str]:
    """Columns of whole numbers of people or households. A difference of two counts may be small: the attack looks at it."""
    return [
        c for c, kind in columns.items() if kind == "BIGINT" and any(w in c for w in WORDS) and "difference" not in c
    ]


def disclosure_attack(given: CandidateInput) -> Measured:
    """Withheld numbers that an attack on all marts together, and on the release before, tells too closely; facts that contradict each other too."""
    from warehouse.disclosure.audit import audit
    from warehouse.disclosure.proved import Proved

    if given.con is None or given.candidate is None:
        raise ValueError("the candidate's database is not open")
    if _is_partial(given):  # in no release: there is nothing to attack, and a few days of a survey are hours of it
        return count(0, "withheld numbers: a partial round is not published")
    home = getattr(given.candidate, "home", None)
    proved = Proved.of(home.build / "disclosure" / "attacked.json") if home is not None else Proved()
    before = _served_before(given)
    try:
        result = audit(given.con, previous=before, true=given.con, proved=proved)
        proved.save()
    finally:
        if before is not None:
            before.close()
    told = [f"{e.mart}: {e.cell}" for e in result.exposed] + result.contradictions
    return count(len(told), f"of {result.hidden:,} withheld numbers", told)


def _is_partial(given: CandidateInput) -> bool:
    normalized = getattr(given.candidate, "normalized", None)
    return bool(normalized is not None and normalized.delivery.partial)


def _served_before(given: CandidateInput) -> duckdb.DuckDBPyConnection | None:
    """The marts of the release that the candidate stands on."""
    from warehouse.serving.older import opened_as_today

    beside = given.beside
    if beside is None or not beside.served.exists():
        return None
    if not beside.is_of_today:
        return opened_as_today(beside.served)
    con = beside.con.cursor()
    con.execute("USE base")
    return con


def _leveled(given: CandidateInput) -> list[str]:
    """Marts with a place level and a round: the ones that show places."""
    return [m for m, columns in given.columns.items() if {"place_level", "round_key"} <= set(columns)]


def fine_places(given: CandidateInput) -> Measured:
    """Rows of the round about places finer than the operation publishes."""
    finest = given.operation.programme.publication.finest_published_level
    marts = _leveled(given)
    parts = [
        f"SELECT '{m}', count(*) FROM marts.{quoted(m)} WHERE round_key = $key AND place_level > $finest" for m in marts
    ]
    rows = given.each(parts, {"key": given.key, "finest": finest})
    return count(sum(rows.values()), "rows", [mart for mart in marts if rows[mart]])


def small_cells(given: CandidateInput) -> Measured:
    """Counts of the round from 1 to below the threshold, at levels where small cells are suppressed."""
    rule = given.operation.programme.publication
    cells = {
        m: {c: f"{quoted(c)} > 0 AND {quoted(c)} < $small" for c in _counts(given.columns[m])} for m in _leveled(given)
    }
    where = "round_key = $key AND place_level >= $level"
    bound = {"key": given.key, "level": rule.suppress_from_level, "small": rule.small_cell_threshold}
    found = _cells(given, cells, where, bound)
    return count(sum(found.values()), "cells", [cell for cell, number in found.items() if number])


def _cells(
    given: CandidateInput, wrong: dict[str, dict[str, str]], where: str, bound: dict[str, Any]
) -> dict[str, int]:
    """Mart.column → rows in which the column's condition holds; `wrong`: mart → column → condition."""
    asked = {mart: conditions for mart, conditions in wrong.items() if conditions}
    parts = [
        f"SELECT '{mart}', [{', '.join(f'count(*) FILTER (WHERE {c})' for c in conditions.values())}] "
        f"FROM marts.{quoted(mart)} WHERE {where}"
        for mart, conditions in asked.items()
    ]
    found = given.each(parts, bound)
    return {
        f"{mart}.{column}": int(number)
        for mart, conditions in asked.items()
        for column, number in zip(conditions, found[mart], strict=True)
    }


def small_samples(given: CandidateInput) -> Measured:
    """Estimates of the round that rest on fewer respondents than may be shown, or are shown though suppressed."""
    sql = (
        "SELECT count(*) FROM marts.mart_survey_estimates WHERE round_key = ? AND estimate IS NOT NULL "
        "AND (coalesce(n, 0) < ? OR coalesce(is_suppressed, true))"
    )
    minimum = given.operation.programme.publication.survey_minimum_n
    return count(int(given.number(sql, [given.key, minimum])), "estimates")


def shares_out_of_range(given: CandidateInput) -> Measured:
    """Shares of the round outside [0, 1], over all marts; for a survey also its estimates of shares."""
    wrong = {
        mart: {c: f"NOT {quoted(c)} BETWEEN 0 AND 1" for c, kind in columns.items() if _is_share(c, kind)}
        for mart, columns in given.columns.items()
        if "round_key" in columns
    }
    bad = _cells(given, wrong, "round_key = $key", {"key": given.key})
    if given.kind == "survey":
        bad["mart_survey_estimates.estimate"] = _estimates_out_of_range(given)
    return count(sum(bad.values()), "cells", [cell for cell, number in bad.items() if number])


def _is_share(column: str, kind: str) -> bool:
    return kind in ("DOUBLE", "FLOAT") and (column.startswith("share") or column.endswith("_share"))


def _estimates_out_of_range(given: CandidateInput) -> int:
    sql = (
        "SELECT count(*) FROM marts.mart_survey_estimates WHERE round_key = ? AND option_code NOT IN ('mean', 'median') "
        "AND (NOT estimate BETWEEN 0 AND 1 OR ci_low > estimate OR ci_high < estimate)"
    )
    return int(given.number(sql, [given.key]))


def options_off_one(given: CandidateInput) -> Measured:
    """Single-choice indicators × domain whose options are all shown and do not add up to 1."""
    single = [i.code for i in given.operation.indicators if i.kind == "single" and i.component == given.component]
    sql = (
        "SELECT indicator_code FROM (SELECT indicator_code, domain_type, domain, sum(estimate) AS whole, bool_and(estimate IS NOT NULL) AS shown "
        "FROM marts.mart_survey_estimates WHERE round_key = ? AND option_code <> 'mean' AND list_contains(?::varchar[], indicator_code) "
        "GROUP BY ALL) WHERE shown AND abs(whole - 1) > 1e-6 ORDER BY ALL"
    )
    bad = [str(code) for (code,) in given.rows(sql, [given.key, single])]
    return count(len(bad), "sums of options", dict.fromkeys(bad))
