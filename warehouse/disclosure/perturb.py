"""The cheapest cells to hide with one cell, so that another table fits what stays shown: a minimum cost perturbation.

Linear cell suppression: minimise Σ cost · |y| with A y = 0 and the cell itself moved far enough; the cells that move must be hidden.
Which cells fail, and whether it is enough, is asked and answered in `protect`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from warehouse.disclosure.system import Bools, Floats, Ints

STILL = 1e-7  # a cell that moved less than this did not move
FAR = 1e6  # steps, where nothing stops a move
DEPTHS = (2, 4, 8, 10_000)
NEAREST = 12  # of the shown cells of a sum, this many cheapest are tried first


@dataclass(frozen=True)
class Table:
    """The true table and how its cells may move: sums in both directions (csr by row and by cell), room down and up."""

    by_row: Any
    by_cell: Any
    values: Floats
    down: Floats
    up: Floats
    row_down: Floats
    row_up: Floats
    cost: Floats
    shown_with: Ints

    def rows_of(self, cells: Ints) -> Ints:
        """The sums that hold any of these cells."""
        return _neighbours(self.by_cell, cells)

    def cells_of(self, rows: Ints) -> Ints:
        """The cells in any of these sums."""
        return _neighbours(self.by_row, rows)

    def steps(self, moved: Floats, hidden: Bools) -> float:
        """How often the true table can make this move before a cell or a sum that is seen stops it."""
        sums = self.by_row @ moved
        sums[_unseen(self, np.arange(len(sums)), hidden)] = 0.0
        room = [
            *(self.up[moved > 0] / moved[moved > 0]),
            *(self.down[moved < 0] / -moved[moved < 0]),
            *(self.row_up[sums > STILL] / sums[sums > STILL]),
            *(self.row_down[sums < -STILL] / -sums[sums < -STILL]),
        ]
        return float(min(room, default=0.0)) if not np.isinf(min(room, default=0.0)) else FAR


@dataclass(frozen=True)
class Move:
    """How all cells move, the cells that must be hidden for it, and what hiding them costs."""

    moved: Floats
    hide: Bools
    price: float


def cheapest(table: Table, target: int, shift: float, hidden: Bools, may_move: Bools) -> Move | None:
    """How all cells move when the target moves by `shift`, as cheaply as can be; None when nothing lets it move.

    A sum that goes out of sight with a cell that may be hidden is first taken as seen, then as unseen; the cheaper way is taken.
    """
    if shift > table.up[target] or -shift > table.down[target]:
        return None
    ways = [_way(table, target, shift, hidden, may_move, hidden)]
    if (table.shown_with >= 0).any():
        ways.append(_way(table, target, shift, hidden, may_move, may_move))
    return min((way for way in ways if way is not None), key=lambda way: way.price, default=None)


def _way(table: Table, target: int, shift: float, hidden: Bools, may_move: Bools, gone: Bools) -> Move | None:
    for depth in DEPTHS:
        for nearest in (NEAREST, None):
            cells, whole = _around(table, target, depth, nearest, hidden, may_move, gone)
            moved = _solve(table, target, shift, hidden, cells, gone)
            if moved is not None:
                hide = (moved != 0) & (table.cost > 0) | _out_of_sight(table, moved, gone)
                return Move(moved, hide, float(table.cost[hide & ~hidden].sum()))
        if whole:
            return None
    return None


def _out_of_sight(table: Table, moved: Floats, gone: Bools) -> Bools:
    """The cells that take along the sums this move breaks."""
    sums = table.by_row @ moved
    broken = ((sums > table.row_up + STILL) | (sums < -table.row_down - STILL)) & (table.shown_with >= 0)
    hide = np.zeros(len(table.values), dtype=np.bool_)
    hide[table.shown_with[broken]] = True
    return hide & gone


def _around(
    table: Table, target: int, depth: int, nearest: int | None, hidden: Bools, may_move: Bools, gone: Bools
) -> tuple[Ints, bool]:
    """Cells that may move within some sums of the target, and whether there are no others."""
    cells = np.array([target], dtype=np.int64)
    rows = cells[:0]
    for _ in range(depth):
        more = np.setdiff1d(table.rows_of(cells), rows)
        more = more[~_unseen(table, more, gone)]
        rows = np.union1d(rows, more)
        found = table.cells_of(rows) if nearest is None else _nearest(table, more, nearest, hidden, may_move)
        found = np.union1d(cells, found[may_move[found]])
        if len(found) == len(cells):
            return cells, nearest is None
        cells = found
    return cells, False


def _nearest(table: Table, rows: Ints, nearest: int, hidden: Bools, may_move: Bools) -> Ints:
    chosen: list[Ints] = []
    for row in rows:
        cells = table.cells_of(np.array([row]))
        cells = cells[may_move[cells]]
        shown = cells[~hidden[cells]]
        chosen += [cells[hidden[cells]], shown[np.lexsort((shown, table.cost[shown]))][:nearest]]
    return np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def _solve(table: Table, target: int, shift: float, hidden: Bools, cells: Ints, gone: Bools) -> Floats | None:
    """The programme over some cells; all others stay as they are."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import hstack

    rows = table.rows_of(cells)
    rows = rows[~_unseen(table, rows, gone)]
    part = table.by_row[rows][:, cells]
    place, reach = int(np.searchsorted(cells, target)), abs(shift)
    up, down = np.minimum(table.up[cells], reach * 1e3), np.minimum(table.down[cells], reach * 1e3)
    price = np.where(hidden[cells], 1e-6, table.cost[cells])
    least = np.zeros(2 * len(cells))
    most = np.concatenate([up, down])
    side = place if shift > 0 else place + len(cells)
    least[side] = most[side] = reach
    most[place + len(cells) if shift > 0 else place] = 0.0
    prices = np.concatenate(
        [price / np.maximum(1e-3, np.minimum(up, reach)), price / np.maximum(1e-3, np.minimum(down, reach))]
    )
    result = milp(
        prices,
        bounds=Bounds(least, most),
        constraints=LinearConstraint(hstack([part, -part]).tocsr(), -table.row_down[rows], table.row_up[rows]),
    )
    if result.x is None:
        return None
    moved = np.zeros(len(table.values))
    moved[cells] = result.x[: len(cells)] - result.x[len(cells) :]
    return np.where(np.abs(moved) > STILL, moved, 0.0)


def _unseen(table: Table, rows: Ints, hidden: Bools) -> Bools:
    """Sums that are out of sight with a hidden cell."""
    with_cell = table.shown_with[rows]
    return np.asarray((with_cell >= 0) & hidden[np.maximum(with_cell, 0)], dtype=np.bool_)


def _neighbours(matrix: Any, of: Ints) -> Ints:
    found = [matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]] for i in of]
    return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, dtype=np.int64)
