"""What the codebook says of the count columns of one row: households and individuals, totals and parts.

The relations and whether a row keeps them belong here; what a broken relation means does not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Measure
from warehouse.normalize.drift.cells import Flags, Floats
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.population import measured


@dataclass(frozen=True)
class Pair:
    """Households and individuals of the same people: never more of the first."""

    households: int
    individuals: int


@dataclass(frozen=True)
class Sum:
    """A total and its parts by one dimension."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Relations:
    """The relations of a sheet, by column index."""

    pairs: list[Pair]
    sums: list[Sum]

    @property
    def count(self) -> int:
        """How many relations a row has to keep."""
        return len(self.pairs) + len(self.sums)


def relations_of(frame: TextFrame) -> Relations:
    """All relations between the sheet's mapped count columns."""
    columns = {m.index: measure for m in frame.match.columns if (measure := _whole_measure(m))}
    by_people: dict[tuple[str | None, ...], dict[str, int]] = defaultdict(dict)
    totals: dict[tuple[str, str], int] = {}
    parts: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, m in columns.items():
        by_people[m.category, m.dimension, m.item, m.sex, m.age_group][m.unit] = index
        if m.dimension == "total":
            totals[m.category, m.unit] = index
        else:
            parts[m.category, m.unit][m.dimension].append(index)
    pairs = [Pair(p["households"], p["individuals"]) for p in by_people.values() if len(p) == 2]
    sums = [
        Sum(total, tuple(columns_of))
        for key, total in totals.items()
        for columns_of in parts[key].values()
        if len(columns_of) > 1
    ]
    return Relations(pairs, sums)


def broken(relations: Relations, numbers: Floats) -> Flags:
    """By row and relation: the relation can be looked at in this row and does not hold. `numbers`: rows × columns."""
    found = np.zeros((numbers.shape[0], relations.count), bool)
    for i, pair in enumerate(relations.pairs):
        found[:, i] = numbers[:, pair.households] > numbers[:, pair.individuals]
    for i, one in enumerate(relations.sums, len(relations.pairs)):
        found[:, i] = ~(np.abs(rest(one, numbers)) < 0.5) & told(one, numbers)
    return found


def silent(relations: Relations, numbers: Floats) -> Flags:
    """By row and relation: a number is missing that the relation needs."""
    found = np.zeros((numbers.shape[0], relations.count), bool)
    for i, pair in enumerate(relations.pairs):
        found[:, i] = np.isnan(numbers[:, pair.households]) | np.isnan(numbers[:, pair.individuals])
    for i, one in enumerate(relations.sums, len(relations.pairs)):
        found[:, i] = ~told(one, numbers)
    return found


def told(one: Sum, numbers: Floats) -> Flags:
    """Rows that have the total and at least one part."""
    answer: Flags = ~np.isnan(numbers[:, one.total]) & (~np.isnan(numbers[:, one.parts])).any(1)
    return answer


def rest(one: Sum, numbers: Floats) -> Floats:
    """Total less parts, blank parts as zero."""
    answer: Floats = numbers[:, one.total] - np.nansum(numbers[:, one.parts], axis=1)
    return answer


def _whole_measure(column: MappedColumn) -> Measure | None:
    measure = measured(column)
    return measure if measure and measure.unit != "share" and column.member is None else None  # groups name a few parts
