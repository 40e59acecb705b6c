"""Small systems written by hand for the tests of disclosure: tables with margins, random facts. No test stands here."""

from __future__ import annotations

from itertools import product

import numpy as np

from warehouse.disclosure.system import System

# reliability.md 3: the published example of complementary suppression.
ROWS, COLUMNS = "wxyz", "abcd"
PUBLISHED = np.array([[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]])


def published(hidden: str) -> tuple[System, np.ndarray]:
    """The published 4 × 4 table with some cells hidden ("wa xc"), and their numbers."""
    return table(PUBLISHED, {tuple([ROWS.index(h[0]), COLUMNS.index(h[1])]) for h in hidden.split()})


def table(values: np.ndarray, hidden: set[tuple[int, ...]]) -> tuple[System, np.ndarray]:
    """A table of any number of dimensions, with the margin over each of them shown, and the hidden cells."""
    values = np.asarray(values, dtype=float)
    places = list(product(*(range(n) for n in values.shape)))
    number = {place: k for k, place in enumerate(places)}
    rows, cells, sums = [], [], []
    for axis in range(values.ndim):
        for rest in product(*(range(n) for k, n in enumerate(values.shape) if k != axis)):
            line = [(*rest[:axis], k, *rest[axis:]) for k in range(values.shape[axis])]
            rows += [len(sums)] * len(line)
            cells += [number[place] for place in line]
            sums.append(sum(values[place] for place in line))
    return facts(
        [float(values[place]) for place in places],
        {number[place] for place in hidden},
        list(zip(rows, cells, [1.0] * len(rows), strict=True)),
        [(s, s) for s in sums],
        names=["|".join(map(str, place)) for place in places],
    )


def facts(
    values: list[float],
    hidden: set[int],
    entries: list[tuple[int, int, float]],
    sums: list[tuple[float, float]],
    *,
    names: list[str] | None = None,
    box: float = np.inf,
    **more: np.ndarray,
) -> tuple[System, np.ndarray]:
    """A system with its hidden cells between 0 and `box`."""
    true = np.array(values, dtype=float)
    apart = np.isin(np.arange(len(true)), sorted(hidden))
    system = System(
        names=tuple(names or [f"c{k}" for k in range(len(true))]),
        lower=np.where(apart, 0.0, true),
        upper=np.where(apart, box, true),
        rows=np.array([r for r, _, _ in entries], dtype=np.int64),
        cells=np.array([c for _, c, _ in entries], dtype=np.int64),
        factors=np.array([f for _, _, f in entries], dtype=float),
        row_lower=np.array([low for low, _ in sums], dtype=float),
        row_upper=np.array([high for _, high in sums], dtype=float),
        values=true,
        **more,
    )
    return system, np.flatnonzero(apart)


def by_counting(system: System, box: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value of every cell over all whole tables with hidden cells up to `box`: counted out, no algebra."""
    hidden = np.flatnonzero(system.lower < system.upper)
    matrix = np.zeros((len(system.row_lower), len(system.names)))
    np.add.at(matrix, (system.rows, system.cells), system.factors)
    tables = np.tile(system.lower, ((box + 1) ** len(hidden), 1))
    tables[:, hidden] = list(product(range(box + 1), repeat=len(hidden)))
    sums = tables @ matrix.T
    fits = ((sums >= system.row_lower - 1e-9) & (sums <= system.row_upper + 1e-9)).all(axis=1)
    return tables[fits].min(axis=0), tables[fits].max(axis=0)
