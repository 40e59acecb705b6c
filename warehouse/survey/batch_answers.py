"""Answers of a chunk of options as sparse matrices: who chose what, who answered at all, and how many that are.

Turning codes into matrices belongs here; what is estimated from them does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from warehouse.errors import MtmError
from warehouse.survey.batch_design import Design, Floats, Ints, Sparse

SINGLE, MULTIPLE, NUMBER = 0, 1, 2
KINDS = {"single": SINGLE, "multiple": MULTIPLE, "number": NUMBER}


@dataclass(frozen=True)
class Options:
    """One entry per option: the code of its indicator, and its kind. A numeric indicator has one option."""

    indicator: Ints
    kind: Ints

    @property
    def asked_with(self) -> Ints:
        """Options with the same number are shares of the same people: a single choice, or each option for itself."""
        first, single = np.unique(self.indicator, return_inverse=True)
        key = np.where(self.kind == SINGLE, single.ravel(), len(first) + np.arange(len(self.kind)))
        return np.unique(key, return_inverse=True)[1].ravel()


@dataclass(frozen=True)
class Answers:
    """One entry per answer: unit, option, value (1 or 0 for an option of a multiple choice, the number, else 1)."""

    unit: Ints
    option: Ints
    value: Floats


def chosen(options: Options, answers: Answers, units: int, middle: Floats) -> Sparse:
    """Options × units: 1 or 0 whether it was chosen; of a number, how far it is from `middle` of its option."""
    value = answers.value.copy()
    number = np.flatnonzero((options.kind == NUMBER)[answers.option])
    value[number] -= middle[answers.option[number]]
    return _once(value, answers.option, answers.unit, (len(options.kind), units))


def answered(options: Options, answers: Answers, units: int) -> tuple[Sparse, Ints]:
    """Bases × units, 1 for who answered; and the base of each option. Options that the same people answered share one."""
    base = options.asked_with
    row = base[answers.option]
    told = _signature(row, answers.unit, units, int(base.max(initial=-1)) + 1)
    first, shared = np.unique(told, return_index=True, return_inverse=True)[1:]
    place = np.full(len(told), -1)
    place[first] = np.arange(len(first))
    kept = place[row] >= 0
    matrix = _once(np.ones(int(kept.sum())), place[row[kept]], answers.unit[kept], (len(first), units))
    return matrix, shared.ravel()[base]


def _signature(row: Ints, unit: Ints, units: int, rows: int) -> Any:
    """Sums of random whole numbers per row, exact in a double, and how many there are: equal where the same units stand in it."""
    ceiling = 2 ** (52 - max(units, 1).bit_length())
    drawn = np.random.default_rng(20).integers(1, ceiling, units).astype(float)
    return np.bincount(row, drawn[unit], rows) + 1j * np.bincount(row, minlength=rows)


def counts(design: Design, matrix: Sparse, sums: Floats) -> Ints:
    """Rows × domains: people, not weights. `sums` are the weighted sums of ones, which tell it where all weights are equal."""
    weight = design.even_weight
    people = sums / weight if weight else (_ones(matrix) @ design.units_by_domain).toarray()
    found: Ints = np.rint(people).astype(np.int64)
    return found


def _ones(matrix: Sparse) -> Sparse:
    return sparse.csr_matrix((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def _once(data: Floats, row: Ints, column: Ints, shape: tuple[int, int]) -> Sparse:
    matrix = sparse.csr_matrix((data, (row, column)), shape=shape)
    if matrix.nnz < len(data):
        raise MtmError(
            "a respondent has two answers to one question", where="the answers of the round",
            expected="one row per respondent × question, × option of a multiple choice",
            todo="look for duplicated respondents in the delivery", code="answered_twice",
        )  # fmt: skip
    return matrix
