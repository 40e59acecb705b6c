"""When deliveries come: by office hours where the operation is, more at the ends of months, some of them again.

Drawing moments belongs here, the same for the same seed; what then waits for them is in `queue.py`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

HOUR, DAY = 3_600.0, 86_400.0  # seconds
MONTH = 30  # days; day 0 is a Monday
ZONES = 24
NIGHT, WEEKEND, MONTH_END = 0.03, 0.15, 3.0  # beside 1 for an hour in the office
LAST_DAYS = 5  # of the month
AGAIN, AGAIN_DAYS = 0.15, 2.0  # a delivery is sent again, corrected, after so many days in the mean


@dataclass(frozen=True, order=True)
class Arrival:
    """One delivery, in seconds from the start; `operation` counts from 0, its time zone is `operation % ZONES`."""

    at: float
    operation: int


def arrivals(operations: int, per_day: float, days: int, seed: int, *, steady: bool = False) -> list[Arrival]:
    """The deliveries of all operations, `per_day` in the mean of them all, in order.

    `steady`: a Poisson process of one rate, as queueing theory has it; else as people work.
    """
    draw = random.Random(seed)
    found: list[Arrival] = []
    for zone in range(min(ZONES, operations)):
        members = range(zone, operations, ZONES)
        rate = per_day * len(members) / operations / DAY
        first = rate if steady else rate * (1 - AGAIN)
        weights = [1.0] * (24 * days) if steady else _weights(zone, days)
        found += (Arrival(at, draw.choice(members)) for at in _moments(draw, weights, first))
    return sorted(found if steady else [*found, *_again(draw, found, days)])


def _weights(zone: int, days: int) -> list[float]:
    """For each hour, how much more than in the mean comes in it."""
    raw = [_weight(hour + zone) for hour in range(24 * days)]
    mean = sum(raw) / len(raw)
    return [weight / mean for weight in raw]


def _weight(local: int) -> float:
    day, hour = divmod(local, 24)
    weight = 1.0 if 8 <= hour < 18 else NIGHT
    weight *= WEEKEND if day % 7 >= 5 else 1.0
    return weight * (MONTH_END if day % MONTH >= MONTH - LAST_DAYS else 1.0)


def _moments(draw: random.Random, weights: list[float], rate: float) -> Iterator[float]:
    """A Poisson process whose rate changes from hour to hour: one of rate 1, read on the clock of what was expected so far."""
    due = [0.0, *accumulate(weight * rate * HOUR for weight in weights)]
    hour, waited = 0, draw.expovariate(1.0)
    while waited < due[-1]:
        while due[hour + 1] <= waited:
            hour += 1
        yield HOUR * (hour + (waited - due[hour]) / (due[hour + 1] - due[hour]))
        waited += draw.expovariate(1.0)


def _again(draw: random.Random, first: list[Arrival], days: int) -> Iterator[Arrival]:
    """Corrected deliveries: a share of all, also of those that came again."""
    for one in first:
        at = one.at
        while draw.random() < AGAIN:
            at += draw.expovariate(1.0) * AGAIN_DAYS * DAY
            if at < days * DAY:
                yield Arrival(at, one.operation)
