"""The attack: the smallest and largest value every hidden cell can have, given all that is published.

Only what follows from a `System` belongs here; where its facts come from is told in `published/`, what to hide in `protect`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from warehouse.disclosure.lp import Contradiction, solve_part
from warehouse.disclosure.parts import Part, parts, reduce
from warehouse.disclosure.system import Bools, Bounds, Floats, Ints, System
from warehouse.errors import MtmError

OnContradiction = Literal["raise", "report"]


def attack(
    system: System, targets: Ints, *, needed: Floats | None = None, contradictions: OnContradiction = "raise"
) -> Bounds:
    """Smallest and largest value of each target cell, in whole people where cells are whole.

    `needed` (one per target): a cell that was seen that far apart is proven and its bounds are what was seen, not the ends.
    Facts that contradict each other raise, or are reported as nan for the cells they touch.
    """
    reduced = reduce(system)
    low, high = reduced.lower.copy(), reduced.upper.copy()
    wanted = np.zeros(len(system.names), dtype=np.bool_)
    wanted[targets] = True
    need = np.full(len(system.names), np.inf)
    if needed is not None:
        need[targets] = needed
    bad = list(reduced.contradicted)
    for part in parts(reduced) if not bad or contradictions == "report" else ():
        bad += _solve(part, wanted, None if needed is None else need, low, high)
    if bad and contradictions == "raise":
        raise _contradiction(system, bad)
    low[bad] = high[bad] = np.nan
    return Bounds(targets, low[targets], high[targets])


def _solve(part: Part, wanted: Bools, need: Floats | None, low: Floats, high: Floats) -> list[int]:
    """Write the bounds of one part; its cells, when no table fits it."""
    here = np.flatnonzero(wanted[part.cells])
    if part.settled or not len(here):
        return []
    cells = part.cells[here]
    try:
        low[cells], high[cells] = solve_part(part, here, None if need is None else need[cells])
    except Contradiction:
        return [int(cell) for cell in part.cells]
    return []


def _contradiction(system: System, cells: list[int]) -> MtmError:
    names = ", ".join(system.names[cell] for cell in cells[:3])
    return MtmError(
        "Published figures contradict each other: no table of people fits them",
        where=names + (f" and {len(cells) - 3} more" if len(cells) > 3 else ""),
        expected="parts that add up to their totals in everything that is published together",
        todo="look at these cells in the marts; a total must be made of the parts beside it",
        code="disclosure_contradiction",
    )
