"""Things noticed about a delivery's sheets and dates that the tables can't show: findings, without values.

Only looking and telling belong here; nothing is rejected.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import fold
from warehouse.codebooks.kobo import sheet_fits
from warehouse.codebooks.match import SheetMatch, in_versions
from warehouse.codebooks.nearest import expected_of, nearest_of
from warehouse.codebooks.recognise import Recognised
from warehouse.normalize.dates import EPOCH_1900, EPOCH_1904, read_dates
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.values import time_value


def note_sheets(found: Recognised, findings: Findings) -> None:
    """Sheets that nobody reads, and columns known by a part of their label only."""
    lost = _lost_sheets(found, findings)
    for raw in (raw for raw in found.unused if raw.name not in lost):
        findings.add(
            "unused_sheet", "review", "a sheet is not in the codebook and is not used", sheet=raw.name, rows=raw.height,
            expected="sheets of the codebook", todo="add the sheet to the codebook, with role ignore if it holds no data",
        )  # fmt: skip
    for match in found.matches:
        _note_versions(match, findings)
        for c in (c for c in match.columns if c.by_part):
            findings.add(
                "matched_by_part", "review", f"a column was taken for {c.column.field} by the last part of its label",
                expected="a label of the codebook", todo="make sure that it is meant, and add the whole label to the codebook",
                sheet=match.raw.name, row_number=match.header_index + 1, column_label=c.label.strip(),
            )  # fmt: skip


def _lost_sheets(found: Recognised, findings: Findings) -> set[str]:
    """Sheets of the codebook that were not read: not delivered, or delivered with a header that is not the codebook's."""
    read, lost = {match.sheet.name for match in found.matches}, set[str]()
    for sheet in (s for s in found.codebook.sheets if s.role in ("main", "repeat") and s.name not in read):
        alike = [raw for raw in found.unused if sheet_fits(raw.name, sheet.patterns)]
        for raw in alike:
            near = nearest_of(raw, found.codebook, sheet)
            findings.add(
                "sheet_not_read", "block", f"the sheet bears the name of {sheet.name!r}, and its header is not the codebook's",
                expected=expected_of(near) if near else f"the labels of {sheet.name!r}", sheet=raw.name, rows=raw.height,
                todo="correct the header, or add the new labels to the codebook (mtm codebook suggest FILE --sheet NAME drafts them)",
            )  # fmt: skip
            lost.add(raw.name)
        if not alike and sheet.required:
            findings.add(
                "absent_sheet", "block" if sheet.role == "main" else "review", f"the delivery has no sheet {sheet.name!r}",
                expected=f"a sheet named {', '.join(sheet.patterns)}",
                todo="deliver all sheets of the round; if it may lack this one, write required: false at the sheet in the codebook",
            )  # fmt: skip
    return lost


def _note_versions(match: SheetMatch, findings: Findings) -> None:
    """Columns of one form version that are filled in rows of another: nobody can say what they mean there."""
    version = match.find("form_version")
    for c in (c for c in match.columns if c.column.versions and version):
        assert version
        told = match.raw.column(version.index)[match.first_row :]
        other = [v for v in told.unique().to_list() if v and not in_versions(c.column.versions, (v,))]
        rows = (told.is_in(other) & (match.raw.column(c.index)[match.first_row :].str.strip_chars() != "")).arg_true()
        if rows.len():
            findings.add(
                "column_of_other_version", "block", f"{c.column.field} is filled in rows of a form version that did not ask it",
                expected=f"form versions {c.column.versions}", todo="correct the versions in the codebook, or the rows", rows=rows.len(),
                sheet=match.raw.name, row_number=int(rows[0]) + match.first_row + 1, column_label=c.label.strip(),
            )  # fmt: skip


def date_column(frame: TextFrame, data: pl.DataFrame, field: str, findings: Findings) -> pl.Series:
    """The dates of a field in some rows of a frame; a finding for those that are not certain and those that are none."""
    name, mapped = frame.of(field), frame.match.find(field)
    if name is None or mapped is None:
        return pl.Series(field, [None] * data.height, dtype=pl.Date)
    epoch = EPOCH_1904 if any("1904" in notice.code for notice in frame.match.raw.notices) else EPOCH_1900
    missing = frozenset(fold(word) for word in mapped.column.missing)
    whole = read_dates(frame.data[name], missing, epoch, frame.order(name))
    for mask, code, severity, what, todo in (
        (whole.ambiguous, "ambiguous_date", "block", "day and month can't be told apart in a date, nor from its column",
         "write dates as 2024-12-31 and deliver again"),
        (whole.unreadable, "unreadable_date", "review", "a text is not a date and is left out", "correct the cells and deliver again"),
    ):  # fmt: skip
        rows = frame.data.filter(mask)["row_number"]
        if rows.len() and not findings.has(code, frame.match.raw.name, mapped.label.strip()):
            findings.add(code, severity, what, expected="a date whose day, month and year are certain", todo=todo, rows=rows.len(),
                         row_number=rows[0], sheet=frame.match.raw.name, column_label=mapped.label.strip())  # fmt: skip
    dates = frame.data.select("row_number", whole.values.alias(field))
    return data.select("row_number").join(dates, on="row_number", how="left", maintain_order="left")[field]


def moment_column(frame: TextFrame, data: pl.DataFrame, field: str, findings: Findings) -> pl.Series:
    """The moments of a field in some rows of a frame; a finding for texts that are none."""
    name, mapped = frame.of(field), frame.match.find(field)
    if name is None or mapped is None:
        return pl.Series(field, [None] * data.height, dtype=pl.Datetime("us"))
    moments = data.select(time_value(name, frame.order(name)).alias(field))[field]
    bad = data.filter(moments.is_null() & (data[name].str.strip_chars() != ""))["row_number"]
    if bad.len():
        findings.add(
            "unreadable_date", "review", "a text is not a date and is left out", expected="a date and a time", sheet=frame.match.raw.name,
            todo="correct the cells and deliver again", row_number=bad[0], column_label=mapped.label.strip(), rows=bad.len(),
        )  # fmt: skip
    return moments
