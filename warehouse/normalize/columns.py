"""Columns of a delivery: the map that is shown to people, and findings about columns that are new or lacking.

Describing columns belongs here; reading their values does not.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import fold_label, skeleton
from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.personal import looks_personal
from warehouse.codebooks.similar import best
from warehouse.normalize.findings import Findings
from warehouse.normalize.schema import COLUMN_MAP


def column_map(round_key: str, matches: list[SheetMatch]) -> pl.DataFrame:
    """One row per delivered column and per absent field."""
    rows: list[tuple[str | int | None, ...]] = []
    for match in matches:
        sheet = match.raw.name
        rows += [(sheet, c.index + 1, c.label, c.column.field, "mapped", c.column.column_class) for c in match.columns]
        rows += [(sheet, i + 1, label, None, "ignored", "plain") for i, label in match.ignored]
        rows += [(sheet, i + 1, label, None, "unknown", _class(label)) for i, label in match.unknown]
        rows += [(sheet, None, None, c.field, "absent", c.column_class) for c in match.absent]
    return pl.DataFrame([(round_key, *row) for row in rows], schema=COLUMN_MAP, orient="row")


def note_columns(matches: list[SheetMatch], findings: Findings) -> None:
    """A finding for each unknown column (block where it looks like an identifier) and one for absent fields."""
    for match in matches:
        note_look_alikes(match, findings)
        for index, label in match.unknown:
            identifier = _class(label) == "identifier"
            findings.add(
                "unknown_identifier_column" if identifier else "unknown_column",
                "block" if identifier else "review",
                "a column looks like a personal identifier and is not in the codebook" if identifier
                else "a column is not in the codebook and is not used",
                expected="columns of the codebook",
                todo="delete the column and deliver again, or add it to the codebook with column_class identifier" if identifier
                else f"add its label to the codebook, or to its ignored list{looks_like(match, label)}",
                sheet=match.raw.name, row_number=match.header_index + 1, column_label=f"column {index + 1}: {label.strip()}",
            )  # fmt: skip
        counted = [c.field for c in match.absent if c.measure]
        if counted:
            findings.add(
                "absent_field", "note", f"not asked in this delivery: {', '.join(counted)}", sheet=match.raw.name,
                expected="nothing, if the form did not ask it", todo="check that no column was renamed", rows=len(counted),
            )  # fmt: skip


def looks_like(match: SheetMatch, label: str) -> str:
    """Which absent field an unknown column may be, as a suggestion for a person; empty where none is alike."""
    known = [c for c in match.sheet.columns if c.pattern is None]
    mapped = {c.column.field for c in match.columns}
    folded = fold_label(label)
    for column in known:
        if column.rounds and folded in {fold_label(text) for text in column.labels} and column.field not in mapped:
            return f"; the codebook knows it as {column.field} in rounds {column.rounds} only"
    found = best(label, [c for c in known if c.field not in mapped])
    return f"; it looks like {found}, which this delivery lacks" if found else ""


def note_look_alikes(match: SheetMatch, findings: Findings) -> None:
    """A note for each column that was found by letters that look alike: typed on another keyboard."""
    for c in match.columns:
        known = c.column.labels
        plainly = fold_label(c.label) in {fold_label(x) for x in known}
        if not plainly and c.option is None and skeleton(c.label) in {skeleton(x) for x in known}:
            findings.add(
                "look_alike_letters", "note",
                f"a header has letters of another alphabet that look alike; it was read as {c.column.field}",
                expected="letters of one alphabet", todo="nothing, if it is that column", sheet=match.raw.name,
                row_number=match.header_index + 1, column_label=f"column {c.index + 1}: {c.label.strip()}",
            )  # fmt: skip


def note_hidden(matches: list[SheetMatch], findings: Findings) -> None:
    """A finding for each hidden sheet that is read."""
    for match in matches:
        if match.raw.hidden:
            findings.add("hidden_sheet", "review", "a sheet that is read is hidden in the file", sheet=match.raw.name,
                         expected="visible sheets", todo="make sure that it is meant to be delivered")  # fmt: skip


def note_reading(matches: list[SheetMatch], findings: Findings) -> None:
    """What the reader noticed in the sheets that are used."""
    for match in matches:
        for n in match.raw.notices:
            findings.add(n.code, n.severity, n.what, expected=n.expected, todo=n.todo, sheet=match.raw.name,
                         row_number=n.row_number, column_label=n.column_label)  # fmt: skip


def _class(label: str) -> str:
    return "identifier" if looks_personal(label) else "plain"
