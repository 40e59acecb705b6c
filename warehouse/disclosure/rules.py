"""Primary rules: which figures must be hidden for what they say themselves. What goes along with them is told in `protect`.

Only rules as data and their arithmetic belong here; an operation's own numbers stand in `operation.yml` (`publication:`).
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from warehouse.disclosure.system import Bools, Floats, Ints


class Dominance(BaseModel):
    """(n, k): the n largest contributors may not make up more than `share` of a figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    contributors: int = Field(ge=1)
    share: float = Field(gt=0, le=1)


class PrimaryRules(BaseModel):
    """The rules of one operation. A rule that is not given does not apply."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    threshold: int = Field(5, ge=1)  # counts from 1 to one less are hidden
    sensitive: frozenset[str] = frozenset()  # questions and dimensions where nobody and everybody say too much
    dominance: Dominance | None = None
    prior_posterior: float | None = Field(None, gt=0, lt=1)  # p % rule: nobody may guess the largest contributor nearer
    width_people: float = Field(10.0, gt=0)  # how wide the interval of a hidden figure must stay …
    width_share: float = Field(0.2, ge=0)  # … or this part of it, if that is more


def small(values: Floats, threshold: int) -> Bools:
    """Counts of few people: from 1 to one below the threshold."""
    return (values > 0) & (values < threshold)


def nobody_or_everybody(values: Floats, bases: Floats) -> Bools:
    """Counts of none or of all of those asked: who belongs to them is known to belong, or not to."""
    return (bases > 0) & ((values <= 0) | (values >= bases))


def dominated(cells: Ints, contributions: Floats, count: int, rule: Dominance) -> Bools:
    """Figures that a few contributors make up: one contribution per entry, `cells` says to which figure it belongs."""
    total, largest = _largest(cells, contributions, count, rule.contributors)
    return np.asarray((total > 0) & (largest.sum(axis=1) > rule.share * total), dtype=np.bool_)


def guessable(cells: Ints, contributions: Floats, count: int, share: float) -> Bools:
    """Figures from which the second contributor can guess the first one nearer than `share` of it (p % rule)."""
    total, largest = _largest(cells, contributions, count, 2)
    rest = total - largest[:, 0] - largest[:, 1]
    return (total > 0) & (rest < share * largest[:, 0])


def _largest(cells: Ints, contributions: Floats, count: int, most: int) -> tuple[Floats, Floats]:
    """Per figure its total and its `most` largest contributions, largest first."""
    order = np.lexsort((-contributions, cells))
    sorted_cells, sorted_parts = cells[order], contributions[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_cells, sorted_cells)
    largest = np.zeros((count, most))
    keep = rank < most
    largest[sorted_cells[keep], rank[keep]] = sorted_parts[keep]
    return np.asarray(np.bincount(cells, weights=contributions, minlength=count), dtype=np.float64), largest
