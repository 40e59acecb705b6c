"""Totals of a round counted again from its canonical Parquet, independently of dbt, to hold the marts against.

Only the counting rules of the contract belong here: the median informant, sums of sites, parents by their column.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput

# Of each place and category the row with the lower median of individuals, ties to the smaller row_id; every row of a site.
HEARD = """
    SELECT place_code, population_category, sum(individuals) AS individuals, sum(households) AS households
    FROM (
        SELECT *, row_number() OVER place_category AS position, count(*) OVER (PARTITION BY place_code, population_category) AS heard
        FROM totals WHERE individuals IS NOT NULL OR NOT $is_informant
        WINDOW place_category AS (PARTITION BY place_code, population_category ORDER BY individuals, row_id)
    )
    WHERE NOT $is_informant OR position = (heard - 1) // 2 + 1
    GROUP BY ALL
"""
# A place is its own ancestor; parents are followed by their column.
RECOUNT = f"""
    WITH RECURSIVE above AS (
        SELECT place_code, place_code AS ancestor FROM place
        UNION SELECT a.place_code, p.parent_code FROM above AS a JOIN place AS p ON a.ancestor = p.place_code
        WHERE p.parent_code IS NOT NULL
    ),
    heard AS ({HEARD})
    SELECT p.place_level, a.ancestor AS place_code, h.population_category,
        sum(h.individuals)::BIGINT AS individuals, sum(h.households)::BIGINT AS households
    FROM heard AS h JOIN above AS a ON h.place_code = a.place_code JOIN place AS p ON a.ancestor = p.place_code
    WHERE p.place_level <= 1
    GROUP BY p.place_level, a.ancestor, h.population_category ORDER BY ALL
"""


def recount(given: RoundInput) -> pl.DataFrame:
    """place_level, place_code, population_category, individuals, households of levels 0 and 1; null: nothing counted."""
    found: pl.DataFrame = given.once("recount", lambda: _recount(given))
    return found


def _recount(given: RoundInput) -> pl.DataFrame:
    return given.canonical.with_totals().frame(RECOUNT, {"is_informant": _grain(given) == "informant"})


def _grain(given: RoundInput) -> str:
    return next(book.row_grain for book in given.operation.codebooks if book.component == given.component)
