"""Files as KoboToolbox exports them: submission columns, repeat sheets, and bytes that only depend on contents.

Only the export format belongs here; questions and answers come from the forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from warehouse.sample.layout import LANGUAGES, about_lines

META = ["_id", "_uuid", "_submission_time", "_validation_status", "_status", "_submitted_by", "__version__", "_index"]
REPEAT_META = ["_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid"]
SHEET_NAME = 31  # characters that KoboToolbox keeps


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its header and its rows (None is a blank cell)."""

    name: str
    header: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Document:
    """What is written into a file beside its tables."""

    title: str
    created: date


def uuid(rng: np.random.Generator) -> str:
    """A version 4 UUID of the generator's own bytes."""
    return str(UUID(bytes=rng.bytes(16), version=4))


def stamped(rows: list[dict[str, Any]], first_id: int) -> list[dict[str, Any]]:
    """The rows with `_id` and `_index` in the given order."""
    return [row | {"_id": first_id + 7 * i, "_index": i + 1} for i, row in enumerate(rows)]


def submission(rng: np.random.Generator, end: datetime, user: int, version: str) -> dict[str, Any]:
    """The columns that KoboToolbox adds to a submission."""
    sent = end.replace(hour=19, minute=int(rng.integers(0, 60)), second=int(rng.integers(0, 60)))
    return {
        "_uuid": uuid(rng),
        "_submission_time": sent,
        "_validation_status": "Approved" if rng.random() < 0.9 else None,
        "_status": "submitted_via_web",
        "_submitted_by": f"mtm_enumerator_{user:02d}",
        "__version__": version,
    }


def write(path: Path, document: Document, tables: list[Table]) -> None:
    """Write the workbook; the first sheet says in three languages that it is synthetic."""
    import xlsxwriter

    made = datetime(document.created.year, document.created.month, document.created.day, 9)
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": document.title, "comments": about_lines()[0][0], "created": made})
    formats = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd"}
    styles = {kind: book.add_format({"num_format": text}) for kind, text in formats.items()}
    for table in [_about(document), *tables]:
        sheet = book.add_worksheet(table.name[:SHEET_NAME])
        for i, row in enumerate([table.header, *table.rows]):
            _write_row(sheet, i, row, styles)
    book.close()


def _write_row(sheet: Any, index: int, row: list[Any], styles: dict[type, Any]) -> None:
    for j, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(index, j, value)
        elif isinstance(value, date):
            sheet.write_datetime(index, j, value, styles[type(value)])
        elif value is not None:
            sheet.write_number(index, j, value)


def _about(document: Document) -> Table:
    return Table("about", list(LANGUAGES), [*about_lines(), [document.title] * len(LANGUAGES)])
