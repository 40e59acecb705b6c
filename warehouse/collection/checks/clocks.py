"""Times that can't be: an end before its start, interviews that overlap, nights, more in a day than a day holds.

Clocks of devices and of the server belong here; lengths of interviews are in `durations.py`, late submissions in
`sending.py`. Where most of a round looks impossible the clocks themselves are meant: one row for the round, not hundreds.
"""

from __future__ import annotations

from math import floor

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Found, Lacking, Outcome, Values, of_interview

MOST = 0.3  # of the interviews: beyond this share a whole round's clocks are set otherwise


def end_before_start(data: Collected, v: Values) -> Outcome:
    """Interviews that ended before they started."""
    rows = data.real.filter(pl.col("minutes").is_not_null())
    if rows.is_empty():
        return Lacking("no_times")
    bad = rows.filter(pl.col("minutes") < 0)
    return [
        of_interview(row, n=rows.height, observed=row["minutes"], threshold=0.0) for row in bad.iter_rows(named=True)
    ]


def sent_before_end(data: Collected, v: Values) -> Outcome:
    """Interviews that the server had before the device says that they ended."""
    rows = data.real.filter(pl.col("ended_at").is_not_null() & pl.col("submitted_at").is_not_null())
    if rows.is_empty():
        return Lacking("no_submission_time")
    rows = rows.with_columns((-60 * lag_hours(rows)).alias("early"))
    return _each_or_all(data, rows, rows.filter(pl.col("early") > v["minutes"]), "early", v["minutes"])


def lag_hours(rows: pl.DataFrame) -> pl.Series:
    """Hours from the end of an interview to its arrival. A server that writes UTC seems to have interviews before they end:
    the time zone is told from the earliest twentieth, in half hours.
    """
    lag = rows.select((pl.col("submitted_at") - pl.col("ended_at")).dt.total_seconds() / 3600).to_series()
    earliest = lag.quantile(0.05) or 0.0
    zone = floor(earliest * 2) / 2 if rows.height >= 20 else 0.0
    return lag - min(0.0, zone)


def at_night(data: Collected, v: Values) -> Outcome:
    """Interviews that started at night, by the clock of the place (`from_hour` to `to_hour` are the hours of the day)."""
    rows = data.real.filter(pl.col("started_at").is_not_null())
    if rows.is_empty():
        return Lacking("no_times")
    hour = (pl.col("started_at").dt.hour() + pl.col("started_at").dt.minute() / 60).alias("hour")
    rows = rows.with_columns(hour)
    night = rows.filter((pl.col("hour") < v["from_hour"]) | (pl.col("hour") >= v["to_hour"]))
    return _each_or_all(data, rows, night, "hour", v["to_hour"])


def overlapping(data: Collected, v: Values) -> Outcome:
    """Interviews that started before another of the same enumerator or device had ended."""
    rows = data.real.filter(pl.col("started_at").is_not_null() & (pl.col("minutes") > 0))
    if rows.is_empty():
        return Lacking("no_times")
    if rows.filter(pl.col("enumerator").is_not_null() | pl.col("device").is_not_null()).is_empty():
        return Lacking("no_enumerator")
    kept = rows.filter(pl.col("minutes") <= v["most_minutes"])  # one that was left open overlaps with everything
    parts = [_overlaps(kept, who) for who in ("enumerator", "device")]
    bad = pl.concat(parts).sort("overlap", descending=True).unique("interview_key", keep="first", maintain_order=True)
    bad = bad.filter(pl.col("overlap") > v["minutes"]).sort("row_number")
    return [
        of_interview(
            row, n=rows.height, observed=row["overlap"], threshold=v["minutes"], says={"minutes": row["overlap"]}
        )
        for row in bad.iter_rows(named=True)
    ]


def _overlaps(rows: pl.DataFrame, who: str) -> pl.DataFrame:
    """Minutes that the earlier interviews of the same `who` still lasted when each one started."""
    inside = rows.filter(pl.col(who).is_not_null()).sort(who, "started_at")
    before = pl.col("ended_at").cum_max().shift(1).over(who)
    shared = pl.when(before < pl.col("ended_at")).then(before).otherwise("ended_at") - pl.col("started_at")
    minutes = pl.when(before.is_not_null()).then(shared.dt.total_seconds() / 60).otherwise(0.0)
    return inside.with_columns(minutes.alias("overlap"))


def too_many_a_day(data: Collected, v: Values) -> Outcome:
    """Days on which one enumerator did more interviews than a day holds."""
    if data.known.is_empty():
        return Lacking("no_enumerator")
    days = data.known.filter(pl.col("day").is_not_null()).group_by("enumerator", "day").len().sort("enumerator", "day")
    return [
        Found(
            "day", day.isoformat(), {"enumerator": who, "n": n, "day": day}, n, float(n), v["most"], item=who,
            enumerator=who, day=day,
        )
        for who, day, n in days.filter(pl.col("len") > v["most"]).iter_rows()
    ]  # fmt: skip


def _each_or_all(data: Collected, rows: pl.DataFrame, bad: pl.DataFrame, what: str, bound: float) -> Outcome:
    """A row per interview; where most are so, one for the round that says that the clocks are."""
    if bad.height > max(10, MOST * rows.height):
        return Lacking("clocks_differ")
    return [
        of_interview(row, n=rows.height, observed=row[what], threshold=bound, says={"when": clock(row)})
        for row in bad.iter_rows(named=True)
    ]


def clock(row: dict[str, object]) -> str:
    """The hour and minute that an interview started."""
    started = row.get("started_at")
    return f"{started:%H:%M}" if started is not None else "–"
