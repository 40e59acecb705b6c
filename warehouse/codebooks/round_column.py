"""What the rows of a delivery say about their round: a number in a column.

Reading such cells and finding the number that nearly all rows agree on belongs here; choosing the round of a delivery is in
`recognise.py`, rows of another round are rejected in `normalize/rounds.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from warehouse.codebooks.folding import fold
from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.model import Codebook, RoundNumber
from warehouse.codebooks.parts import left_by_keep

CLEAR = 0.95  # share of the rows that tell a round: below it nobody can say which rows are the strangers
NAMED = 5  # rows that are named in a message
_SEVERAL = re.compile(r"\s*[-−–]?\d+\s*[-–/]\s*\d+.*|\s*[-−–]\s*\d+.*")  # "3-4", a date, a negative number
_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?")


def told_round(text: str, pattern: str | None) -> int | None:
    """The round that a cell tells; None where it tells none, or not certainly."""
    folded = fold(text)
    if pattern:
        m = re.search(pattern, folded)
        return int(m.group(1)) if m else None
    m = _NUMBER.search(folded)
    if m is None or _SEVERAL.fullmatch(folded) or (m[2] or "").strip("0"):
        return None
    return int(m[1])


@dataclass(frozen=True)
class ToldRounds:
    """The numbers of a column, each with the rows that tell it (as a spreadsheet numbers them)."""

    column: MappedColumn
    rows: dict[int, list[int]]
    several: bool = False  # the file holds several rounds, by its codebook: none of them is the stranger

    @property
    def clear(self) -> int | None:
        """The one number, or the one that nearly all rows tell; else None."""
        if not self.rows or (self.several and len(self.rows) > 1):
            return None
        number, most = Counter({n: len(rows) for n, rows in self.rows.items()}).most_common(1)[0]
        return number if most >= CLEAR * sum(map(len, self.rows.values())) else None

    def said(self) -> list[tuple[int, str]]:
        """Number and reason: the clear one, or every one with rows that tell it."""
        label, clear = self.column.label.strip(), self.clear
        if clear is not None:
            others = sum(len(rows) for n, rows in self.rows.items() if n != clear)
            more = f" (but for {others} rows of other rounds, which are rejected)" if others else ""
            return [(clear, f"column {label!r} says so{more}")]
        if self.several:
            return [(n, f"column {label!r} says so") for n in sorted(self.rows)]
        return [(n, f"column {label!r} says so in {_named(rows)}") for n, rows in sorted(self.rows.items())]


def told_rounds(rule: RoundNumber, main: SheetMatch, book: Codebook) -> ToldRounds | None:
    """What the rows of a main sheet tell. Header rows that stand again inside the data and rows of totals tell nothing."""
    column = main.find(rule.field or "")
    if column is None:
        return None
    missing = {fold(word) for word in [*book.missing, *column.column.missing]}
    cells = main.raw.column(column.index)[main.first_row :]
    cells = cells.zip_with(left_by_keep(main, book), cells.clear(len(cells)))
    read = {t: told_round(t, rule.pattern) for t in cells.drop_nulls().unique().to_list() if fold(t) not in missing}
    rows: dict[int, list[int]] = {}
    for number, text in enumerate(cells.to_list(), main.first_row + 1):
        if text is not None and (told := read.get(text)) is not None:
            rows.setdefault(told, []).append(number)
    return ToldRounds(column, rows, rule.select)


def _named(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:NAMED]))
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}{more}"
