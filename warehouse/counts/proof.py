"""The plan of what is withheld, tried: the cells as they would be published are attacked, and what is told too closely takes more along.

Only the loop of trying and widening belongs here; the rules that come first are in `plan.py`, the attack in `warehouse/disclosure`.
"""

from __future__ import annotations

import numpy as np

from warehouse.counts.plan import Plan
from warehouse.counts.shown import open_cells
from warehouse.disclosure.attack import attack
from warehouse.disclosure.published.cells import Cell, Cells, Said
from warehouse.disclosure.published.counts import system_of

NARROW = 1e-6


def prove(plan: Plan) -> None:
    """Withhold more until the attack tells nothing too closely, or until nothing is left that could go along."""
    proven: set[tuple[Cell, int]] = set()  # what is wide stays so when more is withheld: it is tried once
    while any(hidden.any() for hidden in plan.hidden):
        found = exposed(plan, proven)
        if not any([_take_along(plan, table, owner) for table, owner in sorted(_owners(plan, found))]):
            return
        plan.settle()


def exposed(plan: Plan, proven: set[tuple[Cell, int]]) -> set[tuple[int, int]]:
    """Table and place of the withheld cells that are told too closely; the others are added to `proven`."""
    cells, truth = cells_of(plan)
    published, number = system_of(("", ""), cells, truth), {t.code: n for n, t in enumerate(plan.all_tables)}
    at = {code: i for i, code in enumerate(plan.tree.codes)}
    names = [
        (cells.order[cell // 2], int(cell % 2)) for cell in published.targets
    ]  # people and households of each cell
    tried = np.array([name not in proven for name in names], dtype=bool)
    targets, needed = published.targets[tried], published.needed[tried]
    bounds = attack(published.system, targets, needed=needed, contradictions="report")
    narrow = bounds.width < needed - NARROW
    left = [name for name, is_tried in zip(names, tried, strict=True) if is_tried]
    told = [cell for (cell, _), is_narrow in zip(left, narrow, strict=True) if is_narrow]
    proven.update(name for name, is_narrow in zip(left, narrow, strict=True) if not is_narrow)
    return {(number[table], at[place]) for table, _, place in told}


def cells_of(plan: Plan) -> tuple[Cells, dict[Cell, Said]]:
    """The cells as the marts would show them if the plan were published as it stands, and the true counts."""
    cells, truth = Cells(), {}
    for t, table in enumerate(plan.all_tables):
        withheld = {(place, item): few for place, item, few in open_cells(plan, t)}
        has_rows = np.asarray(table.stands.any(axis=1))
        for place, item in np.argwhere(table.stands | has_rows[:, None]):
            hidden = (int(place), int(item)) in withheld
            stands = bool(table.stands[place, item])
            if not stands and not (hidden and table.code != "people"):
                continue
            people, households = (_count(m[place, item]) for m in (table.people, table.households))
            cell: Cell = (table.code, table.items[item], plan.tree.codes[place])
            if stands:
                truth[cell] = Said(people, households, plan.rules.people, plan.rules.share)
            above = plan.tree.parents[place]
            shows_households = not hidden or withheld[int(place), int(item)]
            cells.add(
                table.code,
                (*cell, plan.tree.codes[above] if above >= 0 else None, None if hidden else people, households if shows_households else None, hidden),
            )  # fmt: skip
    return cells, truth


def _count(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def _owners(plan: Plan, found: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Table and the place that is shown above what is told; totals too, where they are withheld with it."""
    owners = set()
    for table, place in found:
        for t in {table, 0} if plan.hidden[0][place] else {table}:
            top = place
            while top >= 0 and plan.hidden[t][top]:
                top = int(plan.tree.parents[top])
            owners.add((t, top))
    return owners


def _take_along(plan: Plan, table: int, owner: int) -> bool:
    """The next place beside goes along; where none is left, tables that only some of them told, or the place above. Whether there was any."""
    if owner < 0:
        return False
    hidden, inside = plan.hidden[table], plan.tree.children[owner]
    others = inside[~hidden[inside] & plan.filled[table][inside]]
    is_country = plan.tree.parents[owner] < 0
    if len(others):
        hidden[others[np.argmin(plan.order[table][others])]] = True
    elif not table and not is_country and (partly := _partly_told(plan, owner)):
        for t in partly:
            plan.hidden[t][owner] = True
    elif (table or not is_country) and not hidden[owner]:
        hidden[owner] = True
    else:
        return False
    return True


def _partly_told(plan: Plan, owner: int) -> list[int]:
    """Tables shown of a place that only some of the withheld places in it told: they tell what those have together."""
    below = plan.tree.below[owner]
    apart = below[plan.hidden[0][below]]
    return [
        t
        for t in range(1, len(plan.all_tables))
        if not plan.hidden[t][owner] and 0 < plan.filled[t][apart].sum() < len(apart)
    ]
