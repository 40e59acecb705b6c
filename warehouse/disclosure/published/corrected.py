"""Survey rounds that were corrected: figures that two releases show of them, and that differ by fewer people than may be told of.

Only the counting belongs here; what two releases of the same answers tell of withheld figures is attacked in `survey.py`.
"""

from __future__ import annotations

import duckdb

from warehouse.disclosure.published.catalogue import schema_of

MART = "mart_survey_estimates"
FIGURES = """
select round_key, indicator_code, option_code, domain_type, domain, n, n_asked,
    case when statistic = 'share' and not is_suppressed then round(estimate * n)::bigint end as n_option
from {schema}mart_survey_estimates order by all
"""
LEAST = 10


def changed_by_few(con: duckdb.DuckDBPyConnection, previous: duckdb.DuckDBPyConnection | None) -> dict[str, int]:
    """By survey round, the figures (answers, and numbers of respondents) that differ by 1 to 9 people between two releases."""
    if previous is None:
        return {}
    now, before = _figures(con), _figures(previous)
    found: dict[str, int] = {}
    for key in now.keys() & before.keys():
        changes = [abs(a - b) for a, b in zip(now[key], before[key], strict=True) if a is not None and b is not None]
        if any(0 < change < LEAST for change in changes):
            found[key[0]] = found.get(key[0], 0) + 1
    return dict(sorted(found.items()))


def _figures(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], tuple[int | None, ...]]:
    schema = schema_of(con, MART)
    rows = con.cursor().execute(FIGURES.format(schema=schema)).fetchall() if schema else []
    return {tuple(row[:5]): tuple(row[5:]) for row in rows}
