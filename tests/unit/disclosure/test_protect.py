"""What goes along: after protection no hidden cell can be worked out too narrowly, nothing is hidden without need, order is nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.disclosure.tables import PUBLISHED, facts, table
from warehouse.disclosure.attack import attack
from warehouse.disclosure.protect import protect, protection
from warehouse.disclosure.system import Floats, System, needed_width
from warehouse.errors import MtmError


def hidden_names(system: System, hidden: np.ndarray) -> set[str]:
    return {n for n, gone in zip(system.names, hidden, strict=True) if gone}


def run(system: System, primary: np.ndarray, **how: object) -> np.ndarray:
    assert system.values is not None
    start = np.isin(np.arange(len(system.names)), primary)
    given_: dict[str, object] = {
        "needed": needed_width(system.values),
        "cost": system.values + 1,
        "may_hide": np.ones(len(start), dtype=bool),
        **how,
    }
    return protect(system, start, **given_)  # type: ignore[arg-type]


def as_attacked(system: System, hidden: np.ndarray) -> System:
    assert system.values is not None
    return replace(
        system, lower=np.where(hidden, 0, system.values), upper=np.where(hidden, np.inf, system.values), values=None
    )


def test_the_published_table_needs_few_cells_more() -> None:
    system, cells = table(PUBLISHED, {(1, 2)})
    hidden = run(system, cells)
    assert len(hidden_names(system, hidden)) == 4  # no cell of a table with all margins is safe with fewer
    need = needed_width(system.values)
    assert (attack(as_attacked(system, hidden), np.flatnonzero(hidden)).width >= need[hidden]).all()


def test_one_village_below_five_takes_the_smallest_other_one_along() -> None:
    values = [3.0, 40.0, 25.0, 90.0, 158.0]
    entries = [(0, k, 1.0) for k in range(4)] + [(0, 4, -1.0)]
    system, cells = facts(values, {0}, entries, [(0, 0)])
    may = np.array([True, True, True, True, False])
    assert hidden_names(system, run(system, cells, may_hide=may)) == {"c0", "c2"}


def test_what_was_hidden_before_is_hidden_again_by_its_cost() -> None:
    values = [3.0, 40.0, 25.0, 90.0, 158.0]
    entries = [(0, k, 1.0) for k in range(4)] + [(0, 4, -1.0)]
    system, cells = facts(values, {0}, entries, [(0, 0)])
    may = np.array([True, True, True, True, False])
    cost = np.array([1.0, 1.0, 25.0, 90.0, 158.0])
    assert hidden_names(system, run(system, cells, may_hide=may, cost=cost)) == {"c0", "c1"}


def test_a_total_that_may_not_be_hidden_leaves_a_lone_village_exposed() -> None:
    system, cells = facts([3.0, 3.0], {0}, [(0, 0, 1.0), (0, 1, -1.0)], [(0, 0)])
    with pytest.raises(MtmError) as caught:
        run(system, cells, may_hide=np.zeros(2, dtype=bool))
    assert caught.value.code == "disclosure_unprotected"
    start = np.array([True, False])
    need = np.full(2, 10.0)
    found = protection(system, start, needed=need, cost=need, may_hide=np.zeros(2, dtype=bool))
    assert found.exposed.tolist() == [0]


def test_several_small_parts_hide_together_or_take_more() -> None:
    # 1 + 2 + 3 are hidden together: the rest of the total says at most 6, so another one must go along.
    values = [1.0, 2.0, 3.0, 50.0, 56.0]
    system, cells = facts(values, {0, 1, 2}, [(0, k, 1.0) for k in range(4)] + [(0, 4, -1.0)], [(0, 0)])
    hidden = run(system, cells, may_hide=np.array([True, True, True, True, False]))
    assert hidden_names(system, hidden) == {"c0", "c1", "c2", "c3"}


def test_a_share_goes_out_of_sight_with_its_cell() -> None:
    values = [3.0, 40.0, 43.0]
    entries = [(0, 0, 1.0), (0, 1, 1.0), (0, 2, -1.0), (1, 1, 1.0), (1, 2, -0.93)]
    sums = [(0.0, 0.0), (-0.3, 0.3)]  # c1 is 93 % of the total
    tied, cells = facts(values, {0}, entries, sums, shown_with=np.array([-1, 1]))
    may = np.array([True, True, False])
    assert hidden_names(tied, run(tied, cells, may_hide=may)) == {"c0", "c1"}
    with pytest.raises(MtmError):  # a share that stays gives the cell back
        run(replace(tied, shown_with=None), cells, may_hide=may)


def test_a_cell_that_nobody_publishes_needs_nothing_and_moves_freely() -> None:
    values = [3.0, 60.0, 63.0]
    system, cells = facts(values, {0, 1}, [(0, 0, 1.0), (0, 1, 1.0), (0, 2, -1.0)], [(0, 0)])
    assert hidden_names(system, run(system, cells[:1], may_hide=np.zeros(3, dtype=bool))) == {"c0"}


def test_what_is_known_before_counts() -> None:
    # Everybody knows a village has at most 8 of them: ten people wide is out of reach, five is not.
    system, cells = facts([3.0, 40.0, 43.0], {0}, [(0, 0, 1.0), (0, 1, 1.0), (0, 2, -1.0)], [(0, 0)])
    prior = (np.zeros(3), np.array([np.inf, 44.0, np.inf]))
    may = np.array([True, True, False])
    hidden = run(
        replace(system, upper=np.array([8.0, 40, 43])), cells, may_hide=may, prior=prior, needed=np.full(3, 5.0)
    )
    assert hidden_names(system, hidden) == {"c0", "c1"}


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[System, np.ndarray, Floats]:
    """Villages in rayons in a country, men and women, all totals shown; villages below five are hidden."""
    names, values, entries, sums = [], [], [], 0

    def cell(name: str, value: float) -> int:
        names.append(name)
        values.append(value)
        return len(names) - 1

    by_rayon: dict[str, list[int]] = {}
    top: dict[str, list[int]] = {}
    for rayon in range(draw(st.integers(1, 3))):
        for village in range(draw(st.integers(3, 5))):
            men, women = draw(st.integers(0, 30)), draw(st.integers(0, 30))
            triple = [cell(f"{rayon}.{village}.{k}", v) for k, v in (("m", men), ("w", women), ("t", men + women))]
            entries += [(sums, c, f) for c, f in zip(triple, (1.0, 1.0, -1.0), strict=True)]
            sums += 1
            for kind, c in zip("mwt", triple, strict=True):
                by_rayon.setdefault(f"{rayon}.{kind}", []).append(c)
    for name, cells in by_rayon.items():
        total = cell(name, sum(values[c] for c in cells))
        top.setdefault(name[-1], []).append(total)
        entries += [(sums, c, 1.0) for c in cells] + [(sums, total, -1.0)]
        sums += 1
    villages = np.array([n.count(".") == 2 for n in names])
    true = np.array(values, dtype=float)
    primary = np.flatnonzero(villages & (true > 0) & (true < 5))
    system, _ = facts(values, set(primary), entries, [(0.0, 0.0)] * sums, names=names)
    return system, primary, np.where(villages, true + 1, 1e4 + true)


@settings(max_examples=25, deadline=None)
@given(hierarchies(), st.randoms(use_true_random=False))
def test_no_hidden_cell_is_ever_narrower_than_it_needs(
    drawn: tuple[System, np.ndarray, Floats], random: object
) -> None:
    system, primary, cost = drawn
    hidden = run(system, primary, cost=cost)
    assert hidden[primary].all()
    cells = np.flatnonzero(hidden)
    need = needed_width(system.values)[cells]
    assert (attack(as_attacked(system, hidden), cells).width >= need).all()
    order = list(range(len(system.names)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert hidden_names(*_shuffled(system, primary, cost, np.array(order))) == hidden_names(system, hidden)


def _shuffled(system: System, primary: np.ndarray, cost: Floats, order: np.ndarray) -> tuple[System, np.ndarray]:
    place = np.argsort(order)
    other = replace(
        system, names=tuple(system.names[k] for k in order), lower=system.lower[order], upper=system.upper[order],
        values=system.values[order], cells=place[system.cells],
    )  # fmt: skip
    return other, run(other, place[primary], cost=cost[order])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=12, max_size=12), st.sets(st.integers(0, 11), min_size=1, max_size=3))
def test_nothing_is_hidden_without_need_and_what_stays_narrow_is_reported(values: list[int], primary: set[int]) -> None:
    """Two people wide in a 3 × 4 table: showing any cell again gives something away."""
    system, cells = table(np.array(values).reshape(3, 4), {(p // 4, p % 4) for p in primary})
    start = np.isin(np.arange(12), cells)
    found = protection(system, start, needed=np.full(12, 2.0), cost=np.ones(12), may_hide=np.ones(12, dtype=bool))
    if len(found.exposed):  # what is still too narrow is reported, all of it and nothing else
        cells = np.flatnonzero(found.hidden)
        narrow = attack(as_attacked(system, found.hidden), cells).width < 2
        assert cells[narrow].tolist() == found.exposed.tolist()
        return
    assert _wide(system, found.hidden)
    for cell in np.flatnonzero(found.hidden & ~start):
        assert not _wide(system, found.hidden & (np.arange(12) != cell))


def _wide(system: System, hidden: np.ndarray) -> bool:
    return bool((attack(as_attacked(system, hidden), np.flatnonzero(hidden)).width >= 2).all())
