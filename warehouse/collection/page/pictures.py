"""The pictures of the page: interviews day by day beside the plan, by oblast, lengths, distances.

Counting into classes and drawing belong here; the page says what they mean.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from warehouse.serving.charts import Picture, bars, columns, lines
from warehouse.serving.words import Tongue

MINUTES = (0, 10, 20, 30, 60, 120)
STEPS = 16  # days that a phone's picture holds
KM = (0, 1, 2, 5, 10, 30)


def by_oblast(rows: list[dict[str, Any]], unit: str, t: Tongue) -> Picture | None:
    """Percent of the plan by place of level 1, with the counts beside."""
    done, planned = unit, f"planned_{unit}"
    told = [
        row | {"note": t.say("{done} of {planned}", done=t.number(row[done]), planned=t.number(row[planned]))}
        for row in rows
        if row[planned]
    ]
    if not told:
        return None
    alt = t.say("Share of the plan that is done, by place")
    return bars(
        told,
        t,
        label="place_name",
        value="progress_percent",
        note="note",
        unit="percent",
        alt=alt,
        color="good",
        most=100,
    )


def by_day(days: list[dict[str, Any]], unit: str, t: Tongue) -> Picture | None:
    """What was done up to each day, and the plan. `days`: rows of mart_collection_day of the whole country."""
    if len(days) < 2:
        return None
    named = {"done": t.say("done"), "plan": t.say("planned")}
    rows, often = [], -(-len(days) // STEPS)
    for day in days[(len(days) - 1) % often :: often]:  # the last day is always there
        label = f"{day['collection_day']:%d.%m}"
        rows.append({"day": label, "value": day[f"{unit}_so_far"], "kind": named["done"], "color": "good"})
        if day["planned_so_far"] is not None:
            rows.append({"day": label, "value": day["planned_so_far"], "kind": named["plan"], "color": "previous"})
    alt = t.say("Done up to each day, beside the plan")
    return lines(rows, t, x="day", y="value", series="kind", color_by="color", alt=alt)


def lengths(interview: pl.DataFrame, t: Tongue) -> Picture | None:
    """How many interviews took how many minutes."""
    values = interview["minutes"].drop_nulls()
    return _classes(values.filter(values >= 0), MINUTES, t, t.say("Interviews by minutes that they took"))


def distances(interview: pl.DataFrame, t: Tongue) -> Picture | None:
    """How many interviews were held how many kilometres from their place."""
    return _classes(interview["gps_km"].drop_nulls(), KM, t, t.say("Interviews by kilometres from their place"))


def _classes(values: pl.Series, bounds: tuple[int, ...], t: Tongue, alt: str) -> Picture | None:
    if values.is_empty():
        return None
    rows = []
    for i, low in enumerate(bounds):
        high = bounds[i + 1] if i + 1 < len(bounds) else None
        inside = (values >= low) & (values < high) if high else values >= low
        rows.append({"label": f"{low}–{high}" if high else f"{low}+", "n": int(inside.sum())})
    return columns(rows, t, x="label", y="n", alt=alt, color="muted")
