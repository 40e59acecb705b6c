"""Where a baseline round goes and when: its communities, their size, the day and the number of informants.

The choice of communities and days belongs here; the people counted there do not (`people.py`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from warehouse.sample.figures import CATEGORIES, BmaRound, Figures
from warehouse.sample.places import Community

SMALL_UNIT = 10  # a unit with fewer communities loses none between rounds
EARLY = 1.2  # above 1: more interviews in the first half of fieldwork
NOISE = 0.12  # sigma of a community's change of size between rounds


def chosen(number: int, figures: Figures, frame: list[Community], rng: np.random.Generator) -> list[int]:
    """Positions in the frame of a round's communities: what the round before had (less what it drops), then new ones."""
    target = figures.bma[number]
    if target.kept is None:
        return list(range(target.communities))
    before = list(range(figures.bma[number - 1].communities))
    units = Counter(_unit(frame[i]) for i in before)
    large = [i for i in before if units[_unit(frame[i])] >= SMALL_UNIT]
    dropped = {int(i) for i in rng.choice(large, len(before) - target.kept, replace=False)}
    new = range(len(before), len(before) + target.communities - target.kept)
    return [i for i in before if i not in dropped] + list(new)


def _unit(community: Community) -> str:
    return (community.admin2 or community.admin1).code


def sizes(figures: Figures, frame: list[Community], rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Relative size of every community of the frame by category, the same in all rounds.

    Emigrants and returned migrants go together: half of their variance is shared.
    """
    common = rng.normal(size=len(frame))
    found = {}
    for category in CATEGORIES:
        own = rng.normal(size=len(frame))
        mixed = (common + own) / np.sqrt(2) if category in ("returned", "emigrant") else own
        found[category] = np.exp(figures.spread[category] * mixed)
    return found


def days(count: int, start: date, end: date, rng: np.random.Generator) -> list[date]:
    """A day of fieldwork for each community."""
    length = (end - start).days + 1
    return [start + timedelta(days=int(length * u**EARLY)) for u in rng.random(count)]


def informants(target: BmaRound, rng: np.random.Generator) -> list[int]:
    """Informants heard in each community: one, in some two or three; exact in sum."""
    extra = target.informants - target.communities - 2 * target.threes
    counts = [3] * target.threes + [2] * extra + [1] * (target.communities - target.threes - extra)
    return [int(n) for n in rng.permutation(counts)]
