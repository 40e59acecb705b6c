"""What goes along with the withheld numbers of one survey round until no chain of sums gives any of them away.

How withheld estimates and the numbers behind them hang together belongs here; the first rules are in `withhold.py`, sums in
`sums.py`, and the attack that has to fail is that of `warehouse/disclosure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from warehouse.disclosure.protect import Effort
from warehouse.disclosure.system import Bools, Floats, Ints
from warehouse.survey.behind import Behind, Withheld, close
from warehouse.survey.facts import Facts
from warehouse.survey.width import LEAST, Width

DOMAIN_COST = 50.0  # of each row of a domain that is withheld whole, beside the people in it
NATIONAL_COST = 10_000.0  # of a figure of the whole sample
UNKNOWN = "unknown"
ROUNDS = 5
# Changes that are looked for in one round: a round of 1,650 respondents needs 30, one of 600 some 200. Of a few dozen interviews
# nearly every number is small, and there it took half an hour to find that nearly all of it had to go.
EFFORT = 2000


def prove(facts: Facts, estimates: pl.DataFrame, cells: pl.DataFrame, found: Withheld) -> Withheld:
    """`found` and what has to go with it; nothing is worked out where nothing is withheld.

    First every number is kept from others that are as small; then large ones get as wide as they are large (`width.py`). Figures of the
    whole sample, and whole domains, go only where nothing else helps. What can't be helped is left to the gate.
    """
    if not (found.rows.any() or found.cells.any()):
        return found
    behind, values = Behind.of(facts, estimates, cells), facts.values()
    prices, effort = _prices(facts, values), Effort(EFFORT)
    for may_hide in (prices.small, prices.any):
        if not len(_protect(facts, behind, found, prices, np.full(len(values), LEAST), may_hide, effort)):
            break
    width = Width.of(facts, behind, found, estimates, prices.kept)
    narrow = width.widen()
    for may_hide in (prices.small, prices.any):
        if not len(narrow):
            break
        needed = np.full(len(values), LEAST)
        needed[narrow] = width.needed()[narrow]
        _protect(facts, behind, found, prices, needed, may_hide, effort)
        narrow = width.widen()
    return found


def _protect(
    facts: Facts, behind: Behind, found: Withheld, prices: Prices, needed: Floats, may_hide: Bools, effort: Effort
) -> Ints:
    """Let the cheapest numbers go along; returns those that could not be helped."""
    from warehouse.disclosure.protect import protection

    hidden = close(behind, found, len(needed))
    for _ in range(ROUNDS):
        done = protection(
            facts.system(~hidden, true=True), hidden & prices.kept, needed=needed, cost=prices.cost, may_hide=may_hide & ~hidden,
            effort=effort,
        )  # fmt: skip
        _hide(behind, found, done.hidden)
        closed = close(behind, found, len(needed))
        if (closed == (hidden | done.hidden)).all():
            break
        hidden = closed
    return done.exposed


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
