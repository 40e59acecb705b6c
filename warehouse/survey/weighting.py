"""Which margins a survey round is raked to, which of their categories are taken together, and when raking is refused.

Decisions over counts by cell belong here; nobody's answers do. The arithmetic is in `raking.py`, the rules are `survey.yml`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from warehouse.survey.raking import Raked, Totals, rake, rake_trimmed

Key = tuple[str, ...]
Status = Literal["raked", "no_stock", "no_margin", "stock_unknown", "gap", "not_converged"]
SEPARATOR = " + "


@dataclass(frozen=True)
class Cell:
    """The respondents of one place and sex (None: not told): how many, and the sum of their weights before raking."""

    oblast: str | None
    sex: str | None
    n: int
    base: float

    def key(self, by: Sequence[str]) -> Key | None:
        """Its category in a margin; None where that is not told."""
        found = [self.oblast if part == "oblast" else self.sex for part in by]
        return None if None in found else tuple(str(part) for part in found)


@dataclass(frozen=True)
class Margin:
    """A margin with its stock by category (None: not known) and the part of the stock whose category is told."""

    by: tuple[str, ...]
    stock: dict[Key, float | None]
    told: float | None
    minimum_told: float = 0.8

    @property
    def name(self) -> str:
        """`oblast`, `oblast × sex`."""
        return " × ".join(self.by)


@dataclass(frozen=True)
class Rules:
    """How it is raked (`survey.yml`)."""

    minimum_cell: int
    gaps: str
    bounds: tuple[float, float]
    tolerance: float
    max_iterations: int


@dataclass
class Weighing:
    """What came of it. Factors are by cell, 1 for cells that no margin holds; None where raking is refused."""

    status: Status
    raked: list[float] | None = None
    trimmed: list[float] | None = None
    placed: list[bool] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    collapsed: list[str] = field(default_factory=list)  # "oblast: A + B"
    first: Raked | None = None
    second: Raked | None = None


def weigh(cells: Sequence[Cell], margins: Sequence[Margin], rules: Rules) -> Weighing:
    """Rake one round, or say why not. The order of cells does not count."""
    known = [m for m in margins if m.stock and (m.told or 0) >= m.minimum_told]
    nothing: Status = "no_margin" if any(m.stock for m in margins) else "no_stock"
    done = Weighing(nothing, left_out=[m.name for m in margins if m not in known])
    if not known:
        return done
    done.placed = [all(cell.key(m.by) is not None for m in known) for cell in cells]
    placed = [cell for cell, is_placed in zip(cells, done.placed, strict=True) if is_placed]
    totals = []
    for margin in known:
        refused = _refusal(placed, margin, rules)
        if refused:
            done.status = refused
            return done
        groups = _groups(placed, margin, rules)
        done.collapsed += [f"{margin.name}: {SEPARATOR.join('/'.join(key) for key in g)}" for g in groups if len(g) > 1]
        (done.used if len(groups) > 1 else done.left_out).append(margin.name)
        totals += [_totals(placed, margin, groups)] if len(groups) > 1 else []
    if not totals:
        done.status = "no_margin"
        return done
    return _raked(done, cells, placed, totals, rules)


def _raked(
    done: Weighing, cells: Sequence[Cell], placed: Sequence[Cell], totals: list[Totals], rules: Rules
) -> Weighing:
    base = np.array([cell.base for cell in placed])
    done.first = rake(base, totals, rules.tolerance, rules.max_iterations)
    done.status = "raked" if done.first.converged else "not_converged"
    if done.first.converged:
        done.second = rake_trimmed(base, totals, rules.bounds, rules.tolerance, rules.max_iterations)
        done.raked, done.trimmed = (_spread(done.placed, r.factors.tolist()) for r in (done.first, done.second))
    return done


def _refusal(cells: Sequence[Cell], margin: Margin, rules: Rules) -> Status | None:
    """A stock that nobody knows is never taken for none; a gap is refused unless the rules take categories together."""
    people = _people(cells, margin)
    if any(margin.stock.get(key) is None for key in [*people, *margin.stock]):
        return "stock_unknown"
    gap = any((people[key] > 0) != ((margin.stock[key] or 0) > 0) for key in margin.stock)
    return "gap" if not people or (gap and rules.gaps == "refuse") else None


def _groups(cells: Sequence[Cell], margin: Margin, rules: Rules) -> list[list[Key]]:
    """The categories, small ones together: with the next smallest, until they are enough respondents and have a stock."""
    people, stock = _people(cells, margin), {key: value or 0 for key, value in margin.stock.items()}
    keys = sorted((key for key in stock if people[key] or stock[key]), key=lambda key: (people[key], key))
    small = [key for key in keys if people[key] < rules.minimum_cell or not stock[key]]
    large = [key for key in keys if key not in small]
    while (
        small and large and not (sum(people[k] for k in small) >= rules.minimum_cell and any(stock[k] for k in small))
    ):
        small.append(large.pop(0))
    return [*([sorted(small)] if small else []), *([key] for key in sorted(large))]


def _totals(cells: Sequence[Cell], margin: Margin, groups: list[list[Key]]) -> Totals:
    place = {key: i for i, group in enumerate(groups) for key in group}
    categories = np.array([place[cell.key(margin.by) or ()] for cell in cells], dtype=np.int64)
    return Totals(categories, np.array([sum(margin.stock[key] or 0 for key in group) for group in groups], float))


def _people(cells: Sequence[Cell], margin: Margin) -> Counter[Key]:
    people: Counter[Key] = Counter()
    for cell in cells:
        people[cell.key(margin.by) or ()] += cell.n
    return people


def _spread(placed: list[bool], factors: list[float]) -> list[float]:
    remaining = iter(factors)
    return [next(remaining) if is_placed else 1.0 for is_placed in placed]
