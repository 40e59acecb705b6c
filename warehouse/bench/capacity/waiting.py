"""What theory says of the queue of one builder, and where it no longer empties: by reckoning and by trying.

A builder that takes one delivery at a time, from deliveries that come at random, is what queueing theory calls M/G/1; the
mean wait is the formula of Pollaczek and Khinchine. Cores that homes share have no such formula: they are tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from warehouse.bench.capacity.arrivals import DAY
from warehouse.bench.capacity.queue import Answer, Plan, simulate
from warehouse.bench.capacity.slopes import Slopes

TRIES = 7  # halvings: the rate is known to a hundredth of where the search began


@dataclass(frozen=True)
class Theory:
    """Of one home: `load` of its builder, `mean_wait` in seconds (None where the queue grows without end)."""

    run_seconds: float
    load: float
    mean_wait: float | None
    most_per_day: float  # deliveries of all homes at which builders have no second left


def theory(plan: Plan, known: Slopes) -> Theory:
    """The mean wait for deliveries that come at random, in homes as large as at the plan's start, with a core for each."""
    mean = known.run_seconds(plan.values, plan.rounds / plan.homes)
    square = mean**2 * sum(ratio**2 for ratio in known.spread.scaled) / len(known.spread.ratios)
    rate = plan.per_day / plan.homes / DAY
    load = rate * mean
    wait = rate * square / (2 * (1 - load)) if load < 1 else None
    return Theory(mean, load, wait, min(plan.homes, plan.at_once) * DAY / mean)


def first_wall(plan: Plan, known: Slopes) -> float:
    """Deliveries a day of all homes, above which a queue no longer empties: simulated at one rate after another."""
    low, high = 0.0, 2 * theory(plan, known).most_per_day
    for _ in range(TRIES):
        middle = (low + high) / 2
        low, high = (middle, high) if simulate(replace(plan, per_day=middle), known).empties else (low, middle)
    return (low + high) / 2


def at_loads(plan: Plan, known: Slopes, loads: list[float]) -> list[tuple[float, Answer]]:
    """The plan at shares of what its builders can take."""
    most = theory(plan, known).most_per_day
    return [(load, simulate(replace(plan, per_day=load * most), known)) for load in loads]
