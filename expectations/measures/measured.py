"""A measured number with its evidence, and the helpers that keep personal values out of it.

Only keys (gazetteer codes, sheet!row) may be evidence; texts of the delivery never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

EVIDENCE_LIMIT = 20
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,60}")
_DIGITS = re.compile(r"\d(?:[\s().-]*\d){5,}")


@dataclass(frozen=True)
class Measured:
    """One number for one check. `observed` says it in words; `evidence` points to where."""

    value: float
    observed: str
    evidence: list[str] = field(default_factory=list)


def count(number: int, what: str, evidence: Iterable[str] = ()) -> Measured:
    """A count of things: `3 rows`."""
    return Measured(float(number), f"{number:,} {what}", list(evidence)[:EVIDENCE_LIMIT])


def share(part: int | float, whole: int | float, what: str, evidence: Iterable[str] = ()) -> Measured:
    """A share in [0, 1]; 0 where there is nothing to take a share of."""
    value = part / whole if whole else 0.0
    return Measured(value, f"{value:.4f} ({part:,} of {whole:,} {what})", list(evidence)[:EVIDENCE_LIMIT])


def code_text(text: object) -> str:
    """A reason or finding code; anything that isn't shaped as one is not repeated."""
    return str(text) if text is not None and _CODE.fullmatch(str(text)) else "other"


def sheet_text(text: object) -> str:
    """A sheet's name without long numbers: a person could have typed one into it."""
    return _DIGITS.sub("…", str(text or "sheet"))[:40]


def first(rows: Iterable[tuple[object, object]]) -> list[str]:
    """`sheet!row` of rows (sheet, row number) that stand in order already."""
    return [f"{sheet_text(sheet)}!{'' if row is None else row}" for sheet, row in rows]


def where(frame: pl.DataFrame) -> list[str]:
    """`sheet!row` of rows with the columns sheet and row_number, in order."""
    rows = frame.select("sheet", "row_number").unique().sort("sheet", "row_number").head(EVIDENCE_LIMIT)
    return first(rows.iter_rows())
