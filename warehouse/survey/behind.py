"""Which numbers stand behind the rows that a survey round publishes, and what is withheld together because it tells one number.

Rows and the numbers behind them belong here; which numbers go along is told in `proof.py` and `width.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from warehouse.disclosure.system import Bools, Ints
from warehouse.survey.facts import CELL, Facts


@dataclass
class Withheld:
    """What is withheld of a round: rows of its estimates, rows whose domain is withheld whole, rows of oblast × sex.

    `left_out`: rows that are withheld and stand in no mart: no figures of their question are published by their kind of domain.
    """

    rows: Bools
    domains: Bools
    cells: Bools
    left_out: Bools


@dataclass(frozen=True)
class Behind:
    """The numbers behind the rows of the estimates and of oblast × sex; -1 where a row has none."""

    answer: Ints
    others: Ints
    n: Ints
    asked: Ints
    missing: Ints
    weight: Ints
    group: Ints  # which (indicator, domain) a row belongs to

    @classmethod
    def of(cls, facts: Facts, estimates: pl.DataFrame, cells: pl.DataFrame) -> Behind:
        """The numbers, row by row."""
        at = {key: int(facts.numbers[n]) for n, key in enumerate(facts.cells.select(CELL).iter_rows())}
        keys = estimates.select("kind", "indicator_code", "option_code", "domain_type", "domain").rows()

        def numbers(what: str, *, whole: bool) -> Ints:
            options = [(o if not whole or kind == "multiple" else "") for kind, _, o, _, _ in keys]
            found = [at.get((what, i, o, t, d), -1) for (_, i, _, t, d), o in zip(keys, options, strict=True)]
            return np.array(found, dtype=np.int64)

        weights = [at[("weight", "", sex, "oblast", oblast)] for oblast, sex in cells.select("oblast", "sex").rows()]
        groups: dict[tuple[str, str, str], int] = {}
        group = [groups.setdefault((i, t, d), len(groups)) for _, i, _, t, d in keys]
        return cls(
            numbers("answer", whole=False), numbers("others", whole=False), numbers("n", whole=True),
            numbers("asked", whole=True), numbers("missing", whole=True), np.array(weights, dtype=np.int64),
            np.array(group, dtype=np.int64),
        )  # fmt: skip


def close(behind: Behind, found: Withheld, count: int) -> Bools:
    """Withhold a number everywhere it is told, and all of a domain with its n; returns which numbers are hidden."""
    hidden = np.zeros(count + 1, dtype=np.bool_)  # the last one stands for -1: no number
    while True:
        before = int(hidden.sum()) + int(found.rows.sum()) + int(found.domains.sum())
        for numbers, withheld in (
            (behind.answer, found.rows), (behind.others, found.rows), (behind.n, found.domains),
            (behind.asked, found.domains), (behind.missing, found.domains), (behind.weight, found.cells),
        ):  # fmt: skip
            hidden[numbers[withheld]] = True
        hidden[-1] = False
        whole = np.zeros(behind.group.max(initial=-1) + 1, dtype=np.bool_)
        whole[behind.group[found.domains | hidden[behind.n] | hidden[behind.asked]]] = True
        found.domains |= whole[behind.group]
        found.rows |= found.domains | hidden[behind.answer] | hidden[behind.others]
        found.cells |= hidden[behind.weight]
        if before == int(hidden.sum()) + int(found.rows.sum()) + int(found.domains.sum()):
            return np.asarray(hidden[:-1])
