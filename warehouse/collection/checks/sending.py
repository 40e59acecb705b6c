"""What arrives: late submissions, enumerators who fell silent, old versions of the form, tests that were left in.

Submissions as such belong here; what is answered in them does not.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from warehouse.collection.checks.clocks import lag_hours
from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Found, Lacking, Outcome, Share, Values, of_interview


def late_submission(data: Collected, v: Values) -> Outcome:
    """Enumerators of whose interviews a large share arrives late: a lost device loses what is on it."""
    rows = data.known.filter(pl.col("ended_at").is_not_null() & pl.col("submitted_at").is_not_null())
    if rows.is_empty():
        return Lacking("no_submission_time")
    by = (
        rows.with_columns(lag_hours(rows).alias("hours"))
        .group_by("enumerator")
        .agg(pl.len().alias("n"), (pl.col("hours") > v["most_hours"]).mean().alias("share"), pl.col("hours").median())
    )
    by = by.filter((pl.col("n") >= v["least_interviews"]) & (pl.col("share") >= v["most"])).sort("enumerator")
    return [
        Found("enumerator", who, {"enumerator": who, "share": Share(share), "hours": v["most_hours"], "n": n}, n, share,
              v["most"], enumerator=who)
        for who, n, share, _ in by.iter_rows()
    ]  # fmt: skip


def silent_enumerator(data: Collected, v: Values) -> Outcome:
    """Enumerators of whom nothing came on the last days that others worked on. `days`: such days."""
    rows = data.known.filter(pl.col("day").is_not_null())
    if data.as_of:
        rows = rows.filter(pl.col("day") <= data.as_of)
    if rows.is_empty():
        return Lacking("no_enumerator" if data.known.is_empty() else "no_days")
    worked = sorted(rows["day"].unique().to_list())
    if len(worked) <= v["days"]:
        return Lacking("few_days", is_few=True)
    by = rows.group_by("enumerator").agg(pl.len().alias("n"), pl.col("day").max()).sort("enumerator")
    found = []
    for who, n, last in by.iter_rows():
        missed = sum(day > last for day in worked)
        if n >= v["least_interviews"] and missed >= v["days"]:
            says = {"enumerator": who, "days": missed, "day": last}
            found.append(Found("enumerator", who, says, n, float(missed), v["days"], enumerator=who, day=last))
    return found


def old_version(data: Collected, v: Values) -> Outcome:
    """Enumerators who still use a version of the form days after a newer one came into use."""
    rows = data.known.filter(pl.col("form_version").is_not_null() & pl.col("day").is_not_null())
    if rows.is_empty():
        return Lacking("no_form_version")
    first = rows.group_by("form_version").agg(pl.col("day").min().alias("since")).sort("since", "form_version")
    newest, since = first.row(-1)
    bound = since + timedelta(days=int(v["days"]))
    old = rows.filter((pl.col("form_version") != newest) & (pl.col("day") > bound))
    by = old.group_by("enumerator").agg(pl.len().alias("n"), pl.col("day").max()).sort("enumerator")
    return [
        Found("enumerator", who, {"enumerator": who, "n": n, "day": since}, n, float(n), 0.0, enumerator=who, day=last)
        for who, n, last in by.iter_rows()
    ]


def test_left(data: Collected, v: Values) -> Outcome:
    """Test interviews that were not left out: they would be counted."""
    if data.interview.is_empty():
        return Lacking("no_interviews", is_few=True)
    rows = data.interview.filter((pl.col("kind") == "test") & pl.col("is_accepted"))
    return [of_interview(row, n=data.interview.height) for row in rows.iter_rows(named=True)]
