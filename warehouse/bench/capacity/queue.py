"""The queue before the builders, event by event: deliveries come, a sensor sees them, a run waits for its home and a core.

Simulating belongs here; when deliveries come is in `arrivals.py`, how long a run takes in `slopes.yml`. The same plan and
seed give the same answer. What is simulated is what the line does: one builder at a time in a home (the candidate's lock,
Dagster's pool), any number of homes at once as far as cores reach, first come first served.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field

from warehouse.bench.capacity.arrivals import DAY, ZONES, Arrival, arrivals
from warehouse.bench.capacity.slopes import Slopes

MORNING = 5 * 3_600.0  # the operations' schedule takes up in the morning what failed
COME, SEEN, ENDED = 0, 1, 2


@dataclass(frozen=True)
class Plan:
    """What is simulated. `rounds`: what all homes together hold at the start; `new_rounds`: the share of deliveries that
    bring a new one (the others correct one that is there), by which runs grow longer."""

    operations: int
    per_day: float  # deliveries of all operations
    homes: int = 1
    at_once: int = 2  # runs that the machines have cores for
    days: int = 90
    values: float = 65_000
    rounds: float = 0
    new_rounds: float = 0.0
    tick: float = (
        30.0  # seconds between two looks of a sensor; a file is taken when it stood still from one to the next
    )
    dequeue: float = 3.0  # seconds between two looks of Dagster's daemon at its queue
    failing: float = 0.02  # share of runs that break (a machine goes down, a disk is full)
    steady: bool = False  # a Poisson process and nothing else: what theory has an answer for
    seed: int = 8


@dataclass
class Answer:
    """What came of it, in seconds. `waits`: from delivery to the start of its first run, in order of the starts."""

    plan: Plan
    waits: list[float] = field(default_factory=list)
    busy: float = 0.0  # of all builders
    backlog: list[int] = field(default_factory=list)  # deliveries not yet done, at the end of each day
    full_homes: int = 0  # homes whose queue was never empty in the last quarter of the time
    run_seconds: float = 0.0  # of the last run

    @property
    def utilisation(self) -> float:
        """The share of the builders' time that they build."""
        return self.busy / (self.plan.days * DAY * self.plan.homes)

    @property
    def empties(self) -> bool:
        """Whether no home stays behind for good."""
        return self.full_homes == 0

    def waited(self, share: float) -> float:
        """The wait that this share of deliveries does not exceed; 0 where none came."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    @property
    def mean(self) -> float:
        """The mean wait."""
        return sum(self.waits) / len(self.waits) if self.waits else 0.0


class _Home:
    """One home: who waits, what it holds, and when it last had nothing to do."""

    def __init__(self, rounds: float) -> None:
        self.queue: deque[Arrival] = deque()
        self.rounds, self.is_busy, self.idle_at = rounds, False, 0.0


class _Simulation:
    def __init__(self, plan: Plan, known: Slopes) -> None:
        self.plan, self.known, self.answer = plan, known, Answer(plan)
        self.draw, self.ratios = random.Random(plan.seed + 1), known.spread.scaled
        self.homes = [_Home(plan.rounds / plan.homes) for _ in range(plan.homes)]
        self.free, self.ready = plan.at_once, deque[_Home]()
        self.events: list[tuple[float, int, int, Arrival]] = []
        self.count, self.open, self.end = 0, 0, plan.days * DAY
        self.broken: set[Arrival] = set()  # their run failed: the second one waited for the morning, not for its turn

    def run(self) -> Answer:
        for one in arrivals(
            self.plan.operations, self.plan.per_day, self.plan.days, self.plan.seed, steady=self.plan.steady
        ):
            self.push(one.at, COME, one)
        while self.events and self.events[0][0] <= self.end:
            now, _, kind, one = heapq.heappop(self.events)
            self.note_days(now)
            {COME: self.come, SEEN: self.seen, ENDED: self.ended}[kind](now, one)
        self.note_days(self.end)
        late = 0.75 * self.end
        self.answer.full_homes = sum(bool(h.queue) and h.idle_at < late for h in self.homes)
        return self.answer

    def push(self, at: float, kind: int, one: Arrival) -> None:
        self.count += 1  # what happens at the same moment happens in the order in which it was planned
        heapq.heappush(self.events, (at, self.count, kind, one))

    def note_days(self, now: float) -> None:
        while len(self.answer.backlog) < self.plan.days and now >= DAY * (len(self.answer.backlog) + 1):
            self.answer.backlog.append(self.open)

    def come(self, now: float, one: Arrival) -> None:
        self.open += 1
        if self.plan.steady:
            self.seen(now, one)
        else:  # the look after the next, on average, sees that the file stood still
            self.push(
                now + self.plan.tick * (1 + self.draw.random()) + self.plan.dequeue * self.draw.random(), SEEN, one
            )

    def seen(self, now: float, one: Arrival) -> None:
        home = self.home_of(one)
        if not home.queue:
            home.idle_at = now
        home.queue.append(one)
        if not home.is_busy and len(home.queue) == 1:
            self.ready.append(home)
        self.start(now)

    def start(self, now: float) -> None:
        while self.free and self.ready:
            home = self.ready.popleft()
            one = home.queue[0]
            home.is_busy, self.free = True, self.free - 1
            seconds = self.known.run_seconds(self.plan.values, home.rounds) * self.draw.choice(self.ratios)
            if one not in self.broken:
                self.answer.waits.append(now - one.at)
            self.answer.busy += min(seconds, self.end - now)
            self.answer.run_seconds = seconds
            self.push(now + seconds, ENDED, one)

    def ended(self, now: float, one: Arrival) -> None:
        home = self.home_of(one)
        home.queue.popleft()
        home.is_busy, self.free = False, self.free + 1
        if not self.plan.steady and self.draw.random() < self.plan.failing:
            self.broken.add(one)
            self.push(_morning(now, one.operation % ZONES), SEEN, one)
        else:
            self.open -= 1
            home.rounds += self.draw.random() < self.plan.new_rounds
        if home.queue:
            self.ready.append(home)
        self.start(now)

    def home_of(self, one: Arrival) -> _Home:
        return self.homes[one.operation % len(self.homes)]


def _morning(now: float, zone: int) -> float:
    """The next five o'clock where the operation is."""
    local = now + zone * 3_600
    return now + (MORNING - local) % DAY


def simulate(plan: Plan, known: Slopes) -> Answer:
    """Run the plan. A few hundred thousand deliveries take a second or two."""
    return _Simulation(plan, known).run()
