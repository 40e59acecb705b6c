"""Measures of the candidate's counts that must stand once, and of the countries that they are linked to.

Repeated rows of the delivery are measured in `rows.py` and `parts.py`, repeated rows of marts in `marts_shape.py`.
"""

from __future__ import annotations

import polars as pl

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import Measured, code_text, count, share
from expectations.measures.people import COUNTED


def repeated_communities(given: CandidateInput) -> Measured:
    """Communities × category that stand more than once after informants are reconciled; none at all counts as one."""
    sql = (
        "SELECT place_code, population_category, count(*) FROM intermediate.int_community_population "
        "WHERE round_key = ? GROUP BY ALL ORDER BY ALL"
    )
    rows = given.rows(sql, [given.key])
    again = [f"{given.place(code)} {code_text(category)}" for code, category, number in rows if number > 1]
    return count(len(again) if rows else 1, f"of {len(rows):,} communities and categories", again)


def _linked(given: CandidateInput) -> pl.DataFrame:
    """Counted people by country: population_category, item, value."""
    by_country = COUNTED & (pl.col("dimension") == "country") & (pl.col("unit") == "individuals")
    return given.table("population").filter(by_country).select("population_category", "item", "value")


def countries_unresolved(given: CandidateInput) -> Measured:
    """Counts of the round by country whose country is no code of the list of countries."""
    known = [code for (code,) in given.rows("SELECT country_iso3 FROM reference.country")]
    strange = _linked(given).filter(~pl.col("item").is_in(known).fill_null(False))
    return count(strange.height, "counts", [code_text(c) for c in strange["population_category"].unique().sort()])


def countries_unknown_share(given: CandidateInput) -> Measured:
    """People who are linked to an unknown country, of all who are linked to one."""
    linked = _linked(given)
    unknown = int(linked.filter(pl.col("item") == "UNKNOWN")["value"].sum() or 0)
    return share(unknown, int(linked["value"].sum() or 0), "people linked to a country")
