"""The delivered table as a text frame: one row per delivered row, one text column per mapped column.

Shaping cells into a frame belongs here; converting or judging values does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch, header_labels
from warehouse.corrections.overrides import overridden


@dataclass(frozen=True)
class TextFrame:
    """`data` has `row_number`, and `c<index>` for every mapped column that is not an identifier."""

    match: SheetMatch
    data: pl.DataFrame
    blank_rows: int

    def name(self, column: MappedColumn) -> str:
        """The frame's column of a mapped column."""
        return f"c{column.index}"

    def of(self, field: str) -> str | None:
        """The frame's column of a field, or None where the delivery lacks it (or it is an identifier)."""
        found = self.match.find(field)
        return None if found is None or found.column.column_class == "identifier" else self.name(found)

    def label(self, name: str) -> str:
        """The delivered label of a frame's column."""
        return next((c.label.strip() for c in self.match.columns if self.name(c) == name), "")

    def cells(self, row_numbers: list[int]) -> dict[int, str]:
        """Whole rows as JSON objects label to text, for rejected rows."""
        labels = header_labels(self.match.sheet, self.match.raw, self.match.header_index)
        rows = self.match.raw.frame()[[n - 1 for n in row_numbers]].iter_rows() if row_numbers else iter(())
        return {
            n: json.dumps(_named(labels, row), ensure_ascii=False) for n, row in zip(row_numbers, rows, strict=True)
        }


def _named(labels: list[str], texts: tuple[str, ...]) -> dict[str, str]:
    return {
        label or f"column {i + 1}": text for i, (label, text) in enumerate(zip(labels, texts, strict=False)) if text
    }


def text_frame(match: SheetMatch) -> TextFrame:
    """The frame of a matched sheet. Rows without any content are left out and counted."""
    kept = [c.index for c in match.columns if c.column.column_class != "identifier"]
    body = match.raw.frame().with_row_index("row_number", offset=1)[match.first_row :]
    filled = body.filter(pl.any_horizontal(pl.exclude("row_number") != "")) if match.raw.width else body
    names = list(dict.fromkeys(f"c{index}" for index in kept))
    data = filled.select(pl.col("row_number").cast(pl.Int64), *names)
    return TextFrame(match, overridden(data, match.overrides), len(body) - len(filled))
