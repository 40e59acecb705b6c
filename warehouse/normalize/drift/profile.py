"""What each delivered column holds, learned from the majority of its rows, and which cells are alien to it.

Profiles and alien cells belong here; what a row with alien cells is does not (`foreign.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from warehouse.normalize.drift.cells import BLANK, CODE, DECIMAL, KINDS, WHOLE, WORDS, Cells, Flags, Floats, Ints
from warehouse.normalize.drift.settings import Bounds

ALIEN_CHANCE = 0.001  # of a filled cell that no cell of the column is like
BLANK_CHANCE = 0.02  # of a blank cell in a column that is always filled: anybody may skip a cell


@dataclass(frozen=True)
class Profile:
    """Shares by column. A column is strict about kinds, patterns or values where nearly all its cells agree."""

    kinds: Floats  # width × KINDS, share among the filled cells; of BLANK: among all; decimals count as whole numbers
    shapes: Floats  # width × patterns, share among the filled cells
    values: Floats  # width × common texts, share among the filled cells; zero where the column has many values
    main_kind: Ints
    kind_share: Floats  # of the main kind; below zero where the column has too few cells to be strict
    shape_share: Floats  # of the patterns that a column of codes has; below zero where it has no codes, or too few
    kind_strict: Flags
    shape_strict: Flags
    value_strict: Flags
    displaced: dict[float, Flags] = field(default_factory=dict)  # by share: kept, for it is asked for many times

    @property
    def blank(self) -> Floats:
        """Share of blank cells."""
        return self.kinds[:, BLANK]


def stricter(profile: Profile, strict: float) -> Profile:
    """The same habits, kept by columns in which at least this share of the cells agrees."""
    return replace(profile, kind_strict=profile.kind_share >= strict, shape_strict=profile.shape_share >= strict)


def learn(cells: Cells, rows: Flags, counted: Flags, bounds: Bounds) -> Profile:
    """The profile of every column over the rows that are trusted, strict about nothing but values (`stricter`).

    `counted`: columns of counts, free in their values.
    """
    width, shapes, values = cells.width, int(cells.shape.max(initial=0)) + 1, int(cells.common.max(initial=0)) + 1
    found = Profile(
        np.zeros((width, KINDS)), np.zeros((width, shapes)), np.zeros((width, values)), np.zeros(width, np.int32),
        np.full(width, -1.0), np.full(width, -1.0), np.zeros(width, bool), np.zeros(width, bool), np.zeros(width, bool),
    )  # fmt: skip
    for j in range(width):
        _learn_column(cells, cells.codes[rows, j], j, bool(counted[j]), found, bounds)
    return found


def _learn_column(cells: Cells, codes: Ints, j: int, counted: bool, found: Profile, bounds: Bounds) -> None:
    kinds = np.bincount(cells.kind[codes], minlength=KINDS).astype(float)
    filled = len(codes) - kinds[BLANK]
    kinds[WHOLE] += kinds[DECIMAL]
    kinds[DECIMAL] = 0
    found.kinds[j] = kinds / max(1, filled)
    found.kinds[j, BLANK] = kinds[BLANK] / max(1, len(codes))
    found.main_kind[j] = main = int(found.kinds[j, 1:].argmax()) + 1
    if filled < bounds.least_cells.value:
        return
    full = codes[cells.kind[codes] != BLANK]
    found.kind_share[j] = found.kinds[j, main]
    _learn_shapes(cells, full, j, main, found, bounds)
    common = np.bincount(cells.common[full], minlength=found.values.shape[1])
    rare = common[0] + common[(common > 0) & (common < 2)].sum()
    few = np.count_nonzero(common) <= min(bounds.most_values.value, filled / bounds.rows_per_value.value)
    found.value_strict[j] = few and not counted and rare <= max(1, bounds.single_share.value * filled)
    found.values[j] = common / filled if found.value_strict[j] else 0
    found.values[j, 0] = 0


def _learn_shapes(cells: Cells, full: Ints, j: int, main: int, found: Profile, bounds: Bounds) -> None:
    """Codes have few patterns; words count as codes where nearly all have one pattern and several values (AD, BO, YO)."""
    shapes = np.bincount(cells.shape[full], minlength=found.shapes.shape[1]) / len(full)
    found.shapes[j] = shapes
    shapes = shapes[1:] if len(shapes) > 1 else np.zeros(1)
    if main == CODE:
        found.shape_share[j] = np.sort(shapes)[::-1][: int(bounds.most_shapes.value)].sum()
    elif main == WORDS:
        short = np.mean(cells.length[full] <= bounds.code_length.value)
        several = np.count_nonzero(np.bincount(full, minlength=1)) > 2
        found.shape_share[j] = min(short, shapes.max()) if several else -1


def alien(cells: Cells, profile: Profile, codes: Ints, share: float) -> Flags:
    """Filled cells of another kind or pattern than their column's, or with a value that is at home in another column."""
    kinds = cells.kind[codes]
    full = kinds != BLANK
    columns = np.arange(cells.width)[None, :]
    wrong = misfit(cells, profile, codes, share)
    found: Flags = wrong | (full & profile.value_strict & _displaced(profile, share)[columns, cells.common[codes]])
    return found


