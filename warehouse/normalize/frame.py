"""The delivered table as a text frame: one row per delivered row, one text column per mapped column.

Shaping cells into a frame belongs here; converting or judging values does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch, header_labels
from warehouse.corrections.overrides import overridden
from warehouse.deliveries.readers.sheet import cell_text


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
        return {n: json.dumps(_named(labels, self.match.raw.texts(n - 1)), ensure_ascii=False) for n in row_numbers}


def _named(labels: list[str], texts: list[str]) -> dict[str, str]:
    return {
        label or f"column {i + 1}": text for i, (label, text) in enumerate(zip(labels, texts, strict=False)) if text
    }


def text_frame(match: SheetMatch) -> TextFrame:
    """The frame of a matched sheet. Rows without any content are left out and counted."""
    kept = [c for c in match.columns if c.column.column_class != "identifier"]
    body = match.raw.rows[match.first_row :]
    numbers = [i for i, row in enumerate(body, match.first_row + 1) if any(cell not in ("", None) for cell in row)]
    rows = [match.raw.rows[n - 1] for n in numbers]
    columns: dict[str, list[int] | list[str]] = {"row_number": numbers}
    for column in kept:
        columns[f"c{column.index}"] = [cell_text(row[column.index]) for row in rows]
    schema = {name: pl.Int64 if name == "row_number" else pl.String for name in columns}
    return TextFrame(match, overridden(pl.DataFrame(columns, schema=schema), match.overrides), len(body) - len(rows))
