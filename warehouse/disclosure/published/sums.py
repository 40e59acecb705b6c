"""What adds up to what among the cells of count marts: places, sexes and ages, parts and totals, households and people.

Only sums belong here. An attacker supposes them; where the true counts are at hand, only those that hold are used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from warehouse.disclosure.published.cells import Cell, Cells, Said


class Row(NamedTuple):
    """A sum with its bounds: cell and unit (0 people, 1 households) with a factor."""

    cells: list[tuple[tuple[Cell, int], float]]
    lower: float = 0.0
    upper: float = 0.0


def rows_of(cells: Cells, truth: Mapping[Cell, Said] | None) -> Iterator[Row]:
    """All sums of a round and category."""
    for row in (*_places(cells), *_within(cells, truth)):
        if truth is None or _holds(row, truth):
            yield row
    if truth is not None:
        for cell in cells.order:  # every household is somebody
            row = Row([((cell, 1), 1.0), ((cell, 0), -1.0)], -np.inf, 0.0)
            if truth.get(cell, Said(None, None)).households and _value(truth, (cell, 1)) <= _value(truth, (cell, 0)):
                yield row


def _places(cells: Cells) -> Iterator[Row]:
    """The places inside a place add up to it, item by item."""
    inside: dict[Cell, list[Cell]] = defaultdict(list)
    for table, item, place in cells.order:
        if (above := cells.parent[place]) is not None and (table, item, above) in cells.shown:
            inside[table, item, above].append((table, item, place))
    for whole, parts in inside.items():
        for unit in (0, 1):
            yield Row([((part, unit), 1.0) for part in parts] + [((whole, unit), -1.0)])


def _within(cells: Cells, truth: Mapping[Cell, Said] | None) -> Iterator[Row]:
    """Sexes and ages of a place, and the parts of each dimension, add up to its total. Which withheld places told a table is seen by their
    rows and numbers of communities; without the true counts nobody says whether all inside a place did."""
    apart = {p for t, _, p in cells.order if t == "total" and cells.hidden[t, "all|all", p]}
    of_place: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells.order:
        of_place[cell[0], cell[2]].append(cell)
    for (table, place), parts in of_place.items():
        total: Cell = ("total", "all|all", place)
        if table == "total" or (truth is None and place in apart):
            continue
        sums = _people(parts, total) if table == "people" else [(parts, total)] if truth is not None else []
        for these, whole in sums:
            if these and whole in cells.shown:
                yield from (Row([((part, unit), 1.0) for part in these] + [((whole, unit), -1.0)]) for unit in (0, 1))


def _people(parts: list[Cell], total: Cell) -> list[tuple[list[Cell], Cell]]:
    """The sums of one place by sex and age."""
    by: dict[tuple[str, str], Cell] = {}
    for cell in parts:
        sex, age = cell[1].split("|", 1)
        by[sex, age] = cell
    ages = sorted({age for _, age in by if age != "all"})
    found = [([by[s, "all"] for s in ("male", "female") if (s, "all") in by], total)]
    found += [([by["all", age] for age in ages if ("all", age) in by], total)]
    for sex in ("male", "female"):
        if (sex, "all") in by:
            found.append(([by[sex, age] for age in ages if (sex, age) in by], by[sex, "all"]))
    for age in ages:
        if ("all", age) in by:
            found.append(([by[s, age] for s in ("male", "female") if (s, age) in by], by["all", age]))
    return found


def _holds(row: Row, truth: Mapping[Cell, Said]) -> bool:
    told = [truth.get(cell, Said(None, None))[unit] for (cell, unit), _ in row.cells]
    if all(value is None for value in told) or told[-1] is None:
        return False
    return abs(sum(_value(truth, name) * factor for name, factor in row.cells)) < 1e-9


def _value(truth: Mapping[Cell, Said], name: tuple[Cell, int]) -> float:
    said = truth.get(name[0])
    return float((said[name[1]] if said else None) or 0)
