"""Columns of codes, names and answers that do not belong together: swapped, sorted alone, moved by a row.

Only what the codebook's places, types and code lists tell belongs here; counts are told in `counts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.codebooks.folding import fold
from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook
from warehouse.normalize.drift.cells import BLANK, CODE, DATE, DECIMAL, WHOLE, WORDS, Cells, Ints
from warehouse.normalize.drift.defects import SHIFTED, SORTED, SWAPPED, Defect
from warehouse.normalize.drift.settings import Bounds
from warehouse.normalize.frame import TextFrame

LEAST = 10  # filled cells, before a whole column is judged


@dataclass(frozen=True)
class Belongs:
    """Every value of the finer column goes with one value of the coarser: a code with its name, a place with its parent."""

    fine: int
    coarse: int


@dataclass(frozen=True)
class Level:
    """The columns that say where a row is at one level."""

    codes: tuple[int, ...]
    name: int | None

    @property
    def columns(self) -> tuple[int, ...]:
        """Codes and name."""
        return self.codes if self.name is None else (*self.codes, self.name)


def name_defects(frame: TextFrame, cells: Cells, book: Codebook, bounds: Bounds) -> list[Defect]:
    """Defects of columns that are no counts."""
    levels = _levels(frame, book)
    kinds = np.stack([np.bincount(cells.kind[cells.codes[:, j]], minlength=7) for j in range(cells.width)])
    swapped = _swapped_levels(cells, levels) + _codes_as_names(cells, levels, kinds, bounds)
    swapped = swapped or _swapped_kinds(frame, kinds, bounds)
    swapped += _swapped_answers(frame, cells, book, bounds)
    return swapped or _moved(cells, _belongings(levels), bounds)


def _levels(frame: TextFrame, book: Codebook) -> list[Level]:
    """Columns of codes and names, from the coarsest level on: all codes whose field shares the stem of the name's."""
    at = {c.column.field: c for c in frame.match.columns if c.option is None}
    found = []
    for level in sorted(book.places.levels, key=lambda x: x.level):
        stem = (level.name_field or level.code_field or "").rpartition("_")[0] + "_"
        alike = [c.index for f, c in at.items() if c.column.type == "code" and stem != "_" and f.startswith(stem)]
        own = [at[level.code_field].index] if level.code_field in at else []
        name = at[level.name_field].index if level.name_field in at else None
        found.append(Level(tuple(dict.fromkeys(own + alike)), name))
    return found


def _belongings(levels: list[Level]) -> list[Belongs]:
    """Codes go with their name and their parents. Names repeat under other parents, so only those of level 2 are asked."""
    found = []
    for i, level in enumerate(levels):
        found += [Belongs(code, level.name) for code in level.codes if level.name is not None]
        for above in levels[:i]:
            fine = level.columns if i == 1 else level.codes
            found += [Belongs(f, c) for f in fine for c in above.columns]
    return found


