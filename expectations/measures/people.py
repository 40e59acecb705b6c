"""Measures of counted people and households in the normalized round: arithmetic, signs, sizes, roundness.

Totals and parts stay apart; they are compared, never forced. Missing is not zero.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, code_text, count, share, where

KEY = ["row_id", "population_category"]
COUNTED = pl.col("value_status").is_in(["reported", "derived"])
STATUSES = ["reported", "derived", "missing", "not_asked", "unreadable"]


def totals(given: RoundInput, unit: str) -> pl.DataFrame:
    """Counted totals of a unit: row_id, population_category, total."""
    table = given.table("population")
    mine = table.filter(COUNTED & (pl.col("dimension") == "total") & (pl.col("unit") == unit))
    return mine.group_by(KEY).agg(pl.col("value").sum().alias("total"))


def _at(given: RoundInput, keys: pl.DataFrame) -> list[str]:
    return where(given.table("assessment").join(keys.select("row_id").unique(), on="row_id", how="semi"))


def people_counted(given: RoundInput) -> Measured:
    """All individuals in counted totals."""
    return count(int(totals(given, "individuals")["total"].sum() or 0), "people")


def silent_categories(given: RoundInput) -> Measured:
    """Categories that the round reports and whose totals are zero everywhere."""
    sums = totals(given, "individuals").group_by("population_category").agg(pl.col("total").sum())
    zero = sums.filter(pl.col("total") == 0)["population_category"].sort()
    return count(zero.len(), f"of {sums.height} categories", [code_text(c) for c in zero])


def negative_values(given: RoundInput) -> Measured:
    """Values below zero."""
    bad = given.table("population").filter(pl.col("value") < 0)
    return count(bad.height, "values", _at(given, bad))


def status_contradictions(given: RoundInput) -> Measured:
    """Counted values that are null, uncounted ones that are not, and statuses that nobody knows."""
    table = given.table("population")
    known = pl.col("value_status").is_in(STATUSES).fill_null(False)
    bad = table.filter(~known | (pl.col("value").is_null() == COUNTED))
    return count(bad.height, "values", _at(given, bad))


def parts_differ(given: RoundInput) -> Measured:
    """Rows × category × kind of part whose parts contradict the total, of those where all parts are counted."""
    parts = _parts(given)
    over = pl.col("parts") > pl.col("total")
    differ = pl.when(pl.col("kind") == "country").then(over).otherwise(pl.col("parts") != pl.col("total"))
    bad = parts.filter(differ)
    return share(bad.height, parts.height, "sums of parts", _at(given, bad))


def _parts(given: RoundInput) -> pl.DataFrame:
    """Complete sums of parts beside their total: row_id, population_category, kind, parts, total (individuals)."""
    # sex alone, age alone and sex × age are three ways to cut one total: never added to each other
    kind = (
        pl.when(pl.col("dimension") != "sex_age")
        .then(pl.col("dimension"))
        .when(pl.col("age_group") == "all")
        .then(pl.lit("sex"))
        .when(pl.col("sex") == "all")
        .then(pl.lit("age"))
        .otherwise(pl.lit("sex_age"))
    )
    rows = given.table("population").filter(
        (pl.col("unit") == "individuals") & pl.col("dimension").is_in(["sex_age", "year", "country"])
    )
    summed = (
        rows.with_columns(kind.alias("kind"))
        .group_by([*KEY, "kind"])
        .agg(pl.col("value").sum().alias("parts"), COUNTED.all().alias("whole"), COUNTED.any().alias("some"))
    )
    # countries are named as far as they are asked: a part may be missing, their sum is a lower bound all the same
    usable = summed.filter(pl.col("whole") | ((pl.col("kind") == "country") & pl.col("some")))
    return usable.join(totals(given, "individuals"), on=KEY)


def _sizes(given: RoundInput) -> pl.DataFrame:
    households = totals(given, "households").rename({"total": "households"})
    return totals(given, "individuals").join(households, on=KEY)


def households_above_individuals(given: RoundInput) -> Measured:
    """Rows × category with more households than individuals."""
    sizes = _sizes(given)
    bad = sizes.filter(pl.col("households") > pl.col("total"))
    return share(bad.height, sizes.height, "rows with both", _at(given, bad))


def household_size_outliers(given: RoundInput) -> Measured:
    """Rows × category whose individuals per household lie outside the plausible sizes."""
    sizes = _sizes(given).filter((pl.col("households") > 0) | (pl.col("total") > 0))
    size = pl.col("total") / pl.col("households")
    bad = sizes.filter(~size.is_between(given.value("household_size_min"), given.value("household_size_max")))
    return share(bad.height, sizes.height, "rows with households", _at(given, bad))


def heaping(given: RoundInput) -> Measured:
    """Totals from 10 on that are multiples of 5, of all totals from 10 on."""
    large = totals(given, "individuals").filter(pl.col("total") >= 10)
    return share(large.filter(pl.col("total") % 5 == 0).height, large.height, "totals from 10 on")
