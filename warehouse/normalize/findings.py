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
    of_all_rows: bool = False  # of a sheet in pieces: what is added is said of all rows, and stays as it is
    more: list[tuple[str, frozenset[str], str]] = field(default_factory=list)  # of each: what, distinct, where

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
        distinct: frozenset[str] = frozenset(),
        where: str = "",
    ) -> None:
        """Add one finding; `what` never holds a delivered value.

        `distinct`: different texts, whose number stands in `what` as `{n}`; `where` tells findings apart that are said alike.
        """
        told = what.replace("{n}", str(len(distinct))) if distinct else what
        self.rows.append(
            {
                "round_key": self.round_key,
                "code": code,
                "severity": severity,
                "file_name": self.file_name,
                "sheet": sheet,
                "row_number": row_number,
                "column_label": column_label,
                "what": told,
                "expected": expected,
                "todo": todo,
                "rows": rows,
                "people": people,
            }
        )
        self.more.append((what, distinct, f"{where} {len(self.rows)}" if self.of_all_rows else where))

    def has(self, code: str, sheet: str, column_label: str) -> bool:
        """Whether a finding of this code was added for a column already."""
        return any((r["code"], r["sheet"], r["column_label"]) == (code, sheet, column_label) for r in self.rows)

    def scratch(self) -> Findings:
        """Findings of the pieces of a sheet, which `take_over` puts together."""
        return Findings(self.round_key, self.file_name)

    def take_over(self, pieces: Findings) -> None:
        """The findings of pieces: what is said of one column in several of them is one finding, of all its rows."""
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        texts: dict[tuple[Any, ...], tuple[str, frozenset[str], str]] = {}
        for row, (what, distinct, where) in zip(pieces.rows, pieces.more, strict=True):
            key = (*(row[k] for k in ("code", "severity", "expected", "todo", "sheet", "column_label")), what, where)
            if (same := found.get(key)) is None:
                found[key], texts[key] = dict(row), (what, distinct, where)
                continue
            texts[key] = (what, texts[key][1] | distinct, where)
            same["rows"] += row["rows"]
            same["people"] = row["people"] if same["people"] is None else same["people"] + (row["people"] or 0)
            if texts[key][1]:
                same["what"] = what.replace("{n}", str(len(texts[key][1])))
        self.rows += found.values()
        self.more += texts.values()

    def frame(self) -> pl.DataFrame:
        """All findings, the worst first."""
        order = pl.col("severity").replace_strict({"block": 0, "review": 1, "note": 2}, return_dtype=pl.Int8)
        frame = pl.DataFrame(self.rows, schema=FINDING)
        return frame.sort(order, "code", "sheet", "row_number", "column_label", nulls_last=True, maintain_order=True)
