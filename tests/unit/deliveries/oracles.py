"""What other programs read in a workbook, and when that is the same as what we read."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import openpyxl

Rows = Sequence[Sequence[object]]


def openpyxl_rows(data: bytes) -> dict[str, Rows] | None:
    """The cells of all sheets as openpyxl has them; None where it can't open the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        except Exception:
            return None
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def same_rows(ours: Rows, theirs: Rows) -> bool:
    """Whether two tables hold the same cells; blank rows and columns at the end don't count."""
    width = max((len(row) for row in [*ours, *theirs]), default=0)
    return all(
        same(_at(ours, i, j), _at(theirs, i, j)) for i in range(max(len(ours), len(theirs))) for j in range(width)
    )


def same(ours: object, theirs: object) -> bool:
    """Whether two cells are the same: of the same kind, and equal; a date is the first moment of its day."""
    if ours in ("", None) or theirs in ("", None):
        return ours in ("", None) and theirs in ("", None)
    ours, theirs = (
        datetime.combine(cell, time()) if isinstance(cell, date) and not isinstance(cell, datetime) else cell
        for cell in (ours, theirs)
    )
    if isinstance(ours, datetime | timedelta) and type(ours) is type(theirs):
        return abs(ours - theirs) < timedelta(milliseconds=2)  # type: ignore[operator]
    return isinstance(ours, bool) == isinstance(theirs, bool) and ours == theirs


def _at(rows: Rows, i: int, j: int) -> object:
    return rows[i][j] if i < len(rows) and j < len(rows[i]) else None
