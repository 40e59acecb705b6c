"""What goes along so that withheld numbers of a survey round stay uncertain by their size, not only by ten people.

How wide a withheld number must stay, and what helps a large one, belongs here: all answers of its domain, then those of all domains of
its kind, then no figures of the question by that kind at all. What keeps small numbers from each other is told in `proof.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from warehouse.disclosure.system import Bools, Floats, Ints, needed_width
from warehouse.survey.behind import Behind, Withheld, close
from warehouse.survey.facts import Facts

LEAST = 10.0  # people that every withheld number stays uncertain by …
SHARE = 0.25  # … and of the true number: then it is 20 % of any number in the interval, also of its upper end
STEPS = 20
SMALL = 1e-6


@dataclass
class Width:
    """How wide the withheld numbers of a round are: what is needed, and what was found to hold. `kept`: numbers that count."""

    facts: Facts
    behind: Behind
    found: Withheld
    kept: Bools
    kinds: Ints  # which (indicator, kind of domain) a row belongs to
    parts: Bools  # rows of a part of the sample: figures of the whole sample never go here
    values: Floats
    held: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is proven yet."""
        self.held = np.zeros(len(self.values))

    @classmethod
    def of(cls, facts: Facts, behind: Behind, found: Withheld, estimates: pl.DataFrame, kept: Bools) -> Width:
        """`estimates`: the rows that `behind` and `found` tell of."""
        kinds = estimates.select(pl.struct("indicator_code", "domain_type").rank("dense").cast(pl.Int64) - 1)
        parts = (estimates["domain_type"] != "national").to_numpy()
        return cls(facts, behind, found, kept, kinds.to_series().to_numpy(), parts, facts.values())

    def needed(self) -> Floats:
        """Of each number: by its size where a row that is there withholds it, else the least (rows left out tell no one of it)."""
        found, behind = self.found, self.behind
        told = np.zeros(len(self.values) + 1, dtype=np.bool_)
        there = ~found.left_out
        told[behind.answer[found.rows & there]] = True
        told[behind.n[found.domains & there]] = True
        told[behind.weight[found.cells]] = True
        return np.where(told[:-1], needed_width(self.values, LEAST, SHARE), LEAST)

    def narrow(self) -> Ints:
        """Numbers that an attacker finds too narrowly. What was wide once stays so: more is withheld from step to step."""
        from warehouse.disclosure.attack import attack

        hidden, needed = close(self.behind, self.found, len(self.values)), self.needed()
        open_ = np.flatnonzero(hidden & self.kept & (needed > self.held))
        if not len(open_):
            return open_
        bounds = attack(self.facts.system(~hidden, true=True), open_, needed=needed[open_])
        wide = bounds.width >= needed[open_] - SMALL
        self.held[open_[wide]] = needed[open_[wide]]
        return open_[~wide]

    def widen(self) -> Ints:
        """Let more go along until every number is wide enough; returns those that nothing helps but figures of the whole sample."""
        for _ in range(STEPS):
            narrow = self.narrow()
            if not len(narrow) or not self._more(narrow):
                return narrow
        return self.narrow()

    def _more(self, narrow: Ints) -> bool:
        """The next step for each of the numbers; False when there is none."""
        found, told = self.found, np.zeros(len(self.values) + 1, dtype=np.bool_)
        told[narrow] = True
        whole = found.domains & told[self.behind.n]
        rows = (found.rows & told[self.behind.answer]) | whole
        rows &= self.parts & ~found.left_out
        before = self._count()
        for lines in (self.behind.group, self.kinds):
            closed = self._all(lines, found.rows) & (self._all(lines, found.domains) | ~whole)
            found.rows |= self._any(lines, rows & ~closed)
            found.domains |= self._any(lines, whole & rows & ~closed)
            rows &= closed
        found.left_out |= self._any(self.kinds, rows)
        found.rows |= found.left_out
        return self._count() > before

    def _count(self) -> int:
        return int(self.found.rows.sum() + self.found.domains.sum() + self.found.left_out.sum())

    def _any(self, lines: Ints, marked: Bools) -> Bools:
        """The rows of each line of which one is marked."""
        return np.asarray(np.bincount(lines[marked], minlength=lines.max(initial=-1) + 1)[lines] > 0)

    def _all(self, lines: Ints, marked: Bools) -> Bools:
        """The rows of each line of which all are marked."""
        return ~self._any(lines, ~marked)
