"""Findings: the list of things noticed while a delivery is normalized.

Collecting findings belongs here; their words are written where they are noticed, without values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from warehouse.normalize.schema import FINDING

MOST_PER_CODE = 200  # rows that are named one by one; the rest is summed up in one finding


@dataclass
class Findings:
    """Findings of one delivery."""

    round_key: str
    file_name: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        code: str,
        severity: str,
        what: str,
        *,
        expected: str = "",
        todo: str = "",
        sheet: str = "",
        row_number: int | None = None,
        column_label: str = "",
        rows: int = 1,
        people: int | None = None,
    ) -> None:
        """Add one finding; `what` never holds a delivered value."""
        self.rows.append(
            {
                "round_key": self.round_key,
                "code": code,
                "severity": severity,
                "file_name": self.file_name,
                "sheet": sheet,
                "row_number": row_number,
                "column_label": column_label,
                "what": what,
                "expected": expected,
                "todo": todo,
                "rows": rows,
                "people": people,
            }
        )

    def has(self, code: str, sheet: str, column_label: str) -> bool:
        """Whether a finding of this code was added for a column already."""
        return any((r["code"], r["sheet"], r["column_label"]) == (code, sheet, column_label) for r in self.rows)

    def frame(self) -> pl.DataFrame:
        """All findings, the worst first."""
        order = pl.col("severity").replace_strict({"block": 0, "review": 1, "note": 2}, return_dtype=pl.Int8)
        frame = pl.DataFrame(self.rows, schema=FINDING)
        return frame.sort(order, "code", "sheet", "row_number", "column_label", nulls_last=True, maintain_order=True)
