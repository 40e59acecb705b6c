"""What is answered in the synthetic round while it is collected, with the planted defects of the answers.

Counts of a baseline interview and answers of a respondent belong here; when and where they were given does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from warehouse.sample.collected_plan import settings
from warehouse.sample.figures import CATEGORIES, BmaRound, Figures
from warehouse.sample.layout import options
from warehouse.sample.people import Counts, margins
from warehouse.sample.respondents import NONE_OF_THEM

TYPICAL = {"returned": 40, "emigrant": 90, "international": 6, "internal": 18}
Answers = dict[str, Any]


def counts(
    who: int, first: dict[str, Counts] | None, figures: Figures, target: BmaRound, rng: np.random.Generator
) -> dict[str, Counts]:
    """The counts of one interview by category. `first`: those of the enumerator's first interview, if there is one."""
    planted = settings().planted
    if who == planted["copies"] and first is not None:
        return first
    found = {}
    for category in CATEGORIES:
        total = int(TYPICAL.get(category, 10) * rng.lognormal(0, 0.6)) + 1
        step = 10 if who == planted["heaping"] else 1
        total = max(step, round(total / step) * step)
        found[category] = {"total": total}
        for dimension, weights in margins(category, figures, target).items():
            found[category] |= _parts(dimension, weights, total, step, rng)
    return found


def _parts(dimension: str, weights: dict[str, float], total: int, step: int, rng: np.random.Generator) -> Counts:
    """Parts that add up to the total, in steps (10 where an enumerator rounds)."""
    shares = np.array(list(weights.values()), dtype=float)
    drawn = rng.multinomial(total // step, shares / shares.sum()) * step
    return {f"{dimension}.{item}": int(n) for item, n in zip(weights, drawn, strict=True)}


def retold(told: dict[str, Counts], *, differs: bool, rng: np.random.Generator) -> dict[str, Counts]:
    """What a back check hears: the same, or for the planted enumerator something else."""
    if not differs:
        return told
    factor = float(rng.uniform(1.7, 2.4))
    changed = {}
    for category, parts in told.items():
        more = {key: round(n * factor) for key, n in parts.items() if key != "total"}
        total = sum(n for key, n in more.items() if key.startswith("sex_age."))
        changed[category] = _level({"total": total} | more)
    return changed


def _level(parts: Counts) -> Counts:
    """Every dimension brought to the total: its largest part takes the difference."""
    found = dict(parts)
    for dimension in {key.split(".")[0] for key in parts if key != "total"}:
        own = [key for key in parts if key.startswith(f"{dimension}.")]
        largest = max(own, key=lambda key: parts[key])
        found[largest] = max(0, found[largest] + parts["total"] - sum(found[key] for key in own))
    return found


def answers(who: int, given: Answers, first: Answers | None) -> Answers:
    """The answers of one respondent, as the enumerator filled them in."""
    planted = settings().planted
    if who == planted["copies"] and first is not None:
        return first | {"age_years": given["age_years"]}
    if who == planted["heaping"]:
        return given | {question: _first(question, value) for question, value in given.items() if question in LISTED}
    return given


def otherwise(given: Answers, rng: np.random.Generator) -> Answers:
    """The answers as a back check of the planted enumerator hears them: most are others."""
    found = dict(given)
    for question in LISTED:
        listed = list(options().get(question, {}))
        if isinstance(given.get(question), str) and len(listed) > 1 and rng.random() < 0.8:
            found[question] = next(code for code in listed if code != given[question])
    found["household_size"] = (given.get("household_size") or 3) + 3
    if found.get("remittances") != "yes":
        found["remittance_frequency"] = None
    return found


LISTED = ("education", "marital_status", "breadwinner", "employment_abroad", "employment_now", "debt", "needs", "reasons_migration",
          "reasons_return", "intention")  # fmt: skip


def _first(question: str, value: Any) -> Any:
    """The first option of a question: an enumerator who ticks the same box everywhere."""
    code = next(iter(options()[question]))
    return [code] if question in NONE_OF_THEM else code if value is not None else None
