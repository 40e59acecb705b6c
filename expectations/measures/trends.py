"""Measures of what the marts tell of change, against the rounds' own windows: no trend where none can be told.

The rule is worked out here again from the registered rounds, their series and the years compared; the marts' own word
(`comparability`) is only one of the witnesses. How large a change is, is measured in `previous.py`.
"""

from __future__ import annotations

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import Measured, code_text, count

_PAIR = """
WITH pair AS (
    SELECT n.round_key, b.round_key AS previous_round_key, n.operation, n.component,
    n.window_start AS new_start, n.window_end AS new_end, b.window_start AS old_start, b.window_end AS old_end
    FROM reference.round n JOIN reference.round b ON n.operation = b.operation AND n.component = b.component),
series AS (SELECT round_key, indicator_code, any_value(series) AS series FROM reference.indicator_comparability GROUP BY ALL)
"""
# a change over another window is one of the window: told only of whole years that lie in both windows, or, as limited, of
# people who are counted where they are, when only the last day of the window moved
_ROUND_CHANGE = (
    _PAIR
    + """, told AS (
    SELECT m.population_category, m.comparability, m.common_communities, p.*,
    coalesce(m.years_compared, '') AS years, l.series AS new_series, e.series AS old_series,
    new_start IS NOT DISTINCT FROM old_start AND new_end IS NOT DISTINCT FROM old_end AS same_window
    FROM marts.mart_round_change m LEFT JOIN pair p USING (round_key, previous_round_key)
    LEFT JOIN series l ON l.round_key = m.round_key AND l.indicator_code = 'stock.' || m.population_category
    LEFT JOIN series e ON e.round_key = m.previous_round_key AND e.indicator_code = 'stock.' || m.population_category
    WHERE ? IN (m.round_key, m.previous_round_key)
    AND (m.like_for_like IS NOT NULL OR coalesce(m.direction NOT IN ('cannot_be_told', 'withheld'), false)))
SELECT population_category FROM told WHERE round_key IS NULL OR comparability = 'not_comparable' OR new_series <> old_series
    OR coalesce(common_communities, 1) = 0
    OR (years = '' AND NOT same_window AND NOT (coalesce(new_start = old_start, false) AND comparability = 'limited'))
    OR (years <> '' AND NOT coalesce(list_bool_and(list_transform(string_split(years, ', '), lambda y:
        make_date(y::INTEGER, 1, 1) >= greatest(new_start, old_start)
        AND make_date(y::INTEGER, 12, 31) <= least(new_end, old_end))), false))
ORDER BY ALL
"""
)
_VINTAGES = """
SELECT m.population_category FROM marts.mart_vintages m JOIN reference.round r USING (round_key)
WHERE m.round_key = ? AND coalesce(m.difference_from_first, m.difference_from_previous, m.like_for_like_difference) IS NOT NULL
AND NOT coalesce(make_date(m.reference_year::INTEGER, 1, 1) >= r.window_start
    AND make_date(m.reference_year::INTEGER, 12, 31) <= r.window_end, false) ORDER BY ALL
"""
_SURVEY_CHANGE = (
    _PAIR
    + """SELECT m.indicator_code FROM marts.mart_survey_change m LEFT JOIN pair p USING (round_key, previous_round_key)
LEFT JOIN series l ON l.round_key = m.round_key AND l.indicator_code = m.indicator_code
LEFT JOIN series e ON e.round_key = m.previous_round_key AND e.indicator_code = m.indicator_code
WHERE ? IN (m.round_key, m.previous_round_key)
AND (m.difference IS NOT NULL OR coalesce(m.direction NOT IN ('cannot_be_told', 'withheld'), false))
AND (p.round_key IS NULL OR m.comparability = 'not_comparable' OR l.series <> e.series) ORDER BY ALL
"""
)


def trend_told_over_break(given: CandidateInput) -> Measured:
    """Changes of counts that are told though window, definition or coverage changed."""
    rows = [*given.rows(_ROUND_CHANGE, [given.key]), *given.rows(_VINTAGES, [given.key])]
    return count(len(rows), "changes", dict.fromkeys(code_text(code) for (code,) in rows))


def survey_trend_over_break(given: CandidateInput) -> Measured:
    """Changes of a survey's indicators that are told though the question or its series changed."""
    rows = given.rows(_SURVEY_CHANGE, [given.key])
    return count(len(rows), "changes", dict.fromkeys(code_text(code) for (code,) in rows))
