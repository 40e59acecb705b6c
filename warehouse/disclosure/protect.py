"""Which cells to hide along with those that must be hidden, so that no hidden cell can be worked out.

Each hidden cell is helped by the cheapest change of the table that fits all that stays shown (minimum cost perturbation); the
attack then says what is still too narrow, until nothing is. What a hidden cell needs is given by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from warehouse.disclosure.attack import attack
from warehouse.disclosure.perturb import Table, cheapest
from warehouse.disclosure.system import Bools, Floats, Ints, System, whole_cells
from warehouse.errors import MtmError

CLEANED = 60  # cells that went along are tried one by one where no more than this many did
LOOPS = 50


@dataclass
class Effort:
    """How many changes of a table may still be looked for, over several protections: a limit that is the same on every machine.

    When it is spent, all that may be hidden goes along: more than need be, and nothing unproven.
    """

    left: int

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0


@dataclass(frozen=True)
class Protection:
    """The cells to hide, and those of them that could not be made wide enough."""

    hidden: Bools
    exposed: Ints


def protect(
    system: System,
    hidden: Bools,
    *,
    needed: Floats,
    cost: Floats,
    may_hide: Bools,
    prior: tuple[Floats, Floats] | None = None,
) -> Bools:
    """The cells to hide: `hidden` and those that must go along. Raises when that can't be done with what may be hidden."""
    found = protection(system, hidden, needed=needed, cost=cost, may_hide=may_hide, prior=prior)
    if len(found.exposed):
        names = ", ".join(system.names[cell] for cell in found.exposed[:3])
        raise MtmError(
            "Hidden cells can be worked out from what stays shown",
            where=names + (f" and {len(found.exposed) - 3} more" if len(found.exposed) > 3 else ""),
            expected="enough cells that may be hidden along with them",
            todo="hide a total above them as well, or publish less finely",
            code="disclosure_unprotected",
        )
    return found.hidden


def protection(
    system: System,
    hidden: Bools,
    *,
    needed: Floats,
    cost: Floats,
    may_hide: Bools,
    prior: tuple[Floats, Floats] | None = None,
    effort: Effort | None = None,
) -> Protection:
    """As `protect`, but what can't be protected is reported. `effort` bounds the search for what is cheapest.

    `needed`, `cost`, `may_hide` have one value per cell; `prior` is what anybody knows of a cell before it is shown (0 to
    infinity, when nothing is said). A cell with bounds apart that is not hidden is nobody's figure: it moves freely and needs nothing.
    """
    work = _Work(system, hidden, needed, cost, may_hide, prior, effort)
    work.run()
    return Protection(work.clean(), work.failing())


