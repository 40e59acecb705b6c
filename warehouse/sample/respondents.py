"""The respondents of a survey round, free of any form: who they are and what they answer, as codes.

Answers with published shares have exact counts; others are drawn. Their rendering does not belong here (`rms_form.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from warehouse.sample.figures import Figures, Weights, apportion
from warehouse.sample.interviews import ENUMERATORS
from warehouse.sample.kobo import submission
from warehouse.sample.places import Community
from warehouse.sample.visits import chosen, days

TESTS = 2
PER_CLUSTER = 10  # respondents that a community is meant to give
BANDS = {3: "up_to_3_months", 6: "4_6_months", 12: "7_12_months", 36: "1_3_years", 60: "3_5_years"}
AGES = {"18-29": (18, 30), "30-44": (30, 45), "45-59": (45, 60), "60+": (60, 74)}
NONE_OF_THEM = {"needs": "no_needs", "reasons_migration": "low_income", "reasons_return": "family"}


@dataclass(frozen=True)
class Respondent:
    """One submission. `answers`: code, number or list of codes by question; empty where consent was refused."""

    community: Community
    started: datetime
    ended: datetime
    enumerator: int
    consents: bool
    is_test: bool
    answers: dict[str, Any]
    meta: dict[str, Any]


def respondents(number: int, figures: Figures, frame: list[Community], seed: int) -> list[Respondent]:
    """All submissions of a round in order of arrival, refusals and tests included."""
    rng = np.random.default_rng([seed, 2, number])
    target, file = figures.rms.rounds[number], figures.files["rms"][number]
    places = _places(number, figures, frame, target.respondents + target.refused + TESTS, seed, rng)
    dates = days(len(places), file.start, file.end, rng)
    answers = [*_answers(number, figures, target.respondents, rng), *[{}] * target.refused]
    answers += list(_answers(number, figures, TESTS, rng))
    found = []
    for i, (given, place, date) in enumerate(zip(answers, places, dates, strict=True)):
        user = int(rng.integers(1, ENUMERATORS + 1))
        started = datetime(date.year, date.month, date.day, int(rng.integers(8, 17)), int(rng.integers(0, 30)))
        ended = started.replace(minute=started.minute + int(rng.integers(12, 30)))
        meta = submission(rng, ended, user, f"vRMS{number}m2Xc")
        is_test = i >= target.respondents + target.refused
        found.append(Respondent(place, started, ended, user, bool(given), is_test, given, meta))
    return sorted(found, key=lambda r: (r.meta["_submission_time"], r.meta["_uuid"]))


def _places(
    number: int, figures: Figures, frame: list[Community], count: int, seed: int, rng: np.random.Generator
) -> list[Community]:
    """A community of the same round's baseline for each respondent; oblasts by their share of returned migrants."""
    visited = [frame[i] for i in chosen(number, figures, frame, np.random.default_rng([seed, 1, number]))]
    found: list[Community] = []
    for oblast, people in apportion(count, figures.shares["returned"]).items():
        inside = [c for c in visited if c.admin1.code == oblast]
        clusters = min(len(inside), max(2, people // PER_CLUSTER))
        picked = [inside[i] for i in rng.choice(len(inside), clusters, replace=False)]
        found += [picked[i % clusters] for i in range(people)]
    return [found[i] for i in rng.permutation(len(found))]


def _answers(number: int, figures: Figures, count: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The answers of `count` respondents; exact counts where the round's weights add up to `count`."""
    weights = figures.rms.single | figures.rms.rounds[number].single
    decks = {question: _deck(count, listed, rng) for question, listed in weights.items()}
    for i in range(count):
        given: dict[str, Any] = {question: deck[i] for question, deck in decks.items()}
        given |= {q: _several(q, listed, rng) for q, listed in figures.rms.multiple.items()}
        yield given | _numbers(given, rng) | _consistent(given)


def _deck(count: int, weights: Weights, rng: np.random.Generator) -> list[str]:
    whole = [code for code, n in apportion(count, weights).items() for _ in range(n)]
    return [whole[i] for i in rng.permutation(count)]


def _several(question: str, percents: Weights, rng: np.random.Generator) -> list[str]:
    chosen_ones = [code for code, percent in percents.items() if rng.random() * 100 < percent]
    return chosen_ones or [NONE_OF_THEM[question]]


def _numbers(given: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    months = int(np.clip(rng.lognormal(2.5, 0.9), 1, 180))
    size = int(rng.poisson(4.2)) + 1
    return {
        "age_years": int(rng.integers(*AGES[given["age_group"]])),
        "months_abroad": months if rng.random() > 0.01 else None,
        "duration_abroad": next((code for upper, code in BANDS.items() if months <= upper), "over_5_years"),
        "household_size": size if rng.random() > 0.02 else None,
    }


def _consistent(given: dict[str, Any]) -> dict[str, Any]:
    """Answers that follow from others: work that nobody did, money that was not sent."""
    found: dict[str, Any] = {}
    if given["sector"] == "not_employed":
        found["employment_abroad"] = "not_employed"
    if given["remittances"] != "yes":
        found["remittance_frequency"] = None
    return found
