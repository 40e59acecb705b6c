"""Which cells of a withheld table stay open to guesses: only these are withheld, the others are known in any case.

Reading a settled or half-settled plan belongs here; deciding is in `plan.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from warehouse.counts.plan import Plan
from warehouse.counts.tree import Array, Tree


def open_cells(plan: Plan, t: int) -> Iterator[tuple[int, int, bool]]:
    """Place, item, and whether nobody can have households there (they are shown: 0, or nothing)."""
    hidden, (people, households) = plan.hidden[t], plan.values[t]
    for above, together in _groups(plan.tree, hidden):
        cells = np.concatenate([together, *(plan.tree.below[p] for p in together)])
        told = plan.filled[t] | (plan.hidden[0] & ((above < 0) | (plan.apart(t) > 0)))
        cells = cells[hidden[cells] & told[cells]]
        if not len(cells):
            continue
        of = together if above >= 0 else cells[:1]
        whole, none = people[of].sum(axis=0), households[of].sum(axis=0) == 0
        if t == 0:
            yield from ((int(c), 0, bool(none[0])) for c in cells)
            continue
        mass = plan.masses[t][0]
        known = plan.known(
            t,
            whole,
            float(mass[of].sum()),
            people[cells],
            mass[cells][:, None],
            plan.fitting[t][0][cells],
            plan.hidden[0][cells],
        )
        for at, item in np.argwhere(~known):
            yield int(cells[at]), int(item), bool(none[item])


def _groups(tree: Tree, hidden: Array) -> Iterator[tuple[int, Array]]:
    """The withheld places of each place that is shown; a withheld place that lies in none is a group of its own."""
    for root in np.flatnonzero(hidden & (tree.parents < 0)):
        yield -1, np.array([root])
    for place in tree.upward:
        inside = tree.children[place]
        if not hidden[place] and hidden[inside].any():
            yield place, inside[hidden[inside]]
