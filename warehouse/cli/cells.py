"""What a value looks like in a table: numbers, yes and no, what is not there and what is withheld.

Only turning values into texts belongs here; CSV and JSON never go through it. In a pipe a value keeps every digit; for a
person whole numbers from 10,000 on are parted by commas and others have ten digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

WITHHELD = "withheld"
SUPPRESSED = "is_suppressed"  # the marts' column: the figures of such a row are withheld, whatever else is blank
PARTED = 10_000  # years and numbers of rows are not parted
IDENTITY = re.compile(r"(^|_|\b)(id|code|year|seq|row|number|port|soate)$")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NUMERIC = ("INT", "DOUBLE", "DECIMAL", "FLOAT", "REAL", "HUGEINT")


def is_number(cell: Any) -> bool:
    """A number, and not a yes or no."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def shown(cell: Any, column: str = "", *, person: bool = False) -> str:
    """A value as a text of one line. `person`: for reading at a terminal."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if is_number(cell):
        return _number(cell, person and not IDENTITY.search(column.lower()))
    return clean(str(cell))


def clean(text: str) -> str:
    """One line, without signs that move a terminal's cursor, change its colours or turn its letters round."""
    return CONTROL.sub(" ", text.replace("\r\n", " ")) if CONTROL.search(text) else text


def _number(cell: Any, person: bool) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)  # a figure of people that came as 128661.0
    if not person:
        return str(cell)
    if isinstance(cell, int):
        return f"{cell:,}" if abs(cell) >= PARTED else str(cell)
    return f"{cell:,.10g}" if isinstance(cell, float) and 1e-4 <= abs(cell) < 1e15 else str(cell)


def withheld(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[tuple[int, int]]:
    """(row, column) of the figures that are null because they are withheld, where the rows say so."""
    if SUPPRESSED not in columns:
        return set()
    at = list(columns).index(SUPPRESSED)
    rows_of = [n for n, row in enumerate(rows) if row[at] is True]
    figures = [i for i, name in enumerate(columns) if rows_of and _is_figure(name, [row[i] for row in rows])]
    return {(n, i) for n in rows_of for i in figures if rows[n][i] is None}


def _is_figure(name: str, cells: Sequence[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if len(known) == len(cells):
        return False
    return all(map(is_number, known)) if known else name in _numeric_columns()


def _numeric_columns() -> set[str]:
    """Columns of the marts that hold numbers, for tables in which all of them are null."""
    from warehouse.indicators.marts import marts

    return {c.name for m in marts().values() for c in m.columns if c.data_type.upper().startswith(NUMERIC)}


__all__ = ["WITHHELD", "clean", "is_number", "shown", "withheld"]
