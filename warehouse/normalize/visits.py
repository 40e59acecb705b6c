"""Visits that look wrong in accepted rows: dates outside fieldwork (device clocks), and one site delivered twice.

Noticing belongs here; nothing is corrected or left out.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from warehouse.codebooks.folding import fold_column
from warehouse.codebooks.model import Codebook
from warehouse.normalize.again import later, later_rows
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.values import date_value, is_missing
from warehouse.operations import Operation, Round

DATED = ("interview_date", "started_at", "ended_at", "submitted_at")
IDENTITY = ("uuid", "index", "submission_id", "started_at", "ended_at", "submitted_at")  # differ in a row entered twice
NAMED_ONE_BY_ONE = 20  # rows; the rest is one finding


def note_visits(
    frame: TextFrame, accepted: pl.DataFrame, book: Codebook, operation: Operation, number: int, findings: Findings
) -> None:
    """Findings about the accepted rows. `accepted`: row_number, row_id, place_code, place_level."""
    rows = frame.data.join(accepted, on="row_number", how="inner", maintain_order="left")
    _note_dates(frame, rows, operation, operation.round(book.component, number), findings)
    if book.row_grain == "site":
        _note_same_site(frame, rows, book, findings)
    if book.row_grain != "respondent" and frame.of("site_name") is None:
        _note_same_row(frame, rows, book, findings)


def _note_dates(frame: TextFrame, rows: pl.DataFrame, operation: Operation, known: Round, findings: Findings) -> None:
    """Dates outside the registered fieldwork, give or take the gate's tolerance."""
    if known.fieldwork_start is None or known.fieldwork_end is None:
        return
    slack = timedelta(days=operation.thresholds["fieldwork_tolerance_days"].value)
    first, last = known.fieldwork_start - slack, known.fieldwork_end + slack
    for name in filter(None, map(frame.of, DATED)):
        outside = rows.filter(~date_value(name, frame.order(name)).is_between(first, last))
        _tell(
            findings, frame, outside, "date_outside_fieldwork", frame.label(name),
            "a date lies outside the fieldwork of the round: the device's clock was wrong, or the row is of another round",
            f"{first} to {last} (fieldwork and {slack.days} days)", "correct the date, or the fieldwork in rounds.yml",
        )  # fmt: skip


def _note_same_site(frame: TextFrame, rows: pl.DataFrame, book: Codebook, findings: Findings) -> None:
    """Rows whose place, site and kind of site stood in an earlier row: its people may be counted twice."""
    site = frame.of("site_name")
    if site is None:
        return
    keys = [name for name in (site, frame.of("site_type")) if name]
    named = rows.filter(~is_missing(site, book.missing)).with_columns(fold_column(name) for name in keys)
    later_rows(frame, named, ["place_code", *keys], "same_site_twice", lambda again: _add(
        findings, frame, again, "same_site_twice", frame.label(site),
        "the same site of the same place stands in an earlier row: its people may be counted twice",
        "each site once in a round", "check whether it is one site; delete the row that does not stand and deliver again",
    ))  # fmt: skip


def _note_same_row(frame: TextFrame, rows: pl.DataFrame, book: Codebook, findings: Findings) -> None:
    """Rows that say what an earlier row says, under another identifier: their people may be counted twice."""
    own = {frame.of(f) for f in (book.unique, frame.match.sheet.row_key, *IDENTITY) if f}
    contents = [c for c in frame.data.columns if c.startswith("c") and c not in own]
    later_rows(frame, rows if contents else rows.clear(), ["place_code", *contents], "same_row_twice", lambda again: _add(
        findings, frame, again, "same_row_twice", "", "a row says the same as an earlier row: its people may be counted twice",
        "each row once", "check whether it was entered twice; delete the row that does not stand and deliver again",
    ))  # fmt: skip


def _tell(
    findings: Findings, frame: TextFrame, rows: pl.DataFrame, code: str, label: str, what: str, expected: str, todo: str
) -> None:
    """`_add`, at the end of the sheet where the frame is a piece of it: only then it is known how many rows there are."""
    if frame.match.piece is None:
        _add(findings, frame, rows, code, label, what, expected, todo)
        return
    later(frame, f"{code} {label}", rows.select("row_number"),
          lambda all_rows: _add(findings, frame, all_rows, code, label, what, expected, todo))  # fmt: skip


def _add(
    findings: Findings, frame: TextFrame, rows: pl.DataFrame, code: str, label: str, what: str, expected: str, todo: str
) -> None:
    """A finding for each of the first rows, one for all others."""
    numbers, sheet = rows["row_number"].to_list(), frame.match.raw.name
    shown, rest = numbers[:NAMED_ONE_BY_ONE], len(numbers) - NAMED_ONE_BY_ONE
    for number in shown:
        more = rest if rest > 0 and number == shown[-1] else 0
        findings.add(
            code, "review", what, expected=expected, todo=todo, sheet=sheet, row_number=number, column_label=label,
            rows=1 + more,
        )  # fmt: skip
