"""Two attackers that share no code find the same on marts written by hand: percentages with n, hierarchies, two releases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.disclosure.second_attacker import Reader
from tests.unit.disclosure.tables import COLUMNS, PUBLISHED, ROWS, facts
from warehouse.disclosure.attack import attack
from warehouse.disclosure.protect import protect
from warehouse.disclosure.system import System, needed_width


def first(reader: Reader) -> dict[str, tuple[Fraction, Fraction | None]]:
    """The warehouse's attack on the same facts (not in whole numbers: the second attacker is exact, not whole)."""
    names = sorted(reader.unknown | set(reader.shown))
    at = {n: k for k, n in enumerate(names)}
    rows = [*reader.equal, *reader.least]
    entries = [(r, at[n], float(f)) for r, (factors, _) in enumerate(rows) for n, f in factors.items()]
    sums = [(-float(c), -float(c)) for _, c in reader.equal] + [(-float(c), np.inf) for _, c in reader.least]
    hidden = {at[n] for n in reader.unknown - set(reader.shown)}
    values = [float(reader.shown.get(n, 0)) for n in names]
    system, cells = facts(values, hidden, entries, sums, names=names, whole=np.zeros(len(names), dtype=bool))
    found = attack(system, cells)
    return {names[c]: (lo, hi) for c, lo, hi in zip(cells, found.low, found.high, strict=True)}


def agree(reader: Reader) -> dict[str, tuple[Fraction, Fraction | None]]:
    """Both attackers' intervals, which must be the same."""
    ours = first(reader)
    theirs = {name: reader.interval(name) for name in ours}
    for name, (low, high) in theirs.items():
        assert ours[name][0] == pytest.approx(float(low), abs=1e-5), name
        assert ours[name][1] == (np.inf if high is None else pytest.approx(float(high), abs=1e-5)), name
    return theirs


def published_table(hidden: str) -> Reader:
    reader = Reader()
    for r, row in zip(ROWS, PUBLISHED, strict=True):
        for c, value in zip(COLUMNS, row, strict=True):
            reader.cell(r + c, None if r + c in hidden.split() else int(value))
        reader.cell(r, int(row.sum()))
        reader.total(r, [r + c for c in COLUMNS])
    for c, column in zip(COLUMNS, PUBLISHED.T, strict=True):
        reader.cell(c, int(column.sum()))
        reader.total(c, [r + c for r in ROWS])
    return reader


def test_the_published_table() -> None:
    assert agree(published_table("wa wb wc xa xc yb yd zb zd"))["wb"] == (47, 47)
    assert agree(published_table("wa wb wc xa xc yb yd zb zd xd"))["wb"] == (0, 78)


def test_a_percentage_with_its_n_gives_the_count_back() -> None:
    reader = Reader()
    reader.cell("asked", 41)
    reader.cell("ill", None)
    reader.percent("ill", "asked", "7.3")  # 2.97 to 3.01 people
    low, high = agree(reader)["ill"]
    assert low <= 3 <= high and high - low < 1


def test_places_in_places_and_men_and_women() -> None:
    reader = Reader()
    villages = {"v1": (3, 2), "v2": (21, 14), "v3": (30, 4)}
    for name, (men, women) in villages.items():
        hidden = name != "v3"
        reader.cell(f"{name}.men", None if hidden else men)
        reader.cell(f"{name}.women", None if hidden else women)
        reader.cell(name, men + women)
        reader.total(name, [f"{name}.men", f"{name}.women"])
    for sex, count in (("men", 54), ("women", 20)):
        reader.cell(f"rayon.{sex}", count)
        reader.total(f"rayon.{sex}", [f"{v}.{sex}" for v in villages])
    assert agree(reader)["v1.men"] == (0, 5)  # the village's own total, shown, is the end


def test_the_difference_between_two_releases_gives_a_late_village_away() -> None:
    now, before = Reader(), Reader()
    for reader, rayon in ((now, 50), (before, 47)):
        reader.cell("v1", None)
        reader.cell("v2", None)
        reader.cell("rayon", rayon)
        reader.total("rayon", ["v1", "v2"] + (["late"] if reader is now else []))
    now.cell("late", None)
    agree(now)
    both = now
    both.cell("rayon in the release before", 47)
    both.total("rayon in the release before", ["v1", "v2"])
    assert agree(both)["late"] == (3, 3)


def test_a_cell_shown_in_one_release_and_hidden_in_the_other_is_known_by_the_change() -> None:
    reader = Reader()
    reader.cell("v1 r4", 12)
    reader.cell("v1 r5", None)
    reader.change("v1", "v1 r4", "v1 r5", -9)
    assert agree(reader)["v1 r5"] == (3, 3)


@st.composite
def marts(draw: st.DrawFn) -> tuple[Reader, list[list[int]]]:
    """Villages by category with totals both ways, some hidden, a percentage of one."""
    rows, columns = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    counts = [[draw(st.integers(0, 40)) for _ in range(columns)] for _ in range(rows)]
    reader = Reader()
    for r in range(rows):
        for c in range(columns):
            reader.cell(f"{r}{c}", None if draw(st.booleans()) else counts[r][c])
        reader.cell(f"row {r}", sum(counts[r]))
        reader.total(f"row {r}", [f"{r}{c}" for c in range(columns)])
    for c in range(columns):
        reader.cell(f"column {c}", sum(row[c] for row in counts))
        reader.total(f"column {c}", [f"{r}{c}" for r in range(rows)])
    if draw(st.booleans()) and sum(counts[0]):
        tenths = (Fraction(counts[0][0] * 1000, sum(counts[0])) + Fraction(1, 2)) // 1  # rounded half up
        reader.percent("00", "row 0", f"{tenths // 10}.{tenths % 10}")
    return reader, counts


@settings(max_examples=40, deadline=None)
@given(marts())
def test_both_attackers_find_the_same(drawn: tuple[Reader, list[list[int]]]) -> None:
    agree(drawn[0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=12, max_size=12))
def test_the_second_attacker_fails_where_the_first_one_protected(counts: list[int]) -> None:
    table = np.array(counts, dtype=float).reshape(3, 4)
    names = [f"{r}{c}" for r in range(3) for c in range(4)]
    entries = [(r, 4 * r + c, 1.0) for r in range(3) for c in range(4)]
    entries += [(3 + c, 4 * r + c, 1.0) for r in range(3) for c in range(4)]
    margins = [*table.sum(axis=1), *table.sum(axis=0)]
    values = table.ravel()
    primary = (values > 0) & (values < 5)
    system, _ = facts(list(values), set(np.flatnonzero(primary)), entries, [(m, m) for m in margins], names=names)
    hidden = _protected(system, primary)
    if hidden is None:
        return
    reader = Reader()
    for name, value, gone in zip(names, values, hidden, strict=True):
        reader.cell(name, None if gone else int(value))
    for k, margin in enumerate(margins):
        reader.cell(f"sum {k}", int(margin))
        reader.total(f"sum {k}", [names[c] for r, c, _ in entries if r == k])
    for k in np.flatnonzero(hidden):
        low, high = reader.interval(names[k])
        assert high is None or high - low >= needed_width(values)[k]


def _protected(system: System, primary: np.ndarray) -> np.ndarray | None:
    from warehouse.errors import MtmError

    assert system.values is not None
    try:
        return protect(
            system,
            primary,
            needed=needed_width(system.values),
            cost=system.values + 1,
            may_hide=np.ones(12, dtype=bool),
        )
    except MtmError as error:
        assert error.code == "disclosure_unprotected"
        return None
