"""The smallest and largest value of the cells of one connected part, by linear programmes (HiGHS through scipy).

One part only: putting known cells in and taking the system apart is done before. Every solution found is a possible table, so
it also shows how far apart all other cells of the part can lie: most cells never need a programme of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warehouse.disclosure.parts import Part
from warehouse.disclosure.propagate import inward
from warehouse.disclosure.system import Bools, Floats, Ints
from warehouse.disclosure.warm import Impossible, Programme

NODES = 2000  # of the search for whole numbers: a limit that is the same on every machine
WHOLE = 1e-5
SEARCHED = (
    60  # cells of a part in which tables of whole people are searched for; in larger ones the plain programme stands
)
TRIES = 12
FEW = 3  # cells that are quicker looked at one by one


@dataclass
class Seen:
    """What the solutions of a part have shown so far: values each cell can have, and values it can't pass."""

    part: Part
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    floor: Floats = field(init=False)
    ceiling: Floats = field(init=False)
    upper: Floats = field(init=False)
    programme: Programme = field(init=False)

    def __post_init__(self) -> None:
        """Nothing seen yet; the bounds of the part can't be passed."""
        count = len(self.part.cells)
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        self.floor, self.ceiling = self.part.lower.copy(), self.part.upper.copy()
        largest = [np.abs(b[np.isfinite(b)]).max(initial=1.0) for b in (self.part.lower, self.part.upper)]
        largest += [np.abs(b[np.isfinite(b)]).max(initial=1.0) for b in (self.part.row_lower, self.part.row_upper)]
        self.much = 1e3 * max(100.0, float(max(largest)))  # stands for a bound where there is none
        self.upper = np.where(np.isfinite(self.part.upper), self.part.upper, self.much)
        self.programme = Programme(
            self.part.matrix, self.part.lower, self.upper, self.part.row_lower, self.part.row_upper
        )

    def whole_table(self, aim: Floats) -> Floats | None:
        """A table of whole people that makes `aim · x` smallest; None when the search was given up."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        result = milp(
            aim,
            integrality=self.part.whole.astype(np.int64),
            bounds=Bounds(self.part.lower, self.upper),
            constraints=LinearConstraint(self.part.matrix, self.part.row_lower, self.part.row_upper),
            options={"mip_rel_gap": 0.0, "node_limit": NODES},
        )
        if result.x is None and result.status != 1:
            raise Impossible
        return None if result.x is None else np.asarray(result.x, dtype=np.float64)

    def look(self, table: Floats) -> bool:
        """Take a table in: every cell of it has been seen. One that is not of whole people counts in large parts only, rounded inward."""
        near = np.where(self.part.whole, np.round(table), table)
        low = high = near
        if np.abs(near - table).max(initial=0.0) > WHOLE or not self._fits(near):
            if len(self.part.cells) <= SEARCHED:
                return False
            low, high = inward(table, table, self.part.whole)
        endless = np.isinf(self.part.upper) & (table >= self.much * 0.01)
        self.low = np.minimum(self.low, low)
        self.high = np.maximum(self.high, np.where(endless, np.inf, high))
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
        if len(left) < FEW:
            return
        aim = np.zeros(len(seen.part.cells))
        aim[left] = draw.choice([-1.0, 1.0], len(left)) * draw.uniform(0.5, 1.5, len(left))
        for sign in (1.0, -1.0):
            table = seen.programme.minimise(sign * aim)
            if table is not None:
                seen.look(table)
        if int(seen.open(wanted, needed).sum()) > 0.9 * len(left):
            return


def _push(seen: Seen, cell: int, sign: float) -> None:
    """The smallest (sign 1) or largest (-1) value of one cell; in whole numbers where the plain answer is none."""
    aim: Any = np.zeros(len(seen.part.cells))
    aim[cell] = sign
    table = seen.programme.minimise(aim)
    if table is None or not seen.look(table):
        whole = seen.whole_table(aim)
        table = whole if whole is not None and seen.look(whole) else table
    if table is None:
        return
    ends, reached = (seen.floor, seen.low) if sign > 0 else (seen.ceiling, seen.high)
    if not np.isfinite(reached[cell]):  # nothing whole was found in time: the plain answer stands
        reached[cell] = table[cell]
    ends[cell] = reached[cell]
