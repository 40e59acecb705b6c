"""The report as flat tables, for the terminal, CSV and JSON.

Which columns people see belongs here; how they are printed does not.
"""

from __future__ import annotations

import json
from typing import Any

from warehouse.serving.field_report.messages import word
from warehouse.serving.field_report.report import FieldReport, Line

FINDINGS = [
    "severity", "code", "sheet", "row_number", "column_label", "cell", "what", "expected", "todo", "rows", "people",
]  # fmt: skip
REJECTED = ["file_name", "sheet", "row_number", "reason_code", "column_label", "cell", "detail", "todo", "people"]

Table = tuple[list[str], list[tuple[Any, ...]]]


def finding_rows(report: FieldReport) -> Table:
    """Checks that do not hold and findings, the worst first; never a delivered value."""
    rows: list[tuple[Any, ...]] = [
        (c.severity, c.code, "", None, "", "", word("check_failed", report.lang, sentence=c.what.rstrip("."), seen=c.observed),
         c.threshold, c.todo, None, None)
        for c in report.checks
    ]  # fmt: skip
    rows += [_finding(line) for line in report.lines]
    return FINDINGS, sorted(rows, key=lambda row: ("block", "review", "note").index(row[0]))


def _finding(x: Line) -> tuple[Any, ...]:
    return (x.severity, x.code, x.sheet, x.row_number, x.column_label, x.cell, x.what, x.expected, x.todo, x.rows, x.people)  # fmt: skip


def rejected_rows(report: FieldReport, *, whole: bool) -> Table:
    """Rejected rows with their reasons; `whole` adds every delivered cell (personal data: for the field only)."""
    name = report.delivery.file_name
    shown = [
        (name, x.sheet, x.row_number, x.code, x.column_label, x.cell, x.what, x.todo, x.people) for x in report.rejected
    ]
    if not whole:
        return REJECTED, shown
    table = report.normalized.table("rejected").select("sheet", "row_number", "cells")
    cells = {(sheet, number): json.loads(text) for sheet, number, text in table.iter_rows()}
    mine = [cells[(x.sheet, x.row_number)] for x in report.rejected]
    labels = list(dict.fromkeys(label for row in mine for label in row))
    rows = [(*row, *(c.get(label) for label in labels)) for row, c in zip(shown, mine, strict=True)]
    own = [f"{label} (delivered)" if label in REJECTED else label for label in labels]  # never one key for two things
    return [*REJECTED, *own], rows