def misfit(cells: Cells, profile: Profile, codes: Ints, share: float) -> Flags:
    """Filled cells of another kind or pattern than their column's; `share` is what a column's habit is at least."""
    kinds = cells.kind[codes]
    full = kinds != BLANK
    columns = np.arange(cells.width)[None, :]
    as_number = np.where(kinds == DECIMAL, WHOLE, kinds)
    wrong = profile.kind_strict & (profile.kinds[columns, as_number] < share)
    wrong |= profile.shape_strict & (profile.shapes[columns, cells.shape[codes]] < share)
    beyond = (profile.blank > 0.5) & (np.array(cells.labels) == "")  # the header ends before this column
    found: Flags = full & (wrong | beyond)
    return found


def different(wrong: Flags, codes: Ints) -> Ints:
    """By row: how many different texts stand in the cells that are wrong. Most rows have none."""
    rows = np.flatnonzero(wrong.any(1))
    texts = np.where(wrong[rows], codes[rows], -1)
    texts.sort(axis=1)
    found: Ints = np.zeros(len(codes), np.int32)
    found[rows] = ((texts[:, 1:] != texts[:, :-1]) & (texts[:, 1:] >= 0)).sum(1) + (texts[:, :1] >= 0).sum(1)
    return found


def fit(cells: Cells, profile: Profile, codes: Ints) -> Floats:
    """How well each cell fits its column: the logarithm of its probability. `codes`: rows × columns."""
    kinds = cells.kind[codes]
    columns = np.arange(cells.width)[None, :]
    as_number = np.where(kinds == DECIMAL, WHOLE, kinds)
    chance = profile.kinds[columns, as_number] * (1 - profile.blank)
    chance = chance * np.where(profile.shape_strict, profile.shapes[columns, cells.shape[codes]], 1)
    chance = chance * np.where(profile.value_strict, profile.values[columns, cells.common[codes]], 1)
    chance = np.where(kinds == BLANK, profile.blank, chance)
    answer: Floats = np.log(chance + np.where(kinds == BLANK, BLANK_CHANCE, ALIEN_CHANCE))
    return answer


def _displaced(profile: Profile, share: float) -> Flags:
    """By column and common text: the text is no habit of the column, and it is one of a column with other values only."""
    if share in profile.displaced:
        return profile.displaced[share]
    found = profile.displaced[share] = np.zeros(profile.values.shape, bool)
    columns = np.flatnonzero(profile.value_strict)
    texts = np.flatnonzero((profile.values[columns] >= share).any(0))
    values = profile.values[np.ix_(columns, texts)]
    home = values >= share
    apart = ~_related(values >= share / 4)
    elsewhere = (apart.astype(np.float32) @ home.astype(np.float32)) > 0
    found[np.ix_(columns, texts)] = ~home & elsewhere
    return found


def _related(home: Flags) -> Flags:
    """By column and column: they share a value, or both do with a third (Yes alone, Yes and No, No alone)."""
    related = (home.astype(np.float32) @ home.T.astype(np.float32)) > 0
    for _ in range(3):
        related = (related.astype(np.float32) @ related.astype(np.float32)) > 0
    return related
