"""The visits of the synthetic round while it is collected: who goes where, when, how long, and what goes wrong on purpose.

Days, enumerators, positions and the planted defects of the work belong here; answers do not (`collected_answers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from warehouse.sample.collected_plan import Position, settings
from warehouse.sample.places import Community

FAR = 0.9  # degrees of longitude: some 70 km
NIGHT = timedelta(hours=8)  # from a morning to one o'clock; all by the same, so that none overlap
GAP = 12  # minutes at least between two interviews of an enumerator


@dataclass(frozen=True)
class Visit:
    """One interview that is to be held. `position`: None where the device gave none."""

    community: Community
    started: datetime
    ended: datetime
    enumerator: int
    informant: int
    position: Position | None
    accuracy: float


def workdays(count: int | None = None) -> list[date]:
    """The days on which the team works, from the first day of fieldwork; without a count up to its last day."""
    known = settings()
    found: list[date] = []
    day = known.fieldwork.start
    while len(found) < count if count is not None else day <= known.fieldwork.end:
        if day.weekday() in known.workdays:
            found.append(day)
        day += timedelta(days=1)
    return found


def visits(
    communities: list[Community], places: dict[str, Position], days: list[date], a_day: int, rng: np.random.Generator,
    minutes: tuple[int, int],
) -> list[Visit]:  # fmt: skip
    """The visits of these days in order: each community once, enumerators in turn; `minutes`: from … to, of an interview."""
    turns = [communities[i] for i in _in_turn(communities)]
    found: list[Visit] = []
    for number, day in enumerate(days):
        todays = turns[number * a_day : (number + 1) * a_day]
        clocks: dict[int, datetime] = {}
        for nth, community in enumerate(todays):
            who = (nth + number) % settings().enumerators + 1
            begun = clocks.get(who) or datetime(day.year, day.month, day.day, 9, int(rng.integers(0, 40)))
            visit = _visit(community, places, who, begun, int(rng.integers(*minutes)), rng)
            found.append(visit)
            clocks[who] = visit.ended + timedelta(minutes=GAP + int(rng.integers(0, 30)))
    return found


def _in_turn(communities: list[Community]) -> list[int]:
    """Positions of the communities so that every rayon is visited from the first days on."""
    rayons: dict[str, list[int]] = {}
    for i, community in enumerate(communities):
        rayons.setdefault((community.admin2 or community.admin1).code, []).append(i)
    longest = max(map(len, rayons.values()))
    return [inside[n] for n in range(longest) for inside in rayons.values() if n < len(inside)]


def _visit(
    community: Community, places: dict[str, Position], who: int, begun: datetime, minutes: int, rng: np.random.Generator
) -> Visit:
    planted, at = settings().planted, places[community.admin4.code]
    near = rng.normal(0, 0.002, 2)
    position: Position | None = (round(at[0] + float(near[0]), 6), round(at[1] + float(near[1]), 6))
    draw, accuracy = rng.random(3), round(float(rng.uniform(3, 12)), 1)
    visit = Visit(community, begun, begun + timedelta(minutes=minutes), who, 1, position, accuracy)
    if who == planted["fast"]:
        visit = replace(visit, ended=begun + timedelta(minutes=3 + int(draw[0] * 3)))
    if who == planted["far"] and draw[1] < 0.4:
        visit = replace(visit, position=(at[0], round(at[1] + FAR, 6)))
    if who == planted["no_position"] and draw[1] < 0.8:
        visit = replace(visit, position=None)
    if who == planted["night"] and draw[2] < 0.4:
        night = begun - NIGHT
        visit = replace(visit, started=night, ended=night + (visit.ended - visit.started))
    return visit
