"""The places of one category of a round as a tree, and the tables of counts that stand on it.

Only shape belongs here: which place lies in which, and the counts as arrays. What is withheld is decided in `plan.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass
class Tree:
    """Places from the country down. Indexes are those of `codes`; a place without a parent here has the parent -1."""

    codes: list[str]
    levels: Array
    parents: Array
    children: list[Array] = field(init=False)
    below: list[Array] = field(init=False)  # every place inside it, without itself
    upward: list[int] = field(init=False)  # places that hold others, the finest first

    def __post_init__(self) -> None:
        """What follows from the parents."""
        inside: list[list[int]] = [[] for _ in self.codes]
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                inside[parent].append(place)
        self.children = [np.array(c, dtype=np.int64) for c in inside]
        self.below = [np.empty(0, dtype=np.int64) for _ in self.codes]
        for place in range(len(self.codes) - 1, -1, -1):  # parents stand before their children
            found = [self.children[place], *(self.below[c] for c in self.children[place])]
            self.below[place] = np.concatenate(found) if len(found) > 1 else found[0]
        self.upward = [p for p in range(len(self.codes) - 1, -1, -1) if len(self.children[p])]


@dataclass
class Table:
    """Counts of one kind: the totals (one item), people by sex and age, or the parts of one dimension. Places x items.

    nan: nobody told. `told` is the total of the communities that told any part, where it is published beside the parts.
    """

    code: str
    items: list[str]
    people: Array
    households: Array
    told: Array | None = None
    stands: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # the cells that have a row

    @property
    def measures(self) -> tuple[Array, Array]:
        """People and households, missing as zero."""
        return np.nan_to_num(self.people), np.nan_to_num(self.households)

    @property
    def filled(self) -> Array:
        """The places with anybody in the table."""
        people, households = self.measures
        return np.asarray(((people > 0) | (households > 0)).any(axis=1))


def tree_of(places: dict[str, tuple[int, str | None]]) -> Tree:
    """`places`: code → level and code of the parent. A parent that has no row here is none."""
    codes = sorted(places, key=lambda c: (places[c][0], c))
    at = {code: i for i, code in enumerate(codes)}
    above = [at.get(places[c][1] or "", -1) for c in codes]
    parents = [p if p >= 0 and places[codes[p]][0] < places[c][0] else -1 for p, c in zip(above, codes, strict=True)]
    return Tree(codes, np.array([places[c][0] for c in codes]), np.array(parents, dtype=np.int64))