def _strays(fine: Ints, coarse: Ints, blank: NDArray[Any]) -> tuple[int, int]:
    """Rows in which the finer value goes with another coarser value than it mostly does, and rows that can tell."""
    full = ~blank
    fine, coarse = fine[full], coarse[full]
    if not len(fine):
        return 0, 0
    pairs, counts = np.unique(fine.astype(np.int64) * (2**31) + coarse, return_counts=True)
    values, at = np.unique(pairs // 2**31, return_inverse=True)
    most, total = np.zeros(len(values), int), np.zeros(len(values), int)
    np.maximum.at(most, at, counts)
    np.add.at(total, at, counts)
    several = total > 1
    return int((total - most)[several].sum()), int(total[several].sum())


def _moved(cells: Cells, belongings: list[Belongs], bounds: Bounds) -> list[Defect]:
    """A column that goes with none of its partners, and would one row away; or that is sorted while they are not."""
    found: dict[str, dict[int, list[int]]] = {SHIFTED: {}, SORTED: {}}
    for one in belongings:
        fine, coarse = cells.codes[:, one.fine], cells.codes[:, one.coarse]
        blank = (cells.kind[fine] == BLANK) | (cells.kind[coarse] == BLANK)
        strays, looked = _strays(fine, coarse, blank)
        if strays < bounds.least_strays.value or looked < bounds.looked_share.value * cells.height:
            continue
        lags = [
            _strays(np.roll(fine, lag)[1:-1], coarse[1:-1], (np.roll(blank, lag) | blank)[1:-1])[0] for lag in (1, -1)
        ]
        if min(lags) <= bounds.lagged_share.value * strays:
            code = SHIFTED
        elif strays > max(
            bounds.strays_share.value * looked, bounds.strays_share.value * 3 * _by_chance(fine, coarse, blank)
        ):
            code = SORTED
        else:
            continue
        for column, partner in ((one.fine, one.coarse), (one.coarse, one.fine)):
            found[code].setdefault(column, []).append(partner)
    rows = np.arange(cells.height)
    defects = [Defect(SHIFTED, _guilty(found[SHIFTED]), rows)] if found[SHIFTED] else []
    ordered = {c: partners for c, partners in found[SORTED].items() if _ordered(cells, c)}
    return defects or ([Defect(SORTED, _guilty(ordered), rows)] if ordered else [])


def _by_chance(fine: Ints, coarse: Ints, blank: NDArray[Any]) -> int:
    """Strays when the rows of one column are dealt anew (always in the same way)."""
    full = np.flatnonzero(~blank)
    dealt = np.random.default_rng(len(full)).permutation(full)
    return _strays(fine[full], coarse[dealt], np.zeros(len(full), bool))[0]


def _guilty(partners: dict[int, list[int]]) -> tuple[int, ...]:
    """The column with the most partners that it does not go with; several where that can't be told."""
    most = max(len(p) for p in partners.values())
    return tuple(sorted(c for c, p in partners.items() if len(p) == most))


def _ordered(cells: Cells, column: int) -> bool:
    texts = cells.texts.gather(cells.codes[:, column])
    texts = texts.filter(cells.kind[cells.codes[:, column]] != BLANK)
    return texts.len() >= LEAST and bool(texts.is_sorted() or texts.is_sorted(descending=True))


def _swapped_levels(cells: Cells, levels: list[Level]) -> list[Defect]:
    """Parents stand under their children's header: the upper column has more values and each goes with one below."""
    found = []
    for above, below in combinations(levels, 2):
        pairs = [*product(above.codes, below.codes), (above.name, below.name)]
        for up, down in pairs:
            if up is None or down is None:
                continue
            upper, lower = cells.codes[:, up], cells.codes[:, down]
            blank = (cells.kind[upper] == BLANK) | (cells.kind[lower] == BLANK)
            many, few = len(np.unique(upper[~blank])), len(np.unique(lower[~blank]))
            wrong, looked = _strays(upper, lower, blank)
            other, others = _strays(lower, upper, blank)
            told = others >= LEAST and (looked >= LEAST or many > 3 * few)
            if told and many > 1.5 * few and wrong <= 0.02 * looked and other > 0.3 * others:
                found.append(Defect(SWAPPED, (up, down), np.flatnonzero(~blank)))
    return found[:1]


def _codes_as_names(cells: Cells, levels: list[Level], kinds: NDArray[Any], bounds: Bounds) -> list[Defect]:
    """Names stand under the header of codes and the other way round."""
    found, most = [], bounds.swapped_share.value
    filled = kinds.sum(1) - kinds[:, BLANK]
    for level in levels:
        for code in level.codes if level.name is not None else ():
            name = level.name
            assert name is not None
            if min(filled[code], filled[name]) < LEAST:
                continue
            coded = (kinds[name, CODE] + kinds[name, WHOLE]) >= most * filled[name]
            coded |= _short(cells, name, bounds) >= most and _short(cells, code, bounds) <= 1 - most
            if coded and kinds[code, WORDS] >= most * filled[code]:
                found.append(Defect(SWAPPED, (code, name), np.arange(cells.height)))
    return found


def _short(cells: Cells, column: int, bounds: Bounds) -> float:
    """Share of filled cells that are as short as a code of letters."""
    codes = cells.codes[:, column]
    lengths = cells.length[codes[cells.kind[codes] != BLANK]]
    return float((lengths <= bounds.code_length.value).mean())


def _swapped_kinds(frame: TextFrame, kinds: NDArray[Any], bounds: Bounds) -> list[Defect]:
    """Numbers or dates under the header of another kind, and what belongs there under theirs."""
    expected = {c.index: k for c in frame.match.columns if c.option is None and (k := _kinds_of(c))}
    filled = kinds.sum(1) - kinds[:, BLANK]
    share = {
        j: {k: kinds[j, list(k)].sum() / max(1, filled[j]) for k in set(expected.values())} for j in range(len(kinds))
    }
    few, most = 1 - bounds.swapped_share.value, bounds.swapped_share.value
    found = []
    for c in frame.match.columns:
        wanted = expected.get(c.index)
        if wanted is None or filled[c.index] < LEAST or share[c.index][wanted] > few:
            continue
        takers = [
            other.index for other in frame.match.columns
            if expected.get(other.index) != wanted and filled[other.index] >= LEAST and share[other.index][wanted] >= most
            and other.column.type != "code"
            and (expected.get(other.index) is None or share[c.index][expected[other.index]] >= most)
        ]  # fmt: skip
        if len(takers) == 1:
            found.append(Defect(SWAPPED, (c.index, takers[0]), np.arange(int(kinds[c.index].sum()))))
    return [d for n, d in enumerate(found) if set(d.columns) not in [set(x.columns) for x in found[:n]]]


def _kinds_of(column: MappedColumn) -> tuple[int, ...] | None:
    if column.column.type in ("count", "number", "share"):
        return (WHOLE, DECIMAL)
    return (DATE,) if column.column.type in ("date", "datetime") else None


def _swapped_answers(frame: TextFrame, cells: Cells, book: Codebook, bounds: Bounds) -> list[Defect]:
    """Answers of one question under the header of another, and the other way round."""
    asked = [c for c in frame.match.columns if c.column.type == "choice" and c.column.options and c.option is None]
    own = {c.index: _options(book, c) for c in asked}
    found, texts = [], {}
    for c in asked:
        full = cells.codes[cells.kind[cells.codes[:, c.index]] != BLANK, c.index]
        values, counts = np.unique(full, return_counts=True)
        texts[c.index] = {fold(str(cells.texts[int(v)])): int(n) for v, n in zip(values, counts, strict=True)}
    strange = [
        i for i in own if sum(texts[i].values()) >= LEAST and _share(texts[i], own[i]) <= 1 - bounds.swapped_share.value
    ]
    for a, b in combinations(strange, 2):
        if min(_share(texts[a], own[b]), _share(texts[b], own[a])) >= bounds.swapped_share.value:
            found.append(Defect(SWAPPED, (a, b), np.arange(cells.height)))
    return found


def _options(book: Codebook, column: MappedColumn) -> set[str]:
    listed = book.code_lists.get(column.column.options or "", [])
    return {fold(text) for option in listed for text in (option.code, *option.labels)}


def _share(texts: dict[str, int], options: set[str]) -> float:
    return sum(n for text, n in texts.items() if text in options) / max(1, sum(texts.values()))
