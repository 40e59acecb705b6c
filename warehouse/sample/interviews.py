"""The interviews of a baseline round, free of any form: what each key informant reports.

Of several informants of a community the lower median, by total, always reports the true values: a second one reports
more, a third one less. Their rendering as a form's rows does not belong here (`bma_form.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from warehouse.sample.figures import CATEGORIES, Figures
from warehouse.sample.kobo import submission
from warehouse.sample.layout import options
from warehouse.sample.people import Counts, Movers, draw
from warehouse.sample.places import Community
from warehouse.sample.visits import NOISE, chosen, days, informants, sizes

TESTS = 3  # test submissions in a round
ENUMERATORS = 11
TEST_PEOPLE = 9  # in each category of a test submission


@dataclass(frozen=True)
class Interview:
    """One submission: `counts` by category, `meta` as KoboToolbox adds it."""

    community: Community
    started: datetime
    ended: datetime
    enumerator: int
    informant: int
    role: str
    is_test: bool
    counts: dict[str, Counts]
    meta: dict[str, Any]


def interviews(number: int, figures: Figures, frame: list[Community], seed: int) -> list[Interview]:
    """All submissions of a round in order of arrival, test submissions included."""
    rng = np.random.default_rng([seed, 1, number])
    places = chosen(number, figures, frame, rng)
    movers = _movers(number, figures, frame, places, seed, rng)
    file, target = figures.files["bma"][number], figures.bma[number]
    dates = days(len(places), file.start, file.end, rng)
    found: list[Interview] = []
    for i, heard in enumerate(informants(target, rng)):
        reports = [_report(movers, i, kind, rng) for kind in _kinds(heard, rng)]
        found += [_interview(number, frame[places[i]], dates[i], k + 1, r, False, rng) for k, r in enumerate(reports)]
    for i in rng.choice(len(places), TESTS, replace=False):
        found.append(_interview(number, frame[places[i]], dates[i], 1, _test(movers, rng), True, rng))
    return sorted(found, key=lambda v: (v.meta["_submission_time"], v.meta["_uuid"]))


def _movers(
    number: int, figures: Figures, frame: list[Community], places: list[int], seed: int, rng: np.random.Generator
) -> list[Movers]:
    base = sizes(figures, frame, np.random.default_rng([seed, 0, 1]))
    oblasts = [frame[i].admin1.code for i in places]
    found = []
    for category in CATEGORIES:
        now = base[category][places] * np.exp(NOISE * rng.normal(size=len(places)))
        found.append(draw(category, figures, figures.bma[number], oblasts, now, rng))
    return found


def _kinds(heard: int, rng: np.random.Generator) -> list[str]:
    kinds = {1: ["true"], 2: ["true", "more"], 3: ["fewer", "true", "more"]}[heard]
    return [kinds[i] for i in rng.permutation(heard)]


def _report(movers: list[Movers], community: int, kind: str, rng: np.random.Generator) -> dict[str, Counts]:
    def counts(m: Movers) -> Counts:
        if kind == "true":
            return m.count(m.people(community))
        return m.more(community, rng) if kind == "more" else m.fewer(community, rng)

    return {m.category: counts(m) for m in movers}


def _test(movers: list[Movers], rng: np.random.Generator) -> dict[str, Counts]:
    return {m.category: m.count(rng.integers(0, m.starts[-1], TEST_PEOPLE)) for m in movers}


def _interview(
    number: int, community: Community, day: Any, informant: int, counts: dict[str, Counts], is_test: bool,
    rng: np.random.Generator,
) -> Interview:  # fmt: skip
    roles = list(options()["informant_role"])
    user = int(rng.integers(1, ENUMERATORS + 1))
    started = datetime(day.year, day.month, day.day, int(rng.integers(8, 17)), int(rng.integers(0, 60)))
    ended = started.replace(minute=59) if started.minute < 35 else started.replace(hour=started.hour + 1, minute=40)
    role = roles[int(rng.integers(0, len(roles)))]
    meta = submission(rng, ended, user, f"vBMA{number}k7Rq")
    return Interview(community, started, ended, user, informant, role, is_test, counts, meta)
