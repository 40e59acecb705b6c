"""The meaning of one XLSX cell: from its type, style, value and formula to a text and a kind, or to what is wrong with it.

One cell belongs here, wherever it stands; finding cells in a sheet does not (`xlsx_sheet.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from warehouse.deliveries.readers.cells import (
    BLANK,
    BOOLEAN,
    DATE,
    DATETIME,
    ERROR,
    NUMBER,
    TEXT,
    TIME,
    CellTable,
    cell_text,
)
from warehouse.deliveries.readers.dates import serial_cell
from warehouse.deliveries.readers.xlsx_parts import unescape

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,308}", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d(?::\d\d(?:\.\d{1,6}(?:(?<=\.\d{6})\d{1,3})?)?)?)?Z?", re.ASCII)
_ERROR = re.compile(r"#[A-Z0-9_/]{1,20}[!?]?", re.ASCII)
_INDEX = re.compile(r"\d{1,9}", re.ASCII)

WORDS = {  # what can be wrong with a cell
    "uncached_formula": "formulas have no calculated value",
    "stale_formula": "formulas have 0 as a placeholder: the file says that it was never calculated",
    "bad_number": "cells hold a number that is none",
    "bad_shared_string": "cells point to a text that the file does not hold",
    "bad_style": "cells have a format that the file does not hold",
    "bad_cell": "cells are of an unknown type, or their value is missing or torn",
}


class Problems:
    """What is wrong with cells of a sheet: each kind that occurs has a number of its own in the sheet's table."""

    def __init__(self, table: CellTable) -> None:
        """Nothing is wrong yet."""
        self._table, self.codes = table, dict[int, str]()

    def number(self, code: str) -> int:
        """The number that marks such a cell."""
        known = next((number for number, other in self.codes.items() if other == code), None)
        if known is None:
            known = self._table.add("", BLANK)
            self.codes[known] = code
        return known


@dataclass
class CellMaker:
    """Makes cells of one sheet: numbers of distinct cells in its table."""

    strings: list[str]
    styles: list[int]
    from_1904: bool
    is_stale: bool

    def __post_init__(self) -> None:
        """A table that holds the blank cell only."""
        self.table = CellTable()
        self.problems = Problems(self.table)
        self.no_dates: set[int] = set()  # cells with a date format whose number is no date
        self.formulas = 0

    def make(self, kind: str, style: str, value: str | None, inline: str | None, formula: bool) -> int:
        """The number of a cell in the table. `value` and `inline` are None where the cell has no such element."""
        try:
            found = self._make(kind, style, value, inline, formula)
        except Problem as problem:
            return self.problems.number(problem.args[0])
        text, code, is_date = found
        if not text:
            return 0
        number = self.table.add(text, code)
        if is_date:
            self.no_dates.add(number)
        return number

    def make_digits(self, kind: str, style: str, digits: bytes) -> int:
        """The same for a value of digits alone, of a type and style that came before: most cells are such."""
        if kind == "s" and len(digits) < 10 and (index := int(digits)) < len(self.strings):
            text, code = self.strings[index], TEXT
        elif kind == "n" and digits[:1] != b"0" and len(digits) < 16 and self.styles and not self.styles[int(style)]:
            text, code = digits.decode(), NUMBER
        else:
            return self.make(kind, style, digits.decode(), None, False)
        return self.table.add(text, code) if text else 0

    def _make(
        self, kind: str, style: str, value: str | None, inline: str | None, formula: bool
    ) -> tuple[str, int, bool]:
        meaning = self._style(style)
        if formula:
            self.formulas += 1
            if value is None or (value == "" and kind != "str"):
                raise Problem("uncached_formula")
            if self.is_stale and value in ("0", ""):
                raise Problem("stale_formula")
        if kind == "inlineStr":
            if value is not None or formula:
                raise Problem("bad_cell")
            return unescape(inline or ""), TEXT, False
        if inline is not None:
            raise Problem("bad_cell")
        if kind == "n":
            return self._number(value, meaning)
        if kind == "str":
            return unescape(value or ""), TEXT, False
        if not value:
            raise Problem("bad_cell")
        return self._other(kind, value)

    def _style(self, style: str) -> int:
        if style == "0" and not self.styles:
            return 0
        if not _INDEX.fullmatch(style) or int(style) >= len(self.styles):
            raise Problem("bad_style")
        return self.styles[int(style)]

    def _other(self, kind: str, value: str) -> tuple[str, int, bool]:
        if kind == "s":
            if not _INDEX.fullmatch(value) or int(value) >= len(self.strings):
                raise Problem("bad_shared_string")
            return self.strings[int(value)], TEXT, False
        if kind == "b" and value in ("0", "1", "true", "false"):
            return cell_text(value in ("1", "true")), BOOLEAN, False
        if kind == "e" and _ERROR.fullmatch(value):
            return value, ERROR, False
        if kind == "d":
            return *moment(value), False
        raise Problem("bad_cell")

    def _number(self, value: str | None, meaning: int) -> tuple[str, int, bool]:
        value = (value or "").strip(" \t\n\r")
        if not value:
            return "", BLANK, False
        text = number_text(value)
        if meaning and (found := serial_cell(float(value), meaning, self.from_1904)):
            return *found, False
        return text, NUMBER, bool(meaning)


def number_text(value: str) -> str:
    """The text of a number; whole numbers keep all their digits."""
    if not _NUMBER.fullmatch(value) or (number := float(value)) in (float("inf"), float("-inf")):
        raise Problem("bad_number")
    return str(int(value)) if _WHOLE.fullmatch(value) else cell_text(number)


class Problem(Exception):
    """What is wrong with a cell: one of WORDS."""


def moment(value: str) -> tuple[str, int]:
    """A date, a moment or a time in ISO form."""
    parts = _MOMENT.fullmatch(value)
    try:
        if parts and parts[1] and parts[2]:
            moment = datetime.fromisoformat(f"{parts[1]} {parts[2][:15]}")
            return cell_text(moment), DATETIME
        if parts and parts[1]:
            return cell_text(date.fromisoformat(parts[1])), DATE
        if parts and parts[2]:
            return cell_text(time.fromisoformat(parts[2][:15])), TIME
    except ValueError:
        pass
    raise Problem("bad_number")
