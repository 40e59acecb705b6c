"""Measures of figures beside each other in one round: interviews that repeat, figures that repeat.

Parts and sums of parts are measured in `people.py`; what changed since the round before in `previous.py`.
"""

from __future__ import annotations

from expectations.canonical import COUNTED
from expectations.inputs import RoundInput
from expectations.measures.at import at
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, first, share
from expectations.measures.people import multiples

# All figures of a row as two numbers, whatever their order: no row is as long as its figures.
SAID = f"""
CREATE TEMP TABLE IF NOT EXISTS repeated AS
SELECT sheet, row_number, row_number() OVER (PARTITION BY place_code, hashes, bits ORDER BY row_number) > 1 AS is_again
FROM assessment AS a JOIN (
    SELECT row_id, sum(value) AS people, sum(figure::HUGEINT) AS hashes, bit_xor(figure) AS bits
    FROM (SELECT *, hash(population_category, dimension, item, sex, age_group, unit, value) AS figure
        FROM population WHERE {COUNTED} AND value > 0)
    GROUP BY row_id HAVING sum(value) >= ?
) AS s ON a.row_id = s.row_id
"""


def repeated_interviews(given: RoundInput) -> Measured:
    """Interviews beyond the first with all figures of another one of the same community, of interviews with figures."""
    asked = given.canonical
    asked.con.execute("DROP TABLE IF EXISTS repeated")
    asked.con.execute(SAID, [given.value("repeated_minimum_people")])
    ((again, whole),) = asked.rows("SELECT count(*) FILTER (WHERE is_again), count(*) FROM repeated")
    sql = f"SELECT DISTINCT sheet, row_number FROM repeated WHERE is_again ORDER BY ALL NULLS FIRST LIMIT {EVIDENCE_LIMIT}"
    return share(again, whole, "interviews", first(asked.rows(sql)))


def heaping_tens(given: RoundInput) -> Measured:
    """Totals from 10 on that are multiples of 10, of all totals from 10 on."""
    return multiples(given, 10)


def same_figures(given: RoundInput) -> Measured:
    """The rows of the one figure from 10 on that stands most often in a category, of the category's rows from 10 on."""
    # a few rows share a figure easily: the share is taken of at least as many as make a pattern
    sql = """
        WITH often AS (SELECT population_category, individuals, count(*) AS rows FROM totals WHERE individuals >= 10 GROUP BY ALL)
        SELECT population_category, individuals, rows, sum(rows) OVER (PARTITION BY population_category) AS whole
        FROM often ORDER BY rows / greatest(whole, 20) DESC, population_category, individuals LIMIT 1
    """
    top = given.canonical.with_totals().rows(sql)
    if not top:
        return share(0, 0, "totals from 10 on")
    ((category, figure, rows, whole),) = top
    told = "row_id IN (SELECT row_id FROM totals WHERE population_category = ? AND individuals = ?)"
    return share(rows, max(int(whole), 20), "totals from 10 on", at(given, "assessment", told, [category, figure]))
