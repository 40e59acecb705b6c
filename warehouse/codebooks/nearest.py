"""The codebook that comes nearest to an unknown layout, and what it lacks: the words of the refusal.

Looking and describing belong here; nothing is recognised by likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.codebooks.folding import fold_label, matches_any
from warehouse.codebooks.labels import folded_text
from warehouse.codebooks.lookalike import LookAlikes
from warehouse.codebooks.match import header_labels
from warehouse.codebooks.model import Codebook, Column, Sheet
from warehouse.codebooks.similar import best
from warehouse.deliveries.readers.sheet import RawSheet

ROWS, COLUMNS = 20, 400  # of a sheet, as far as is looked


@dataclass(frozen=True)
class Near:
    """How far one codebook's sheet fits one delivered sheet at one header row."""

    book: Codebook
    sheet: Sheet
    raw: RawSheet
    row: int  # 0-based
    labels: list[str]
    known: int  # columns that carry a label of the codebook
    lacking: list[Column]  # required fields without a column

    @property
    def rank(self) -> tuple[float, int]:
        """The more required fields and the more columns, the nearer."""
        required = sum(c.required for c in self.sheet.columns) or 1
        return 1 - len(self.lacking) / required, self.known


def nearest(sheets: list[RawSheet], books: list[Codebook]) -> Near | None:
    """The nearest of the codebooks; None where not one column is known to any."""
    found = [near for raw in sheets for book in books for near in _looks(raw, book)]
    return max(found, key=lambda near: near.rank, default=None)


def nearest_of(raw: RawSheet, book: Codebook, sheet: Sheet) -> Near | None:
    """How far a sheet of a codebook fits a delivered one that bears its name, wherever its header stands."""
    anywhere = sheet.model_copy(update={"header_row": "find", "role": "main"})
    return nearest([raw], [book.model_copy(update={"sheets": [anywhere]})])


def expected_of(near: Near) -> str:
    """What the nearest codebook expected of the file: the required fields that are missing, each with its best candidate."""
    where = f"sheet {near.raw.name!r}, row {near.row + 1}"
    head = f"nearest is codebook {near.book.codebook} ({near.known} of {len(near.labels)} columns known, {where})"
    if not near.lacking and near.sheet.role == "main" and matches_any(near.raw.name, near.sheet.patterns):
        return f"{head}: all required labels are there, in another row than the codebook says"
    if not near.lacking:
        names = ", ".join(near.sheet.patterns)
        return f"{head}: all required labels are there, but the sheet's name is none of {names}"
    return f"{head}; it lacks {'; '.join(_candidate(near, column) for column in near.lacking)}"


def _candidate(near: Near, column: Column) -> str:
    taken = {fold_label(label) for c in near.sheet.columns for label in c.labels}
    free = [label for label in near.labels if fold_label(label) not in taken]
    scored = [(found.score, label.strip()) for label in free if (found := best(label, [column]))]
    if not scored:
        return f"{column.field} (no column is like it)"
    points, label = max(scored)
    return f"{column.field} (looks like column {label!r}, score {points})"


def _looks(raw: RawSheet, book: Codebook) -> Iterator[Near]:
    for sheet in (s for s in book.sheets if s.role == "main"):
        labels_of = LookAlikes({fold_label(label): c.field for c in sheet.columns for label in c.labels})
        rows = range(min(ROWS, raw.height)) if sheet.header_row == "find" else [sheet.header_row - 1]
        for row in rows:
            if row >= raw.height:
                continue
            labels = [label for label in header_labels(sheet, raw, row)[:COLUMNS] if label.strip()]
            fields = {field for label in labels if (field := labels_of.get(fold_label(label)))}
            fields |= {
                c.field
                for c in sheet.columns
                if c.pattern and any(map(re.compile(c.pattern).fullmatch, map(folded_text, labels)))
            }
            lacking = [c for c in sheet.columns if c.required and c.field not in fields]
            if fields:
                yield Near(book, sheet, raw, row, labels, len(fields), lacking)
