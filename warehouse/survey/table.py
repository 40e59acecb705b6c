"""A table of respondents as columns of text, read as deliveries are, and its cells as labels and numbers.

What is missing and what is a number is decided here, once; no message holds a cell's value, only its row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import MtmError, UsageError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Labels = NDArray[np.object_]
Cells = Sequence[object] | NDArray[Any]

MISSING = {"", "NA", "NaN"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SHOWN = 5  # rows that a message names


@dataclass(frozen=True)
class Table:
    """Columns by name: texts (None is missing), or arrays of numbers (NaN is missing).

    `row_numbers` are those of the file where blank rows were left out; else row 1 is the header.
    """

    name: str
    columns: dict[str, Cells]
    rows: int
    row_numbers: Sequence[int] | None = None

    @classmethod
    def of(cls, columns: dict[str, Cells], name: str = "table") -> Table:
        """A table from columns of equal length."""
        return cls(name, columns, len(next(iter(columns.values()), ())))

    @cached_property
    def _labels(self) -> dict[str, Labels]:
        return {}

    def labels(self, column: str, *, used_for: str = "") -> Labels:
        """The cells as text without blanks around them, None where missing. Raises where there is no such column."""
        if column not in self.columns:
            raise _no_column(self, column, used_for)
        if column not in self._labels:
            cells = self.columns[column]
            whole = isinstance(cells, np.ndarray) and cells.dtype.kind in "iu"
            labels = np.asarray(cells).astype(str) if whole else [_label(cell) for cell in cells]
            self._labels[column] = np.array(labels, dtype=object)
        return self._labels[column]

    def numbers(self, column: str, *, used_for: str = "", endless: bool = False) -> Floats:
        """The cells as numbers, NaN where missing. Raises where a cell is no number; `endless` allows `Inf`."""
        cells = self.columns.get(column)
        if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
            values = cells.astype(np.float64)
            bad = np.isinf(values) & (not endless)
        else:
            labels = self.labels(column, used_for=used_for)
            values = np.array([_number(label, endless) for label in labels], dtype=np.float64)
            bad = np.isnan(values) & ~is_missing(labels)
        if bad.any():
            raise MtmError(
                f"{column} is not a number in {self.rows_of(bad)}", where=f"{self.name}, column {column}",
                expected="numbers with a decimal point; empty or NA where missing",
                todo="correct these cells, or ask for prop: where it is a category", code="not_a_number",
            )  # fmt: skip
        return values

    def rows_of(self, which: Bools) -> str:
        """The rows in words, as the file numbers them: `row 3`, `rows 3, 4, 5, 6, 7 and 12 more`."""
        numbers = self.row_numbers or range(2, self.rows + 2)
        rows = [numbers[i] for i in np.flatnonzero(which).tolist()]
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:SHOWN]))}{more}"


def is_missing(labels: Labels) -> Bools:
    """Which cells are missing."""
    return np.array([label is None for label in labels], dtype=bool)


def is_number(label: str) -> bool:
    """Whether a text is a number as this room reads it."""
    return NUMBER.fullmatch(label) is not None


def in_order(label: str) -> tuple[bool, float, str]:
    """Sorts labels: numbers by their value, then texts."""
    return (not is_number(label), float(label) if is_number(label) else 0.0, label)


def read_table(path: Path) -> Table:
    """The first sheet of a file with a header in its first row, whatever format `mtm read` reads; blank rows are nobody."""
    from warehouse.deliveries.readers.open import read_file

    sheet = next((sheet for sheet in read_file(path) if sheet.height and not sheet.hidden), None)
    if sheet is None:
        raise _no_rows(path)
    header = [name.strip().lstrip("\ufeff") for name in sheet.texts(0)]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise MtmError(
            f"the header names {', '.join(twice)} twice", where=f"{path.name}, row 1", expected="one column per name",
            todo="rename or remove one", code="column_twice",
        )  # fmt: skip
    columns = {name: sheet.columns[i].texts() for i, name in enumerate(header) if name}
    kept = [row for row, cells in enumerate(zip(*columns.values(), strict=True)) if row and any(map(str.strip, cells))]
    if not kept:
        raise _no_rows(path)
    filled = {name: [cells[row] for row in kept] for name, cells in columns.items()}
    return Table(path.name, dict(filled), len(kept), [row + 1 for row in kept])


def _label(cell: object) -> str | None:
    if cell is None or cell != cell:
        return None
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return None if text in MISSING else text


def _number(label: str | None, endless: bool) -> float:
    if label is None:
        return math.nan
    if label == "Inf":
        return math.inf if endless else math.nan
    value = float(label) if is_number(label) else math.nan
    return value if math.isfinite(value) else math.nan


def _no_column(table: Table, column: str, used_for: str) -> MtmError:
    import difflib

    near = difflib.get_close_matches(column, table.columns, n=1)
    kind = MtmError if used_for.startswith("design") else UsageError
    return kind(
        f"there is no column {column!r}" + (f" ({used_for})" if used_for else ""), where=table.name,
        expected=f"one of {', '.join(list(table.columns)[:30])}",
        todo=f"did you mean {near[0]}?" if near else "correct the name", code="no_column",
    )  # fmt: skip


def _no_rows(path: Path) -> MtmError:
    return MtmError("the table has no rows", where=path.name, expected="a header and rows below it", code="no_rows")
