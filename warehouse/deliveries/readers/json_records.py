"""Records of JSON to sheets, laid out as KoboToolbox lays out its workbooks: repeated groups are sheets of their own.

Rows and columns belong here; parsing and envelopes (json_file.py) do not. A key that a record lacks gives no cell (None), null
gives a blank cell (""), and the columns stand in the order in which they were first seen.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Cell, Notice, RawSheet

Record = dict[str, Any]
MAX_CELLS = 50_000_000
SHEET_NAME = 31  # characters of a sheet's name in a workbook
EXACT = 2**53  # whole numbers from here on stay texts: spreadsheets and floats would round them
OF_SUBMISSION = ("_id", "_uuid", "_submission_time", "_validation_status", "_status", "_submitted_by", "__version__")
NO_REPEATS = {"_attachments", "_notes", "_tags", "_geolocation"}  # lists that describe the submission itself
_FORBIDDEN = str.maketrans(dict.fromkeys("[]*?:\\/", "_"))


class Number(str):
    """A number as it is written in the file."""

    __slots__ = ()

    def cell(self) -> Cell:
        """The number, or its text where no number of the machine is equal to it."""
        if re.fullmatch(r"-?\d{1,16}", self):
            return int(self) if abs(int(self)) < EXACT and self != "-0" else str(self)
        if len(self) < 40 and not self.lstrip("-").isdigit():
            with suppress(InvalidOperation):  # an exponent beyond all bounds
                near = float(self)
                if math.isfinite(near) and Decimal(repr(near)) == Decimal(self):
                    return near
        return str(self)


@dataclass
class _Table:
    """One sheet while it is filled: its header, and its rows by column."""

    name: str
    header: dict[str, int] = field(default_factory=dict)
    rows: list[dict[int, Cell]] = field(default_factory=list)

    def put(self, row: dict[int, Cell], key: str, cell: Cell) -> bool:
        """Fill a cell; False where the row has one already."""
        index = self.header.setdefault(key, len(self.header))
        fresh = index not in row
        row[index] = cell
        return fresh

    @property
    def cells(self) -> int:
        """Cells of the sheet, filled or not."""
        return len(self.rows) * len(self.header)

    def sheet(self, notices: tuple[Notice, ...]) -> RawSheet:
        """The sheet: the header is its first row."""
        rows: list[list[Cell]] = [list(self.header)]
        rows += [[row.get(i) for i in range(len(self.header))] for row in self.rows]
        return RawSheet(self.name, rows if self.header else [], False, notices)


class Tables:
    """The sheets of a file, as they grow record by record."""

    def __init__(self, name: str) -> None:
        """`name` is what the sheet of the records is called."""
        self.main = _Table(name)
        self._repeats: dict[tuple[str, ...], _Table] = {}
        self._file = name

    def fill(self, records: list[Record], file: str) -> list[RawSheet]:
        """All records as sheets, the main one first."""
        self._file = file
        self._indexed = any("_uuid" in r or any(_is_repeat(k, v) for k, v in r.items()) for r in records)
        for record in records:
            self._add(self.main, (), record, {}, record)
            if sum(t.cells for t in (self.main, *self._repeats.values())) > MAX_CELLS:
                raise refuse("the records have too many different keys", file, "too_large", "records that are alike")
        notices = _notices(records)
        return [self.main.sheet(notices), *(table.sheet(()) for table in self._repeats.values())]

    def _add(self, table: _Table, path: tuple[str, ...], record: Record, more: Record, submission: Record) -> None:
        row: dict[int, Cell] = {}
        table.rows.append(row)
        number = len(table.rows)
        repeats: list[tuple[str, list[Record]]] = []
        self._flat(table, row, "", record, repeats)
        if self._indexed and "_index" not in record:
            table.put(row, "_index", number)
        for key, value in more.items():
            self._put(table, row, key, value)
        for key, entries in repeats:
            self._repeat(table, number, (*path, key), entries, submission)

    def _repeat(
        self, parent: _Table, number: int, path: tuple[str, ...], entries: list[Record], submission: Record
    ) -> None:
        table = self._repeats.get(path) or self._new(path)
        more = {"_parent_table_name": parent.name, "_parent_index": number}
        more |= {f"_submission_{key}": _of_submission(submission[key]) for key in OF_SUBMISSION if key in submission}
        for entry in entries:
            self._add(table, path, entry, more, submission)

    def _new(self, path: tuple[str, ...]) -> _Table:
        """The sheet of a repeated group is called as the group, cut and numbered where the name is taken."""
        taken = {self.main.name, *(t.name for t in self._repeats.values())}
        whole = path[-1].rsplit("/", 1)[-1].translate(_FORBIDDEN)
        name, i = _cut(whole, "..."), 0
        while name in taken:
            i += 1
            name = _cut(whole, f"... ({i})")
        self._repeats[path] = _Table(name)
        return self._repeats[path]

    def _flat(self, table: _Table, row: dict[int, Cell], prefix: str, record: Record, repeats: list[Any]) -> None:
        """A record's own values; objects within it give columns `outer/inner`."""
        for key, value in record.items():
            label = f"{prefix}{key}"
            if _is_repeat(key, value):
                repeats.append((label, value))
            elif isinstance(value, dict) and key == "_validation_status":
                self._put(table, row, label, _of_submission(value))
                self._flat(table, row, f"{label}/", {k: v for k, v in value.items() if k != "label"}, repeats)
            elif isinstance(value, dict) and value:
                self._flat(table, row, f"{label}/", value, repeats)
            else:
                self._put(table, row, label, value)

    def _put(self, table: _Table, row: dict[int, Cell], label: str, value: Any) -> None:
        if not table.put(row, label, cell_of(value)):
            where = f"{self._file}, record {len(table.rows)} of {table.name}"
            raise refuse("two values have the same place", where, "duplicate_keys", "one value for each column")


def cell_of(value: Any) -> Cell:
    """The cell of a value: lists as JSON text; null, and a list or object without anything in it, as a blank."""
    if isinstance(value, Number):
        return value.cell()
    if value is None or value == [] or value == {}:
        return ""
    return value if isinstance(value, bool | int | str) else _json(value)


def _json(value: Any) -> str:
    """JSON text in which numbers stand as they were written."""
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(k)}: {_json(v)}" for k, v in value.items()) + "}"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _is_repeat(key: str, value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and key not in NO_REPEATS
        and all(isinstance(entry, dict) for entry in value)
    )


def _of_submission(value: Any) -> Any:
    """A validation status is an object in the API and its label in an export."""
    return value.get("label") if isinstance(value, dict) else value


def _cut(name: str, end: str) -> str:
    if end == "..." and len(name) <= SHEET_NAME:
        return name
    return name[: SHEET_NAME - len(end)] + end


def _notices(records: list[Record]) -> tuple[Notice, ...]:
    lists = sorted({k for r in records for k, v in r.items() if v and isinstance(v, list) and not _is_repeat(k, v)})
    if not lists:
        return ()
    return (Notice("lists_as_text", "note", f"{len(lists)} columns hold lists, kept as JSON text"),)
