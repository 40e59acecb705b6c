"""What goes along with the withheld numbers of one survey round until no chain of sums gives any of them away.

How withheld estimates and the numbers behind them hang together belongs here; the first rules are in `withhold.py`, sums in
`sums.py`, and the attack that has to fail is that of `warehouse/disclosure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from warehouse.disclosure.system import Bools, Floats, Ints
from warehouse.survey.facts import CELL, Facts

DOMAIN_COST = 50.0  # of each row of a domain that is withheld whole, beside the people in it
NATIONAL_COST = 10_000.0  # of a figure of the whole sample
UNKNOWN = "unknown"
LEAST = 10.0  # people that every withheld number stays uncertain by
ROUNDS = 5


@dataclass
class Withheld:
    """What is withheld of a round: rows of its estimates, rows whose domain is withheld whole, rows of oblast × sex."""

    rows: Bools
    domains: Bools
    cells: Bools


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


def prove(facts: Facts, estimates: pl.DataFrame, cells: pl.DataFrame, found: Withheld) -> Withheld:
    """`found` and what has to go with it; nothing is worked out where nothing is withheld.

    Figures of the whole sample, and whole domains, go only where nothing else helps. What can't be helped is left to the gate.
    """
    if not (found.rows.any() or found.cells.any()):
        return found
    from warehouse.disclosure.protect import protection

    behind, values = Behind.of(facts, estimates, cells), facts.values()
    prices = _prices(facts, values)
    hidden = close(behind, found, len(values))
    for may_hide in (prices.small, prices.any):
        for _ in range(ROUNDS):
            done = protection(
                facts.system(~hidden, true=True), hidden & prices.kept, needed=np.full(len(values), LEAST), cost=prices.cost,
                may_hide=may_hide & ~hidden,
            )  # fmt: skip
            _hide(behind, found, done.hidden)
            closed = close(behind, found, len(values))
            done_all = bool((closed == (hidden | done.hidden)).all())
            hidden = closed
            if done_all:
                break
        if not len(done.exposed):
            return found
    return found


def _hide(behind: Behind, found: Withheld, more: Bools) -> None:
    told = np.append(more, False)
    found.rows |= told[behind.answer] | told[behind.others]
    found.domains |= told[behind.n] | told[behind.asked]
    found.cells |= told[behind.weight]


@dataclass(frozen=True)
class Prices:
    """Of each number: what hiding it costs, whether it may be hidden (`small`: first of all), and whether it must stay wide."""

    cost: Floats
    small: Bools
    any: Bools
    kept: Bools


def _prices(facts: Facts, values: Floats) -> Prices:
    what = facts.cells["what"].to_numpy()
    national = (facts.cells["domain_type"] == "national").to_numpy()
    placed = (facts.cells["domain"] != UNKNOWN).to_numpy() & (facts.cells["option_code"] != UNKNOWN).to_numpy()
    told = (what == "answer") | ((what == "weight") & placed)
    whole = np.isin(what, ["n", "asked"])
    cost = np.where(told, 5.0, np.where(whole, DOMAIN_COST, 0.0)) + np.where(national & told, NATIONAL_COST, 0.0)
    price = np.bincount(facts.numbers, weights=cost, minlength=len(values)) + values
    never = _any(facts.numbers, (whole & national) | (what == "missing"), len(values))
    kept = _any(facts.numbers, told | (what == "others") | (what == "n"), len(values))
    small = kept & ~_any(facts.numbers, national | facts.of_everybody(), len(values))
    return Prices(price, small, kept & ~never, kept)


def _any(numbers: Ints, marked: Any, count: int) -> Bools:
    return np.asarray(np.bincount(numbers[marked], minlength=count) > 0)
