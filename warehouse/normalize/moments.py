"""Moments with their time of day and time zone: when an interview began, when it ended, how many minutes lie between.

Reading texts of moments belongs here; which columns hold them does not. A date alone is no moment: it has no time of day.
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.dates import Order, read_dates

TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
ZONE = r"\d:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2})?)\s*$"
LATE, EARLY = r"(?i)\d\s*(pm)\b", r"(?i)\d\s*(am)\b"


def moments(texts: pl.Series, order: Order = "column") -> pl.Series:
    """Local moments (as the device's clock showed them); null where a text holds no date and time that are certain."""
    parts = texts.to_frame("text").select(
        pl.col("text").str.extract(r"^\s*(\d[\d./-]{5,9})(?:[T,\s]+\d{1,2}:\d{2})").alias("day"),
        *(pl.col("text").str.extract(TIME, i).cast(pl.Int64).alias(name) for i, name in enumerate(("h", "m", "s"), 1)),
        pl.col("text").str.extract(LATE).is_not_null().alias("late"),
        pl.col("text").str.extract(EARLY).is_not_null().alias("early"),
    )
    days = read_dates(parts["day"].fill_null(""), order=order).values
    hour = (
        pl.when(pl.col("late") & (pl.col("h") < 12)).then(pl.col("h") + 12)
        .when(pl.col("early") & (pl.col("h") == 12)).then(0)
        .otherwise(pl.col("h"))
    )  # fmt: skip
    seconds = hour * 3600 + pl.col("m") * 60 + pl.col("s").fill_null(0)
    certain = (hour < 24) & (pl.col("m") < 60)
    whole = days.cast(pl.Datetime("us")).alias("day_0")
    return (
        parts.with_columns(whole)
        .select(pl.when(certain).then(pl.col("day_0") + pl.duration(seconds=seconds)).alias(texts.name))
        .to_series()
        .cast(pl.Datetime("us"))
    )


def zone_minutes(texts: pl.Series) -> pl.Series:
    """How many minutes a text says that its clock is ahead of UTC; null where it says nothing."""
    found = texts.to_frame("text").select(
        pl.col("text").str.extract(ZONE, 1).is_not_null().alias("utc"),
        pl.col("text").str.extract(ZONE, 2).alias("sign"),
        pl.col("text").str.extract(ZONE, 3).cast(pl.Int64).alias("hours"),
        pl.col("text").str.extract(ZONE, 4).cast(pl.Int64).fill_null(0).alias("minutes"),
    )
    ahead = (pl.col("hours") * 60 + pl.col("minutes")) * pl.when(pl.col("sign") == "-").then(-1).otherwise(1)
    return found.select(pl.when("utc").then(pl.lit(0, pl.Int64)).otherwise(ahead).alias(texts.name)).to_series()


def minutes_between(
    started: pl.Series, ended: pl.Series, first: Order = "column", second: Order = "column"
) -> pl.Series:
    """Minutes from one column of texts to another, with their time zones where both say one; null where either has no time."""
    minutes = (moments(ended, second) - moments(started, first)).dt.total_milliseconds() / 60_000
    shift = (zone_minutes(ended) - zone_minutes(started)).fill_null(0)
    return (minutes - shift).rename("minutes")
