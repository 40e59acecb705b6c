"""The delivered table as a text frame: one row per delivered row, one text column per mapped column.

Shaping cells into a frame belongs here; converting or judging values does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch, header_labels
from warehouse.corrections.overrides import overridden
from warehouse.normalize.dates import Order
from warehouse.normalize.numbers import Style


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

    def style(self, *names: str) -> Style | None:
        """What commas and dots part in columns, where this is a piece and the whole column tells it; else None."""
        piece = self.match.piece
        return piece.habits.style(*(int(n[1:]) for n in names)) if piece else None

    def order(self, *names: str) -> Order:
        """Likewise the place of the day in dates."""
        piece = self.match.piece
        return piece.habits.order(*(int(n[1:]) for n in names)) if piece else "column"

    def label(self, name: str) -> str:
        """The delivered label of a frame's column."""
        return next((c.label.strip() for c in self.match.columns if self.name(c) == name), "")

    def cells(self, row_numbers: list[int]) -> dict[int, str]:
        """Whole rows as JSON objects label to text, for rejected rows."""
        labels = header_labels(self.match.sheet, self.match.raw, self.match.header_index)
        wanted = [n - 1 - self.match.shift for n in row_numbers]
        rows = self.match.raw.frame()[wanted].iter_rows() if row_numbers else iter(())
        return {
            n: json.dumps(_named(labels, row), ensure_ascii=False) for n, row in zip(row_numbers, rows, strict=True)
        }


def _named(labels: list[str], texts: tuple[str, ...]) -> dict[str, str]:
    return {
        label or f"column {i + 1}": text for i, (label, text) in enumerate(zip(labels, texts, strict=False)) if text
    }


def text_frame(match: SheetMatch, only: set[str] | None = None) -> TextFrame:
    """The frame of a matched sheet. Rows without any content are left out and counted.

    `only`: the columns (`c<index>`) that are wanted, of a sheet that is large: rows without content then stay.
    """
    if only is not None:
        return TextFrame(match, overridden(_columns(match, only), match.overrides), 0)
    kept = [c.index for c in match.columns if c.column.column_class != "identifier"]
    body = match.raw.frame().with_row_index("row_number", offset=1 + match.shift)[match.first_row :]
    filled = body.filter(pl.any_horizontal(pl.exclude("row_number") != "")) if match.raw.width else body
    names = list(dict.fromkeys(f"c{index}" for index in kept))
    data = filled.select(pl.col("row_number").cast(pl.Int64), *names)
    return TextFrame(match, overridden(data, match.overrides), len(body) - len(filled))


def _columns(match: SheetMatch, only: set[str]) -> pl.DataFrame:
    first, height = match.first_row, match.raw.height
    numbers = pl.int_range(first + 1 + match.shift, height + 1 + match.shift, eager=True).alias("row_number")
    indexes = sorted({c.index for c in match.columns if f"c{c.index}" in only})
    return pl.DataFrame([numbers, *(match.raw.column(i)[first:] for i in indexes)])
