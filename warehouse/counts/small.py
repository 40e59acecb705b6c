"""Which tables of a place are withheld for their own sake: small, sensitive, withheld before, or little changed since.

Primary rules belong here; what must go along with them is told in `plan.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from warehouse.counts.plan import Plan
from warehouse.counts.tree import Array, Table

Shown = tuple[float | None, float | None, bool]  # people, households, whether withheld
Before = Mapping[tuple[str, str, str], Shown]  # table, item, place


def mark(plan: Plan, before: Before) -> None:
    """Mark the tables that no other cell is needed for. `before`: what the release before said of the same round."""
    guarded = plan.tree.levels >= plan.rules.from_level
    for t, table in enumerate(plan.all_tables):
        found = _few(table.people, plan).any(axis=1) | _few(table.households, plan).any(axis=1)
        if t:
            found |= _leaves_few(plan, table) | _is_sensitive(plan, table)
        plan.hidden[t] |= found & guarded
    _remember(plan, before, guarded)


def _few(counts: Array, plan: Plan) -> Array:
    """From one to below the threshold; nobody told is not few."""
    return np.asarray((np.nan_to_num(counts) >= 1) & (np.nan_to_num(counts) < plan.rules.threshold))


def _leaves_few(plan: Plan, table: Table) -> Array:
    """What a part leaves of its total is told by the two of them; so is what the communities that told parts leave."""
    total, households = plan.totals.people, plan.totals.households
    found = np.asarray(
        _few(total - table.people, plan).any(axis=1) | _few(households - table.households, plan).any(axis=1)
    )
    if table.told is not None:
        told = table.told[:, None]
        found = found | (_few(told, plan) | _few(total - told, plan) | _few(told - table.people, plan)).any(axis=1)
    return found


def _is_sensitive(plan: Plan, table: Table) -> Array:
    """Nobody, or everybody, of an attribute that the operation calls sensitive."""
    if table.code not in plan.rules.sensitive:
        return np.zeros(len(table.people), dtype=bool)
    total = plan.totals.people
    return np.asarray(((total > 0) & ((table.people == 0) | (table.people == total))).any(axis=1))


def _remember(plan: Plan, before: Before, guarded: Array) -> None:
    """What was withheld of the round stays so; a count that was shown and changed by few people would tell how many."""
    if not before:
        return
    at = {code: i for i, code in enumerate(plan.tree.codes)}
    tables = {t.code: (n, t, {item: i for i, item in enumerate(t.items)}) for n, t in enumerate(plan.all_tables)}
    for (code, item, place), (people, households, was_hidden) in before.items():
        if place not in at or code not in tables:
            continue
        number, table, items = tables[code]
        row, column = at[place], items.get(item)
        if was_hidden:
            plan.hidden[number][row] = True
        elif guarded[row] and column is not None:
            now = (table.people[row, column], table.households[row, column])
            if any(_little(plan, was, is_now) for was, is_now in zip((people, households), now, strict=True)):
                plan.hidden[number][row] = True


def _little(plan: Plan, was: float | None, now: float) -> bool:
    return was is not None and 0 < abs(np.nan_to_num(now) - was) < plan.rules.threshold
