"""What of one category of a round is withheld: small tables, and the tables of other places that must go along with them.

Deciding belongs here; the shape of the counts is in `tree.py`, which cells are small is in `small.py`, and reading and writing them is in `withhold.py`.

A table of a place (its total, its sex × age, its years, …) is withheld whole or not at all, and so are those of all places inside it. So what
an attacker can say of a withheld cell has a closed form, and no linear programme is needed. All that is known of the withheld places of one
place above is what they have together: C of an item, M in all.
- A total: the withheld places could change theirs with each other, so each is anything from nobody to all of them together.
- A part of a total that is shown (m): from max(0, m + C − M) to min(m, C), so its width is min(m, C, M − m, M − C).
- A part of a total that is withheld: from nobody to the smaller of C and what the withheld totals are together.
Where that is too narrow, the next place beside goes along; where no place is left, the place above goes along. The total of a country never
does. That the rules hold in what is published is proved by the attack (`warehouse/disclosure`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from warehouse.counts.tree import Array, Table, Tree


@dataclass(frozen=True)
class Rules:
    """What an operation states (`operation.yml`, publication)."""

    threshold: int
    from_level: int
    people: float = 10.0
    share: float = 0.2
    sensitive: tuple[str, ...] = ()


@dataclass
class Plan:
    """The tables that are withheld, place by place; `settle` adds what must go along. `hidden[0]` is that of the totals."""

    tree: Tree
    totals: Table
    tables: list[Table]
    rules: Rules
    hidden: list[Array] = field(default_factory=list)  # one per table, the totals first

    def __post_init__(self) -> None:
        """Nothing is withheld yet."""
        self.all_tables = [self.totals, *self.tables]
        self.hidden = self.hidden or [np.zeros(len(self.tree.codes), dtype=bool) for _ in self.all_tables]
        self.sizes = [np.nan_to_num(m[:, 0]) for m in (self.totals.people, self.totals.households)]
        self.counted = (self.sizes[0] > 0) | (self.sizes[1] > 0)
        self.filled = [t.filled for t in self.all_tables]
        self.values = [t.measures for t in self.all_tables]
        self.masses = [self._mass(t) for t in range(len(self.all_tables))]
        self.fitting = [(self._fits(t, 0), self._fits(t, 1)) for t in range(len(self.all_tables))]
        self.order = [self._order(t) for t in range(len(self.all_tables))]

    def settle(self) -> None:
        """Add what must go along, until every withheld cell is wide enough."""
        self._close()
        while any([self._widen(t) for t in range(len(self.all_tables))]):
            self._close()

    def _mass(self, table: int) -> tuple[Array, Array]:
        """How many people (households) a place can have in an item at most: its total, or the largest part where none is told; of a place
        that holds others, what those have that told anything."""
        found = []
        for size, values in zip(self.sizes, self.values[table], strict=True):
            mass = np.maximum(size, values.max(axis=1, initial=0)) * self.filled[table]
            for place in self.tree.upward:
                mass[place] = mass[self.tree.children[place]].sum() or mass[place]
            found.append(mass)
        return found[0], found[1]

    def _order(self, table: int) -> Array:
        """Which place goes along first: the smaller by powers of two, then by code, so that small corrections change nothing."""
        powers = np.floor(np.log2(np.maximum(self.masses[table][0], 1)))
        rank = np.empty(len(powers), dtype=np.int64)
        rank[np.lexsort((np.array(self.tree.codes), powers))] = np.arange(len(powers))
        return rank

    def _close(self) -> None:
        """Inside a withheld place all is withheld; with a total go its parts; with parts goes a total that bounds them too closely."""
        roots = self.tree.parents < 0
        while True:
            before = [h.copy() for h in self.hidden]
            for t, hidden in enumerate(self.hidden):
                if t:
                    hidden |= self.hidden[0]
                for place in np.flatnonzero(hidden):
                    hidden[self.tree.below[place]] |= self.counted[self.tree.below[place]] if t == 0 else True
            for t in range(1, len(self.hidden)):
                close = np.zeros(len(roots), dtype=bool)
                for size, values in zip(self.sizes, self.values[t], strict=True):
                    close |= (size > 0) & (size < self.rules.people) & (values > 0).any(axis=1)
                self.hidden[0] |= self.hidden[t] & self.filled[t] & close & ~roots
            if all((a == b).all() for a, b in zip(before, self.hidden, strict=True)):
                return

    def _widen(self, table: int) -> bool:
        """One pass from the finest places up. Whether anything was added."""
        hidden, changed = self.hidden[table], False
        self._pools = (self.pools(0), self.pools(1))
        self._aparts = (self.apart(table, 0), self.apart(table, 1))
        for place in self.tree.upward:
            if hidden[place]:
                continue
            inside = self.tree.children[place]
            while hidden[inside].any() and not self.is_wide(table, inside[hidden[inside]]):
                if table and (company := self._company(table, inside[hidden[inside]])) is not None:
                    self.hidden[0][company] = True
                    return True
                others = inside[~hidden[inside] & self.filled[table][inside]]
                if len(others):
                    hidden[others[np.argmin(self.order[table][others])]] = True
                elif table or self.tree.parents[place] >= 0:
                    hidden[place] = True
                elif not hidden[self.tree.below[place]].all():
                    hidden[self.tree.below[place]] = True  # so few in a whole country: not even where nobody is
                else:
                    break  # the total of a country is never withheld
                changed = True
                if hidden[place]:
                    break
        return changed

    def is_wide(self, table: int, together: Array) -> bool:
        """Whether the withheld tables of these places, and of all places inside them, could not be told from what they have together."""
        return self._parts_are_wide(table, together) if table else self._are_enough(together)

    def _are_enough(self, together: Array) -> bool:
        # A withheld total is somebody: one person for each of them is taken off.
        sums = [float(size[together].sum() - (size[together] > 0).sum()) for size in self.sizes]
        has_people = bool(np.isfinite(self.totals.people[together, 0]).any())
        counted = (has_people, bool((self.sizes[1][together] > 0).any()))
        return len(together) > 1 and all(s >= self.rules.people for s, c in zip(sums, counted, strict=True) if c)

    def _parts_are_wide(self, table: int, together: Array) -> bool:
        together = together[self.filled[table][together]]
        if not len(together):
            return True
        cells = np.concatenate([together, *(self.tree.below[p] for p in together)])
        cells = cells[self.filled[table][cells]]
        apart = self.hidden[0][cells]
        for measure in (0, 1):
            values, mass = self.values[table][measure], self.masses[table][measure]
            whole, all_items = values[together].sum(axis=0), mass[together].sum()
            own, need = mass[cells][:, None], np.maximum(self.rules.people, self.rules.share * values[cells])
            shown = np.minimum(np.minimum(own, whole), np.minimum(all_items - own, all_items - whole))
            loose = np.minimum(
                self._pools[measure][cells][:, None], np.minimum(whole, self._aparts[measure][cells][:, None])
            )
            width = np.where(apart[:, None], loose, shown)
            told = self.known(table, whole, all_items, values[cells], own, self.fitting[table][measure][cells], apart)
            # More places beside never help a cell that its own place bounds: whether it is told is for the proof to say.
            bound = np.where(apart, np.minimum(self._pools[measure], self._aparts[measure])[cells], mass[cells])
            if ((width < need) & (need <= bound[:, None]))[~told].any():
                return False
        return True

    def apart(self, table: int, measure: int = 0) -> Array:
        """What the places have together in the table whose totals are withheld together: more can't be in any of them."""
        owners, finest = self.owners(), np.array([not len(c) for c in self.tree.children])
        mass = self.masses[table][measure] * finest
        own = owners >= 0
        return np.where(own, np.bincount(owners[own], weights=mass[own], minlength=len(own))[owners], 0)

    def _company(self, table: int, together: Array) -> int | None:
        """A place whose total must go with withheld ones beside it, as too few of those told the table."""
        cells = np.concatenate([together, *(self.tree.below[p] for p in together)])
        apart = self._aparts[0][cells]
        alone = cells[(apart > 0) & (apart < self.rules.people)]
        near = np.flatnonzero(
            np.isin(self.tree.parents, self.tree.parents[alone]) & self.filled[table] & ~self.hidden[0]
        )
        return int(near[np.argmin(self.order[table][near])]) if len(near) else None

    def _fits(self, table: int, measure: int) -> Array:
        """Whether all of a place told the table, and so did all places inside it, none with more in a part than its total says."""
        found = ~self.filled[table] | (self.masses[table][measure] == self.sizes[measure])
        for place in self.tree.upward:
            found[place] &= found[self.tree.children[place]].all()
        return np.asarray(found)

    def known(
        self, table: int, whole: Array, all_items: float, values: Array, own: Array, fits: Array, apart: Array
    ) -> Array:
        """Cells that need not be withheld: nobody is in the item, or everybody is and the total is shown."""
        if self.all_tables[table].code in self.rules.sensitive:
            people, households = self.values[table]
            nowhere = (people[self.tree.parents < 0].sum(axis=0) == 0) & (
                households[self.tree.parents < 0].sum(axis=0) == 0
            )
            return np.asarray(np.broadcast_to(nowhere, values.shape))
        full = (whole == all_items)[None, :] & (values == own) & fits[:, None]
        return np.asarray((whole == 0)[None, :] | ((full | (own == 0)) & ~apart[:, None]))

    def pools(self, measure: int) -> Array:
        """What the withheld totals are together that a place's total is withheld with; 0 where it is shown."""
        pool = np.zeros(len(self.counted))
        owners, size = self.owners(), self.sizes[measure]
        for owner in np.unique(owners[owners >= 0]):
            inside = self.tree.children[owner]
            pool[owners == owner] = size[inside[self.hidden[0][inside]]].sum()
        return pool

    def owners(self) -> Array:
        """For each withheld total the place above it whose total is shown; -1 for others."""
        found = np.full(len(self.counted), -1)
        for place in np.flatnonzero(self.hidden[0] & (self.tree.parents >= 0)):  # from the country down
            above = self.tree.parents[place]
            found[place] = found[above] if self.hidden[0][above] else above
        return found
