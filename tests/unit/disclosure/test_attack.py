"""The attack finds exactly what can be worked out: published examples, and random facts against counting all tables out."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.disclosure.tables import by_counting, facts, published, table
from warehouse.disclosure.attack import attack
from warehouse.disclosure.system import System, needed_width
from warehouse.errors import MtmError

NINE = "wa wb wc xa xc yb yd zb zd"


def bounds(system: System, cells: np.ndarray, **how: object) -> dict[str, tuple[float, float]]:
    found = attack(system, cells, **how)  # type: ignore[arg-type]
    return {system.names[c]: (lo, hi) for c, lo, hi in zip(found.cells, found.low, found.high, strict=True)}


def test_the_published_table_gives_its_cell_away() -> None:
    assert bounds(*published(NINE))["0|1"] == (47, 47)


def test_one_more_hidden_cell_protects_the_published_table() -> None:
    found = bounds(*published(NINE + " xd"))
    assert found["0|1"] == (0, 78)
    assert found["1|3"] == (0, 78)


def test_with_a_needed_width_what_was_seen_is_enough_and_true() -> None:
    system, cells = published(NINE + " xd")
    need = needed_width(system.values[cells])
    exact, seen = attack(system, cells), attack(system, cells, needed=need)
    assert (seen.width >= need).all()
    assert (seen.low >= exact.low).all() and (seen.high <= exact.high).all()


def test_a_cell_in_no_sum_keeps_what_is_known_of_it() -> None:
    system, cells = facts([3, 4], {0}, [], [])
    assert bounds(system, cells) == {"c0": (0, np.inf)}


def test_a_cell_without_upper_end_is_unbounded_also_behind_others() -> None:
    system, cells = facts([7, 4, 3], {0, 1, 2}, [(0, 0, 1), (0, 1, -1), (1, 1, 1), (1, 2, -1)], [(3, 3), (1, 1)])
    assert bounds(system, cells) == {"c0": (4, np.inf), "c1": (1, np.inf), "c2": (0, np.inf)}


def test_a_rounded_percentage_with_its_n_publishes_the_cell() -> None:
    system, cells = facts([7], {0}, [(0, 0, 1.0)], [(0.125 * 54, 0.135 * 54)])  # 13 % of n = 54
    assert bounds(system, cells) == {"c0": (7, 7)}


def test_a_percentage_of_a_hidden_total_ties_the_two_together() -> None:
    share = [
        (0, 0, 1.0),
        (0, 1, -0.145),
        (1, 0, 1.0),
        (1, 1, -0.135),
    ]  # 13.5 % ≤ c0 / c1 < 14.5 %, c1 between 50 and 54
    entries = [*share, (2, 1, 1.0)]
    system, cells = facts([7, 52], {0, 1}, entries, [(-np.inf, 0), (0, np.inf), (50, 54)])
    assert bounds(system, cells) == {"c0": (7, 7), "c1": (50, 51)}


def test_weighted_estimates_are_not_rounded_to_people() -> None:
    system, cells = facts([2.5, 3.5], {0, 1}, [(0, 0, 1), (0, 1, 1)], [(6.25, 6.25)], whole=np.array([False, False]))
    assert bounds(system, cells) == {"c0": (0, 6.25), "c1": (0, 6.25)}


def test_whole_people_are_narrower_than_the_plain_programme() -> None:
    # Three pairs, each sum odd: (x+y, y+z, x+z) = (1, 1, 1) halves only; with 3 in the last sum all is fixed.
    entries = [(0, 0, 2.0), (0, 1, 2.0), (0, 2, 1.0), (1, 0, 1.0), (1, 2, 1.0), (1, 1, 1.0)]
    system, cells = facts([2, 1, 1], {0, 1, 2}, entries, [(7, 7), (0, 4)], box=4)
    low, high = by_counting(system, 4)
    found = attack(system, cells)
    assert found.low.tolist() == low.tolist() and found.high.tolist() == high.tolist()


@pytest.mark.parametrize(
    ("entries", "sums"),
    [
        ([(0, 0, 1.0), (0, 1, 1.0)], [(20, 20)]),  # more than the cells can be together
        ([(0, 2, 1.0), (0, 3, 1.0)], [(9, 9)]),  # shown figures that do not add up
        ([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, -1), (2, 0, 1), (2, 1, 3)], [(6, 6), (1, 1), (0, 30)]),  # halves only
        ([(0, 0, 2.0), (0, 1, 4.0)], [(7, 7)]),  # an odd sum of even parts
    ],
)
def test_facts_that_contradict_each_other_are_said_without_values(
    entries: list[tuple[int, int, float]], sums: list[tuple[float, float]]
) -> None:
    system, cells = facts([3, 3, 4, 4], {0, 1}, entries, sums, box=8)
    with pytest.raises(MtmError) as caught:
        attack(system, cells)
    assert caught.value.code == "disclosure_contradiction"
    assert "c" in caught.value.where
    reported = attack(system, np.arange(4), contradictions="report")
    assert np.isnan(reported.low).any()


def test_a_contradiction_in_one_part_leaves_the_others_alone() -> None:
    entries = [(0, 0, 1.0), (0, 1, 1.0), (1, 2, 1.0), (1, 3, 1.0)]
    system, cells = facts([3, 3, 4, 4], {0, 1, 2, 3}, entries, [(6, 6), (40, 40)], box=8)
    found = attack(system, cells, contradictions="report")
    assert found.low[:2].tolist() == [0, 0] and found.high[:2].tolist() == [6, 6]
    assert np.isnan(found.low[2:]).all()


def test_the_same_cell_twice_in_a_sum_counts_twice() -> None:
    system, cells = facts([2, 1], {0, 1}, [(0, 0, 1), (0, 0, 1), (0, 1, 1)], [(5, 5)])
    assert bounds(system, cells) == {"c0": (0, 2), "c1": (1, 5)}


BOX = 5


@st.composite
def random_facts(draw: st.DrawFn) -> System:
    count = draw(st.integers(2, 6))
    values = draw(st.lists(st.integers(0, BOX), min_size=count, max_size=count))
    hidden = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=5))
    entries, sums = [], []
    for row in range(draw(st.integers(0, 5))):
        factors = draw(st.lists(st.sampled_from([0, 0, 1, 1, 1, -1, 2, 0.25]), min_size=count, max_size=count))
        entries += [(row, c, float(f)) for c, f in enumerate(factors) if f]
        true = sum(f * v for f, v in zip(factors, values, strict=True))
        slack = draw(st.sampled_from([0, 0, 0.4, 1]))
        sums.append((true - slack, true + slack))
    return facts([float(v) for v in values], hidden, entries, sums, box=BOX)[0]


@settings(max_examples=150, deadline=None)
@given(random_facts())
def test_random_facts_as_counted_out(system: System) -> None:
    low, high = by_counting(system, BOX)
    found = attack(system, np.arange(len(system.names)))
    assert found.low.tolist() == low.tolist()
    assert found.high.tolist() == high.tolist()


@settings(max_examples=60, deadline=None)
@given(random_facts(), st.integers(1, 4))
def test_wide_enough_is_said_of_exactly_the_cells_that_are(system: System, people: int) -> None:
    cells = np.flatnonzero(system.lower < system.upper)
    low, high = by_counting(system, BOX)
    found = attack(system, cells, needed=np.full(len(cells), float(people)))
    assert ((found.width >= people) == ((high - low)[cells] >= people)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=12, max_size=12), st.sets(st.integers(0, 11), min_size=2, max_size=5))
def test_tables_of_three_dimensions_as_counted_out(values: list[int], hidden: set[int]) -> None:
    cube = np.array(values).reshape(2, 3, 2)
    places = {tuple(int(k) for k in np.unravel_index(h, cube.shape)) for h in hidden}
    system, cells = table(cube, places)
    low, high = by_counting(system, 6)
    found = attack(system, cells)
    assert found.low.tolist() == low[cells].tolist() and found.high.tolist() == high[cells].tolist()


def test_thousands_of_hidden_cells_in_seconds() -> None:
    draw = np.random.default_rng(5)
    values = draw.poisson(20, (60, 50, 2))
    hidden = {tuple(int(k) for k in p) for p in zip(*np.nonzero(draw.uniform(size=values.shape) < 0.5), strict=True)}
    system, cells = table(values, hidden)
    start = time.perf_counter()
    found = attack(system, cells, needed=needed_width(system.values[cells]))
    assert time.perf_counter() - start < 20
    assert len(cells) > 2_500
    assert (found.width >= 0).all() and (found.low >= 0).all()
