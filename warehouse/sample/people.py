"""The people of a baseline round: drawn one by one with exact national margins, then counted by community.

Drawing and counting belong here; how a form shows the counts does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.sample.figures import SEXES, BmaRound, Figures, apportion

Ints = NDArray[np.int64]
Counts = dict[str, int]  # "total", or "<dimension>.<item>", to individuals


@dataclass(frozen=True)
class Movers:
    """All people of one category in one round, sorted by community.

    `starts` has communities + 1 bounds; `decks` maps a dimension to its items and each person's item.
    """

    category: str
    starts: Ints
    decks: dict[str, tuple[list[str], Ints]]

    def people(self, community: int) -> Ints:
        """Positions of a community's people."""
        return np.arange(self.starts[community], self.starts[community + 1])

    def count(self, people: Ints) -> Counts:
        """Total and parts of these people; parts of one dimension add up to the total."""
        counts = {"total": len(people)}
        for dimension, (items, deck) in self.decks.items():
            tally = np.bincount(deck[people], minlength=len(items))
            counts |= {f"{dimension}.{item}": int(n) for item, n in zip(items, tally, strict=True)}
        return counts

    def more(self, community: int, rng: np.random.Generator) -> Counts:
        """An informant who reports strictly more people than there are."""
        own = self.people(community)
        extra = max(1, round(len(own) * rng.uniform(0.03, 0.35)))
        return self.count(np.concatenate([own, rng.integers(0, self.starts[-1], extra)]))

    def fewer(self, community: int, rng: np.random.Generator) -> Counts:
        """An informant who reports strictly fewer people than there are (none where there are none)."""
        own = self.people(community)
        lost = min(len(own), max(1, round(len(own) * rng.uniform(0.03, 0.35))))
        return self.count(np.sort(rng.permutation(own)[lost:]))


def draw(
    category: str, figures: Figures, target: BmaRound, oblasts: Sequence[str], sizes: NDArray[np.float64],
    rng: np.random.Generator,
) -> Movers:  # fmt: skip
    """The people of a category. `oblasts` and `sizes`: level-1 code and relative size of each community."""
    total = target.totals[category]
    by_oblast = apportion(total, figures.shares[category])
    counts = np.zeros(len(oblasts), dtype=np.int64)
    for code, people in by_oblast.items():
        inside = [i for i, oblast in enumerate(oblasts) if oblast == code]
        for i, part in apportion(people, {i: float(sizes[i]) for i in inside}).items():
            counts[i] = part
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    weighed = margins(category, figures, target)
    return Movers(category, starts, {dim: _deck(total, weights, rng) for dim, weights in weighed.items()})


def margins(category: str, figures: Figures, target: BmaRound) -> dict[str, dict[str, float]]:
    """Dimension to weights of its items, for one category and round."""
    table = target.sex_age.get(category) or figures.sex_age[category]
    found = {"sex_age": {f"{s}.{a}": w for s in SEXES for a, w in zip(figures.ages, table[s], strict=True)}}
    if category == "emigrant":
        found["year"] = _texts(target.years.get("emigrant") or figures.emigrant_years)
    elif years := target.years.get(category):
        found["year"] = _texts(years)
    if countries := target.countries.get(category) or figures.countries.get(category):
        found["country"] = countries
    if reasons := figures.reasons.get(category):
        found["reason"] = reasons
    if category == "internal":
        found["origin"] = figures.origins
    return found


def _texts(years: Mapping[int, float]) -> dict[str, float]:
    return {str(year): weight for year, weight in years.items()}


def _deck(total: int, weights: Mapping[str, float], rng: np.random.Generator) -> tuple[list[str], Ints]:
    """Items, and one item for each of `total` people: exact counts in random order."""
    counts: Any = list(apportion(total, weights).values())
    return list(weights), rng.permutation(np.repeat(np.arange(len(counts)), counts))
