"""How long interviews take: too short, too long, and who is quicker than everybody else.

Lengths belong here; impossible clocks are in `clocks.py`. Source of the family of checks: World Bank DIME Wiki, High
Frequency Checks (duration of interviews, by interview and by enumerator).
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import compared
from warehouse.collection.checks.result import Found, Lacking, Outcome, Values, of_interview
from warehouse.collection.checks.stats import ranks

ENOUGH = 20  # interviews that a median is taken of


def timed(data: Collected) -> pl.DataFrame:
    """Accepted interviews whose length is known and not negative."""
    return data.real.filter(pl.col("minutes") >= 0)


def median(rows: pl.DataFrame) -> float | None:
    """The round's own middle length in minutes, once there are enough interviews."""
    value = rows["minutes"].median() if rows.height >= ENOUGH else None
    return float(value) if isinstance(value, (int, float)) else None


def duration_short(data: Collected, v: Values) -> Outcome:
    """Interviews under the absolute least, or under a share of the round's own median."""
    rows = timed(data)
    if rows.is_empty():
        return Lacking("no_times")
    middle = median(rows)
    bound = max(v["least_minutes"], v["of_median"] * (middle or 0))
    return [
        _one(row, bound, middle, rows.height) for row in rows.filter(pl.col("minutes") < bound).iter_rows(named=True)
    ]


def duration_long(data: Collected, v: Values) -> Outcome:
    """Interviews over the absolute most, or over a multiple of the round's own median, whichever is more."""
    rows = timed(data)
    if rows.is_empty():
        return Lacking("no_times")
    middle = median(rows)
    bound = max(v["most_minutes"], v["times_median"] * (middle or 0))
    return [
        _one(row, bound, middle, rows.height) for row in rows.filter(pl.col("minutes") > bound).iter_rows(named=True)
    ]


def _one(row: dict[str, object], bound: float, middle: float | None, n: int) -> Found:
    says = {"minutes": row["minutes"], "bound": bound, "median": middle}
    return of_interview(row, n=n, observed=row["minutes"], threshold=bound, expected=middle, says=says)


def fast_enumerator(data: Collected, v: Values) -> Outcome:
    """Enumerators whose whole distribution of lengths lies below the others' (ranks), with a median far below theirs."""
    rows = timed(data)
    if rows.is_empty():
        return Lacking("no_times")
    tested = compared(data, rows.select("interview_key", pl.Series("value", ranks(rows["minutes"]))), v)
    if isinstance(tested, Lacking):
        return tested
    found = []
    for one, p in tested:
        own, others = (
            rows.filter((pl.col("enumerator") == one.group) == is_own)["minutes"].median() for is_own in (True, False)
        )
        if p <= v["false_alarms"] and one.difference < 0 and float(own) <= v["of_median"] * float(others):  # type: ignore[arg-type]
            found.append(Found(
                "enumerator", one.group, {"enumerator": one.group, "minutes": own, "median": others, "n": one.n}, one.n,
                float(own), v["of_median"] * float(others), float(others), one.p, p, enumerator=one.group,  # type: ignore[arg-type]
            ))  # fmt: skip
    return found