class _Work:
    """The state of one protection: what is hidden so far, and which hidden cells are proven."""

    def __init__(
        self,
        system: System,
        hidden: Bools,
        needed: Floats,
        cost: Floats,
        may_hide: Bools,
        prior: tuple[Floats, Floats] | None,
        effort: Effort | None,
    ) -> None:
        self.effort = effort
        if system.values is None:
            raise ValueError("protection needs the true values")
        count = len(system.names)
        self.system, self.primary, self.hidden = system, hidden, hidden.copy()
        self.free = (system.upper > system.lower) & ~hidden
        self.needed = np.where(whole_cells(system), np.ceil(needed - 1e-9), needed)
        given = (np.zeros(count), np.full(count, np.inf)) if prior is None else prior
        apart = system.upper > system.lower
        self.prior = (np.where(apart, system.lower, given[0]), np.where(apart, system.upper, given[1]))
        self.may_hide = may_hide & ~hidden & ~self.free
        self.proven = np.zeros(count, dtype=np.bool_)
        self.given_up = np.zeros(count, dtype=np.bool_)
        self.low, self.high = system.values.copy(), system.values.copy()
        self.table = self._table(system.values, np.maximum(cost, 1e-3))

    def _table(self, values: Floats, cost: Floats) -> Table:
        from scipy.sparse import coo_matrix

        system, count = self.system, len(self.system.names)
        shape = (len(system.row_lower), count)
        matrix = coo_matrix((system.factors, (system.rows, system.cells)), shape=shape).tocsr()
        sums = matrix @ values
        price = np.where(self.free, 0.0, cost * (1 + 1e-6 * self._order()))
        return Table(
            by_row=matrix, by_cell=matrix.tocsc(), values=values,
            down=np.maximum(0.0, values - self.prior[0]), up=np.maximum(0.0, self.prior[1] - values),
            row_down=np.maximum(0.0, sums - system.row_lower), row_up=np.maximum(0.0, system.row_upper - sums),
            cost=price, shown_with=np.full(shape[0], -1) if system.shown_with is None else system.shown_with,
        )  # fmt: skip

    def _order(self) -> Floats:
        """Ties are broken by name, whatever the order the cells came in."""
        rank = np.empty(len(self.system.names))
        rank[np.argsort(np.array(self.system.names), kind="stable")] = np.arange(len(rank))
        return rank / max(1, len(rank))

    def attacked(self, hidden: Bools) -> System:
        """What an attacker has when these cells are hidden."""
        system, values = self.system, self.table.values
        apart = hidden | self.free
        rows = self.table.shown_with
        gone = (rows >= 0) & hidden[np.maximum(rows, 0)]
        return replace(
            system,
            lower=np.where(apart, self.prior[0], values),
            upper=np.where(apart, self.prior[1], values),
            row_lower=np.where(gone, -np.inf, system.row_lower),
            row_upper=np.where(gone, np.inf, system.row_upper),
            values=None,
        )

    def narrow(self, hidden: Bools, cells: Ints) -> Ints:
        """Which of these hidden cells an attacker finds too narrowly."""
        if not len(cells):
            return cells
        bounds = attack(self.attacked(hidden), cells, needed=self.needed[cells])
        return cells[bounds.width < self.needed[cells] - 1e-6]

    def failing(self) -> Ints:
        """Hidden cells that could not be protected."""
        return np.flatnonzero(self.given_up & self.hidden)

    def run(self) -> None:
        """Hide more, until no hidden cell is too narrow or nothing helps."""
        for loop in range(LOOPS):
            open_ = np.flatnonzero(self.hidden & ~self.proven & ~self.given_up)
            failing = self.narrow(self.hidden, open_)
            self.proven[np.setdiff1d(open_, failing)] = True
            if not len(failing):
                return
            before = self.hidden.copy()
            for cell in sorted(failing, key=lambda c: (-self.needed[c], self.system.names[c])):
                if self.is_spent:
                    self.hidden |= self.may_hide
                    break
                if not self.wide(int(cell)):
                    self._help(int(cell), 1.0 + 0.25 * loop)
            if (before == self.hidden).all() and (loop > 3 or self.is_spent):
                self.given_up[failing] = True

    @property
    def is_spent(self) -> bool:
        """Whether no more changes may be looked for."""
        return self.effort is not None and self.effort.is_spent

    def wide(self, cell: int) -> bool:
        """Other tables found on the way already differ enough in this cell: what fits fewer shown cells fits on."""
        return bool(self.high[cell] - self.low[cell] >= self.needed[cell])

    def _help(self, cell: int, more: float) -> None:
        """Hide what lets this cell move far enough: up and down by half, or all the way in one direction."""
        need = float(np.ceil(self.needed[cell] * more))
        half = min(float(self.table.down[cell]), float(np.floor(need / 2)))
        up = min(need, float(self.table.up[cell]))
        for shifts in ((need - half, -half), (need,), (up, up - need), (-need,)):
            if self._move(cell, [s for s in shifts if s]):
                return

    def _move(self, cell: int, shifts: list[float]) -> bool:
        hidden = self.hidden.copy()
        for shift in shifts:
            if self.effort is not None:
                self.effort.left -= 1
            way = cheapest(self.table, cell, shift, hidden, hidden | self.free | self.may_hide)
            if way is None:
                return False
            hidden |= way.hide
            self._see(way.moved, hidden)
            if self.wide(cell):
                break
        self.hidden = hidden
        return True

    def _see(self, moved: Floats, hidden: Bools) -> None:
        """Tables along one way out of the true one, as far as it goes on both sides."""
        whole = whole_cells(self.system)
        near = np.where(whole, np.round(moved), moved)
        if np.abs(near - moved).max(initial=0.0) > 1e-6:
            return
        for sign in (1.0, -1.0):
            steps = self.table.steps(sign * near, hidden)
            table = self.table.values + sign * near * (np.floor(steps + 1e-9) if whole.any() else steps)
            self.low, self.high = np.minimum(self.low, table), np.maximum(self.high, table)

    def clean(self) -> Bools:
        """Show again what went along without need, the dearest first."""
        along = np.flatnonzero(self.hidden & ~self.primary)
        if len(along) > CLEANED or self.given_up.any():
            return self.hidden
        for cell in sorted(along, key=lambda c: (-self.table.cost[c], self.system.names[c])):
            less = self.hidden.copy()
            less[cell] = False
            if not len(self.narrow(less, np.flatnonzero(less))):
                self.hidden = less
        return self.hidden
