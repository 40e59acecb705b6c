"""Count columns that contradict each other as a whole: swapped, sorted alone, moved by a row.

Only what totals, parts, households and individuals tell belongs here; columns of places are told in `names.py`.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from warehouse.normalize.drift.cells import Flags, Floats
from warehouse.normalize.drift.defects import SHIFTED, SORTED, SWAPPED, Defect, is_sorted, runs_of
from warehouse.normalize.drift.relations import Pair, Relations, Sum, rest, told
from warehouse.normalize.drift.settings import Bounds

LEAST = 10  # rows that differ, before a whole column is judged
SAMPLE = 200  # rows on which swaps are tried before all rows are looked at


def count_defects(numbers: Floats, relations: Relations, bounds: Bounds) -> list[Defect]:
    """Defects of count columns. `numbers`: rows × columns."""
    swapped = [d for pair in relations.pairs for d in _swapped_pair(pair, numbers, bounds)]
    gone = {column for defect in swapped for column in defect.columns}
    swapped += _swapped_in_sums(numbers, relations, gone, bounds)
    if swapped:
        return swapped
    moved = _narrowed([d for one in relations.sums for d in _moved_in_sum(one, numbers, bounds)])
    gone = {column for defect in moved for column in defect.columns}
    free = [p for p in relations.pairs if not gone & {p.households, p.individuals}]
    return moved + [d for pair in free for d in _moved_pair(pair, numbers, bounds)]


def _swapped_pair(pair: Pair, numbers: Floats, bounds: Bounds) -> list[Defect]:
    """More households than individuals: nearly everywhere, or in rows on end while nearly nowhere else."""
    households, individuals = numbers[:, pair.households], numbers[:, pair.individuals]
    more, less = households > individuals, households < individuals
    if more.sum() + less.sum() < LEAST:
        return []
    columns = (pair.households, pair.individuals)
    if more.sum() >= bounds.swapped_share.value * (more.sum() + less.sum()):
        return [Defect(SWAPPED, columns, np.flatnonzero(more))]
    if more.mean() > bounds.most_foreign_share.value:
        return []
    differ = np.flatnonzero(more | less)  # equal cells neither tell nor end a run
    runs = [run for run in runs_of(more[differ]) if len(run) >= bounds.least_run.value]
    rows = differ[np.concatenate(runs)] if runs else np.zeros(0, int)
    alone = more.sum() - len(rows)
    return [Defect(SWAPPED, columns, rows)] if len(rows) and alone <= bounds.single_share.value * len(more) else []


def _swapped_in_sums(numbers: Floats, relations: Relations, gone: set[int], bounds: Bounds) -> list[Defect]:
    """Two columns that make every broken sum hold when they change places; named only where it is one pair alone."""
    failing = [s for s in relations.sums if _fails(s, numbers, bounds) and not gone & {s.total, *s.parts}]
    if not failing:
        return []
    columns = sorted({c for s in failing for c in (s.total, *s.parts)})
    sample = numbers[:: max(1, len(numbers) // SAMPLE)]
    mends = [
        pair for pair in combinations(columns, 2)
        if _mends(pair, sample, relations.sums, failing, bounds) and _mends(pair, numbers, relations.sums, failing, bounds)
    ]  # fmt: skip
    if len(mends) != 1:
        return []
    return [Defect(SWAPPED, mends[0], np.flatnonzero(numbers[:, mends[0][0]] != numbers[:, mends[0][1]]))]


def _fails(one: Sum, numbers: Floats, bounds: Bounds) -> bool:
    looked = told(one, numbers)
    off = looked & (np.abs(rest(one, numbers)) > 0.5)
    return bool(off.sum() >= max(LEAST, bounds.failing_share.value * looked.sum()))


def _mends(pair: tuple[int, int], numbers: Floats, sums: list[Sum], failing: list[Sum], bounds: Bounds) -> bool:
    """Whether the swap mends all failing sums and harms none."""
    a, b = pair
    touched = [s for s in sums if (a in (s.total, *s.parts)) != (b in (s.total, *s.parts)) or s.total in pair]
    if any(s not in touched for s in failing):
        return False
    swapped = numbers.copy()
    swapped[:, [a, b]] = numbers[:, [b, a]]
    for one in touched:
        looked = told(one, swapped)
        if not looked.any() or (np.abs(rest(one, swapped)[looked]) > 0.5).mean() > 1 - bounds.swapped_share.value:
            return False
    return True


def _moved_in_sum(one: Sum, numbers: Floats, bounds: Bounds) -> list[Defect]:
    """A column whose values make the sum hold in other rows: all of it (sorted alone), or a stretch, one row away."""
    off = told(one, numbers) & (np.abs(rest(one, numbers)) > 0.5)
    if off.sum() < bounds.least_run.value:
        return []
    found = []
    for column in (one.total, *one.parts):
        values = np.nan_to_num(numbers[:, column])
        wanted = values - rest(one, numbers) * (1 if column == one.total else -1)
        wanted = np.where(np.isnan(wanted), values, wanted)
        defect = _one_row_away(column, values, wanted, off, bounds) or _elsewhere(column, values, wanted, off, bounds)
        if defect:
            found.append(defect)
    if len({defect.code for defect in found}) != 1:
        return []
    most = max(len(defect.rows) for defect in found)
    likely = [defect for defect in found if len(defect.rows) > 0.9 * most]
    return [Defect(likely[0].code, tuple(d.columns[0] for d in likely), likely[0].rows)]


def _narrowed(found: list[Defect]) -> list[Defect]:
    """One defect for all sums that share a column: the column that all of them name."""
    narrowed: list[Defect] = []
    for defect in found:
        for i, other in enumerate(narrowed):
            common = tuple(c for c in other.columns if c in defect.columns)
            if common and other.code == defect.code:
                narrowed[i] = Defect(other.code, common, other.rows)
                break
        else:
            narrowed.append(defect)
    return narrowed


def _one_row_away(column: int, values: Floats, wanted: Floats, off: Flags, bounds: Bounds) -> Defect | None:
    for lag in (-1, 1):
        there = np.roll(values, lag)
        hit = off & (there == wanted)
        hit[-1 if lag < 0 else 0] = False
        rows = [
            run for run in runs_of(hit | (~off & (there == wanted)))
            if hit[run].sum() >= bounds.moved_run.value and len(np.unique(wanted[run][hit[run]])) >= bounds.moved_run.value
        ]  # fmt: skip
        if rows:
            around = np.concatenate([np.arange(run[0] - 1, run[-1] + 2) for run in rows])
            around = np.unique(around[(around >= 0) & (around < len(off))])
            return Defect(SHIFTED, (column,), np.union1d(np.concatenate(rows), around[off[around]]))
    return None


def _elsewhere(column: int, values: Floats, wanted: Floats, off: Flags, bounds: Bounds) -> Defect | None:
    """The wanted values are the delivered ones in another order."""
    if off.sum() < LEAST or len(np.unique(values[off])) < LEAST / 2 or off.mean() < bounds.failing_share.value:
        return None
    have, want = (np.unique(x[off], return_counts=True) for x in (values, wanted))
    _, i, j = np.intersect1d(have[0], want[0], return_indices=True)
    common = np.minimum(have[1][i], want[1][j]).sum()
    return Defect(SORTED, (column,), np.flatnonzero(off)) if common >= bounds.swapped_share.value * off.sum() else None


def _moved_pair(pair: Pair, numbers: Floats, bounds: Bounds) -> list[Defect]:
    """Households and individuals that do not go together, and would one row away; or one of them is sorted."""
    both = (numbers[:, pair.households] > 0) & (numbers[:, pair.individuals] > 0)
    h, i = numbers[both, pair.households], numbers[both, pair.individuals]
    if both.sum() < bounds.least_pairs.value or min(len(np.unique(h)), len(np.unique(i))) < LEAST:
        return []
    if not (h > i).any() or _together(h, i) > bounds.apart.value:
        return []
    for lag in (1, -1):
        x, y = (h[lag:], i[:-lag]) if lag > 0 else (h[:lag], i[-lag:])
        if _together(x, y) > bounds.together.value:
            return [Defect(SHIFTED, (pair.households, pair.individuals), np.flatnonzero(both))]
    ordered = [c for c, values in ((pair.households, h), (pair.individuals, i)) if is_sorted(values)]
    return [Defect(SORTED, (ordered[0],), np.flatnonzero(both))] if len(ordered) == 1 else []


def _together(a: Floats, b: Floats) -> float:
    """Rank correlation."""
    ranks = [np.argsort(np.argsort(x, kind="stable"), kind="stable").astype(float) for x in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
