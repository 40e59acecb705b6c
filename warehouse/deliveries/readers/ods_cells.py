"""The meaning of one ODS cell: from its attributes and paragraphs to a text and a kind, or to what is wrong with it.

One cell belongs here; finding cells in a table does not (`ods.py`).
"""

from __future__ import annotations

import re
from datetime import time, timedelta

from warehouse.deliveries.readers.cells import BLANK, BOOLEAN, DURATION, ERROR, NUMBER, TEXT, TIME, CellTable, cell_text
from warehouse.deliveries.readers.xlsx_cells import Problem, Problems, moment, number_text

_ERROR = re.compile(r"#[A-Z0-9_/]{2,20}[!?]?|Err:\d{3}", re.ASCII)
_SPAN = re.compile(r"(-?)PT(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7}(?:[.,]\d{1,9})?)S)?", re.ASCII)
_MARKS = ("office:value-type", "table:formula", "office:value", "office:date-value", "office:time-value",
          "office:boolean-value", "office:string-value", "calcext:value-type")  # fmt: skip


class OdsCellMaker:
    """Makes cells of one sheet: numbers of distinct cells in its table."""

    def __init__(self) -> None:
        """A table that holds the blank cell only."""
        self.table = CellTable()
        self.problems = Problems(self.table)
        self._memo: dict[tuple[str | None, ...], int] = {}

    def make(self, attributes: dict[str, str], paragraphs: list[str]) -> int:
        """The number of a cell in the table."""
        text = "\n".join(paragraphs)
        key = (text, *map(attributes.get, _MARKS))
        if key not in self._memo:
            if len(self._memo) > 50_000:
                self._memo.clear()
            try:
                found, kind = _cell(attributes, text)
                self._memo[key] = self.table.add(found, kind) if found else 0
            except Problem as problem:
                self._memo[key] = self.problems.number(problem.args[0])
        return self._memo[key]


def _cell(attributes: dict[str, str], text: str) -> tuple[str, int]:
    kind, formula = attributes.get("office:value-type", ""), "table:formula" in attributes
    shown = text.strip()
    if attributes.get("calcext:value-type") == "error":
        if not shown:
            raise Problem("bad_cell")
        return shown, ERROR
    # Older programs write the value 0, or a text, behind a formula that failed; what is shown tells.
    if (formula or kind not in ("", "string")) and _ERROR.fullmatch(shown):
        return shown, ERROR
    if not kind:
        if formula:
            raise Problem("uncached_formula")
        if text or any(mark in attributes for mark in _MARKS):
            raise Problem("bad_cell")
        return "", BLANK
    if kind == "string":
        return attributes.get("office:string-value", text), TEXT
    if kind == "void" and not text:
        return "", BLANK
    return _value(kind, attributes, formula)


def _value(kind: str, attributes: dict[str, str], formula: bool) -> tuple[str, int]:
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "float": "value",
            "percentage": "value", "currency": "value"}.get(kind)  # fmt: skip
    if name is None:
        raise Problem("bad_cell")
    value = attributes.get(f"office:{name}", "")
    if not value:
        raise Problem("uncached_formula" if formula else "bad_cell")
    if kind == "date":
        return moment(value)
    if kind == "time":
        return _time(value)
    if kind == "boolean":
        if value not in ("true", "false"):
            raise Problem("bad_cell")
        return cell_text(value == "true"), BOOLEAN
    return number_text(value), NUMBER


def _time(value: str) -> tuple[str, int]:
    parts = _SPAN.fullmatch(value)
    if not parts or not any(parts.groups()[1:]):
        raise Problem("bad_number")
    sign, hours, minutes, seconds = parts.groups()
    span = timedelta(
        hours=int(hours or 0), minutes=int(minutes or 0), seconds=float((seconds or "0").replace(",", "."))
    )
    if sign or span >= timedelta(days=1):
        return cell_text(-span if sign else span), DURATION
    whole = span // timedelta(microseconds=1)
    clock = time(whole // 3_600_000_000, whole // 60_000_000 % 60, whole // 1_000_000 % 60, whole % 1_000_000)
    return cell_text(clock), TIME
