"""Measures of figures beside each other in one round: parts above totals, interviews that repeat, figures that repeat.

Sums of parts are measured in `people.py`; what changed since the round before in `previous.py`.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, share, where
from expectations.measures.people import COUNTED, KEY, totals

FROM = 10  # smaller figures repeat by chance


def part_above_total(given: RoundInput) -> Measured:
    """Rows × category × kind of part with a single part above the total, of those with counted parts."""
    parts = given.table("population").filter(
        COUNTED & (pl.col("dimension") != "total") & (pl.col("unit") == "individuals")
    )
    largest = parts.group_by([*KEY, "dimension"]).agg(pl.col("value").max().alias("part"))
    beside = largest.join(totals(given, "individuals"), on=KEY)
    bad = beside.filter(pl.col("part") > pl.col("total"))
    at = given.table("assessment").join(bad.select("row_id").unique(), on="row_id", how="semi")
    return share(bad.height, beside.height, "kinds of parts", where(at))


def repeated_interviews(given: RoundInput) -> Measured:
    """Interviews beyond the first with all figures of another one of the same community, of interviews with figures."""
    figures = given.table("population").filter(COUNTED & (pl.col("value") > 0))
    said = figures.sort("population_category", "dimension", "item", "sex", "age_group", "unit", "value")
    name = pl.concat_str(
        ["population_category", "dimension", "item", "sex", "age_group", "unit", "value"],
        separator="|",
        ignore_nulls=True,
    )
    per_row = said.group_by("row_id", maintain_order=True).agg(
        name.alias("said"), pl.col("value").sum().alias("people")
    )
    large = per_row.filter(pl.col("people") >= given.value("repeated_minimum_people"))
    rows = given.table("assessment").join(large.with_columns(pl.col("said").list.join(";")), on="row_id")
    again = rows.sort("row_number").filter(~pl.struct("place_code", "said").is_first_distinct())
    return share(again.height, rows.height, "interviews", where(again))


def heaping_tens(given: RoundInput) -> Measured:
    """Totals from 10 on that are multiples of 10, of all totals from 10 on."""
    large = totals(given, "individuals").filter(pl.col("total") >= FROM)
    return share(large.filter(pl.col("total") % 10 == 0).height, large.height, "totals from 10 on")


def same_figures(given: RoundInput) -> Measured:
    """The rows of the one figure from 10 on that stands most often in a category, of the category's rows from 10 on."""
    large = totals(given, "individuals").filter(pl.col("total") >= FROM)
    if large.is_empty():
        return share(0, 0, "totals from 10 on")
    often = large.group_by("population_category", "total").agg(pl.len().alias("rows"), pl.col("row_id"))
    beside = often.join(large.group_by("population_category").agg(pl.len().alias("all")), on="population_category")
    # a few rows share a figure easily: the share is taken of at least as many as make a pattern
    told = beside.with_columns((pl.col("rows") / pl.col("all").clip(lower_bound=20)).alias("share"))
    top = told.sort("share", "population_category", "total", descending=[True, False, False]).row(0, named=True)
    at = given.table("assessment").filter(pl.col("row_id").is_in(top["row_id"]))
    return share(top["rows"], max(top["all"], 20), "totals from 10 on", where(at))
