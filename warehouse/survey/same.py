"""Which cells of a survey round are one and the same number, told in several places.

Numbers that agree by their meaning, or everywhere they can be compared, belong here; what adds up to what stands in `sums.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from warehouse.disclosure.system import Ints
from warehouse.survey.facts import Table

Pair = tuple[int, int]
NEVER = 10**9
COUNTED = ("answer", "asked", "n", "weight")  # others follow from these; equal numbers of missing answers say nothing


def same_numbers(cells: pl.DataFrame, *, surely: bool) -> Ints:
    """The number that each cell is: equal for cells that are the same, 0, 1, 2, … in the order of the cells."""
    table = Table.of(cells)
    pairs = [*_columns(table, surely=surely), *_profiles(table)]
    parent = np.arange(len(cells))
    for a, b in pairs:
        first, second = sorted((_root(parent, a), _root(parent, b)))
        parent[second] = first
    roots = np.array([_root(parent, n) for n in range(len(cells))], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def _root(parent: Ints, n: int) -> int:
    while parent[n] != n:
        n = int(parent[n])
    return n


def _columns(table: Table, *, surely: bool) -> Iterator[Pair]:
    """Columns that agree in every domain: who was asked a question gave this answer to another, both asked everybody, …"""
    held: list[int] = []
    known = np.empty((0, len(table.slots)))
    for n in (n for n, c in enumerate(table.columns) if c[0] in COUNTED):
        values = table.values[n]
        told = _agreeing(known, values)
        same = [
            k
            for k, found in enumerate(told)
            if found >= _enough(table.columns[held[k]], table.columns[n], surely=surely)
        ]
        if not same:
            held.append(n)
            known = np.vstack([known, values])
            continue
        first = same[0]
        known[first] = np.where(np.isnan(known[first]), values, known[first])
        both = (table.cells[held[first]] >= 0) & (table.cells[n] >= 0)
        yield from zip(table.cells[held[first]][both].tolist(), table.cells[n][both].tolist(), strict=True)


def _agreeing(known: np.ndarray, values: np.ndarray) -> list[int]:
    """By how many different numbers each row of `known` agrees with `values`; -1 where it differs anywhere both are known."""
    both = ~np.isnan(known) & ~np.isnan(values)
    equal = (np.where(both, known, 0) == np.where(both, values, 0)).all(axis=1)
    return [len(set(values[b & (values > 0)].tolist())) if e else -1 for b, e in zip(both, equal, strict=True)]


def _enough(one: tuple[str, str, str], other: tuple[str, str, str], *, surely: bool) -> int:
    """How many numbers must agree to be no chance; two answers to one question, or two sexes, are never the same people."""
    kinds = {one[0], other[0]}
    if "weight" in kinds:
        meant = kinds == {"weight", "answer"} and "sex" in (one[1], other[1]) and one[2] == other[2]
        return 1 if meant else NEVER
    if kinds == {"answer"} and one[1] == other[1]:
        return NEVER
    if kinds == {"answer"} and one[2] != other[2]:
        return 5
    return 2 if surely else 5


def _profiles(table: Table) -> Iterator[Pair]:
    """Women of an oblast are its women whichever way round they are counted; all women are the respondents of their domain."""
    at_column = {c: n for n, c in enumerate(table.columns)}
    at_slot = {s: n for n, s in enumerate(table.slots)}
    everybody = table.everybody
    for (what, indicator, option), n in at_column.items():
        mine = at_slot.get((indicator, option))
        if what != "answer" or mine is None:
            continue
        for slot, (kind, domain) in enumerate(table.slots):
            other = everybody if kind == "national" else at_column.get(("answer", kind, domain))
            if other is not None:
                yield from _pair(table, (n, slot), (other, mine))


def _pair(table: Table, a: Pair, b: Pair) -> Iterator[Pair]:
    """The two cells, unless what is known of them differs."""
    first, second = int(table.cells[a]), int(table.cells[b])
    if first >= 0 and second >= 0 and not abs(table.values[a] - table.values[b]) > 0:
        yield first, second
