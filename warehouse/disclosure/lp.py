"""The smallest and largest value of the cells of one connected part, by linear programmes (HiGHS through scipy).

One part only: putting known cells in and taking the system apart is done before. Every solution found is a possible table, so
it also shows how far apart all other cells of the part can lie: most cells never need a programme of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warehouse.disclosure.parts import Part
from warehouse.disclosure.system import Bools, Floats, Ints

NODES = 2000  # of the search for whole numbers: a limit that is the same on every machine
WHOLE = 1e-5
TRIES = 12


class Contradiction(Exception):
    """No table fits the facts of this part."""


@dataclass
class Seen:
    """What the solutions of a part have shown so far: values each cell can have, and values it can't pass."""

    part: Part
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    floor: Floats = field(init=False)
    ceiling: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Nothing seen yet; the bounds of the part can't be passed."""
        count = len(self.part.cells)
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        self.floor, self.ceiling = self.part.lower.copy(), self.part.upper.copy()
        largest = [np.abs(b[np.isfinite(b)]).max(initial=1.0) for b in (self.part.lower, self.part.upper)]
        largest += [np.abs(b[np.isfinite(b)]).max(initial=1.0) for b in (self.part.row_lower, self.part.row_upper)]
        self.much = 1e3 * max(100.0, float(max(largest)))  # stands for a bound where there is none

    def solve(self, aim: Floats, *, whole: bool = False) -> Floats | None:
        """A table of the part that makes `aim · x` smallest; as `None` when the search for whole numbers was given up."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        upper = np.where(np.isfinite(self.part.upper), self.part.upper, self.much)
        result = milp(
            aim,
            integrality=self.part.whole.astype(np.int64) if whole else None,
            bounds=Bounds(self.part.lower, upper),
            constraints=LinearConstraint(self.part.matrix, self.part.row_lower, self.part.row_upper),
            options={"mip_rel_gap": 0.0, "node_limit": NODES} if whole else {},
        )
        if result.x is None and result.status != 1:
            raise Contradiction
        return None if result.x is None else np.asarray(result.x, dtype=np.float64)

    def look(self, table: Floats) -> bool:
        """Take a table in, when it is one of whole people: every cell of it has been seen."""
        near = np.where(self.part.whole, np.round(table), table)
        if np.abs(near - table).max(initial=0.0) > WHOLE * max(1.0, self.much * 1e-9) or not self._fits(near):
            return False
        near = np.where(near >= self.much * 0.01, np.where(np.isfinite(self.part.upper), near, np.inf), near)
        self.low, self.high = np.minimum(self.low, near), np.maximum(self.high, near)
        return True

    def _fits(self, table: Floats) -> bool:
        sums = self.part.matrix @ table
        slack = 1e-6 * np.maximum(1.0, np.abs(sums))
        return bool(((sums >= self.part.row_lower - slack) & (sums <= self.part.row_upper + slack)).all())

    def open(self, wanted: Ints, needed: Floats | None) -> Bools:
        """Which of the wanted cells are not settled yet: neither seen wide enough nor both ends known."""
        done = (self.low[wanted] <= self.floor[wanted]) & (self.high[wanted] >= self.ceiling[wanted])
        if needed is not None:
            with np.errstate(invalid="ignore"):
                done |= self.high[wanted] - self.low[wanted] >= needed
        return ~done


def solve_part(part: Part, wanted: Ints, needed: Floats | None) -> tuple[Floats, Floats]:
    """Low and high of the wanted cells (numbers within the part); with `needed` seen that far apart is enough."""
    seen = Seen(part)
    _at_random(seen, wanted, needed)
    for place in np.flatnonzero(seen.open(wanted, needed)):
        cell, need = wanted[place : place + 1], None if needed is None else needed[place : place + 1]
        for sign in (1.0, -1.0):
            if seen.open(cell, need)[0]:
                _push(seen, int(cell[0]), sign)
    return seen.low[wanted], seen.high[wanted]


def _at_random(seen: Seen, wanted: Ints, needed: Floats | None) -> None:
    """Tables in opposite corners, drawn the same way every time, while each pair settles many cells at once."""
    draw = np.random.default_rng(0)
    for _ in range(TRIES):
        left = wanted[seen.open(wanted, needed)]
        if len(left) < 3:
            return
        aim = np.zeros(len(seen.part.cells))
        aim[left] = draw.choice([-1.0, 1.0], len(left)) * draw.uniform(0.5, 1.5, len(left))
        for sign in (1.0, -1.0):
            table = seen.solve(sign * aim)
            if table is not None:
                seen.look(table)
        if int(seen.open(wanted, needed).sum()) > 0.9 * len(left):
            return


def _push(seen: Seen, cell: int, sign: float) -> None:
    """The smallest (sign 1) or largest (-1) value of one cell; in whole numbers where the plain answer is none."""
    aim: Any = np.zeros(len(seen.part.cells))
    aim[cell] = sign
    table = seen.solve(aim)
    if table is None or not seen.look(table):
        whole = seen.solve(aim, whole=True)
        table = whole if whole is not None and seen.look(whole) else table
    if table is None:
        return
    ends, reached = (seen.floor, seen.low) if sign > 0 else (seen.ceiling, seen.high)
    if not np.isfinite(reached[cell]):  # nothing whole was found in time: the plain answer stands
        reached[cell] = table[cell]
    ends[cell] = reached[cell]
