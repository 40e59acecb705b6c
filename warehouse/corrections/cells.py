"""Each correction of a ledger held against the delivery: the guard.

Comparing expected with delivered texts belongs here; what follows from it (cells, findings) is in `ledger.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook
from warehouse.corrections.locate import find_column, find_rows
from warehouse.corrections.model import Correct
from warehouse.normalize.frame import TextFrame
from warehouse.settings import Home

State = Literal["applied", "stale", "obsolete", "row_not_found", "column_not_found", "identifier", "conflict"]


@dataclass(frozen=True)
class Held:
    """A correction beside its delivery. `delivered`: row number to text, empty where the cell was not found."""

    entry: Correct
    state: State
    sheet: str
    row_numbers: tuple[int, ...] = ()
    column: MappedColumn | None = None
    delivered: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The delivered label of the column; what the entry calls it where it was not found."""
        return self.column.label.strip() if self.column else self.entry.column


def hold(entry: Correct, frames: list[TextFrame], book: Codebook, delivery_id: str, home: Home) -> Held:
    """What becomes of a correction in this delivery. `frames` hold texts as delivered, the main sheet first."""
    frame, rows = find_rows(entry.row, frames, book, delivery_id, home)
    sheet = frame.match.raw.name
    if not rows:
        return Held(entry, "row_not_found", sheet)
    columns = find_column(entry.column, frame.match)
    if any(_protected(c, book) for c in columns):
        return Held(entry, "identifier", sheet, tuple(rows), columns[0])
    if len(columns) != 1:
        return Held(entry, "column_not_found", sheet, tuple(rows))
    name = frame.name(columns[0])
    texts = dict(frame.data.filter(pl.col("row_number").is_in(rows)).select("row_number", name).iter_rows())
    delivered = tuple(texts[n] for n in rows)
    return Held(entry, _state(entry, delivered), sheet, tuple(rows), columns[0], delivered)


def _protected(column: MappedColumn, book: Codebook) -> bool:
    """Identifiers, what rows are told apart by, and the round's own number: these are never corrected here."""
    named = {book.unique, "uuid", *(rule.field for rule in book.round_number)}
    return column.column.column_class == "identifier" or column.column.field in named


def _state(entry: Correct, delivered: tuple[str, ...]) -> State:
    texts = {text.strip() for text in delivered}
    if texts == {entry.expect.strip()}:
        return "applied"
    return "obsolete" if texts == {entry.value.strip()} else "stale"


def without_conflicts(held: list[Held]) -> list[Held]:
    """Two corrections of one cell: none is applied, unless they say the same."""
    wanted: dict[tuple[str, int, int], set[str]] = {}
    for h in held:
        for cell in _cells(h):
            wanted.setdefault(cell, set()).add(h.entry.value.strip())
    return [replace(h, state="conflict") if any(len(wanted[c]) > 1 for c in _cells(h)) else h for h in held]


def _cells(held: Held) -> list[tuple[str, int, int]]:
    column = held.column
    return [(held.sheet, n, column.index) for n in held.row_numbers] if column and held.state != "identifier" else []


def counted(held: list[Held]) -> dict[str, int]:
    """How many corrections are in which state."""
    return dict(Counter(h.state for h in held))
