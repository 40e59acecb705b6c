"""Rows that say they are of another round than their delivery: pasted from elsewhere, or with another value in that cell.

Rejecting them belongs here; what a cell tells is read in `codebooks/round_column.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.model import Codebook, RoundNumber
from warehouse.codebooks.round_column import told_round, told_rounds
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import words
from warehouse.normalize.rows import VERDICT
from warehouse.normalize.values import is_missing


def foreign_rounds(
    frame: TextFrame, book: Codebook, number: int, findings: Findings, clear: dict[str, int | None] | None = None
) -> pl.DataFrame:
    """row_number, reason_code, column_label of rows whose round is not the delivery's; a finding for those that tell none.

    `clear`: field to the round that the whole sheet tells, where the frame is a piece of it.
    """
    found = [
        _foreign(rule, frame, book, number, findings, clear)
        for rule in book.round_number if rule.field and not rule.select
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema=VERDICT), *found])


def _foreign(
    rule: RoundNumber, frame: TextFrame, book: Codebook, number: int, findings: Findings,
    clear: dict[str, int | None] | None,
) -> pl.DataFrame:  # fmt: skip
    column, name = frame.match.find(rule.field or ""), frame.of(rule.field or "")
    if clear is None:
        told = told_rounds(rule, frame.match, book)
        clear = {rule.field or "": told.clear} if told else {}
    if column is None or name is None or clear.get(rule.field or "") != number:
        return pl.DataFrame(schema=VERDICT)  # another rule told the round: this column means something else
    read = {t: told_round(t, rule.pattern) for t in frame.data[name].unique().to_list()}
    missing, label = is_missing(name, words(book, column.column)), column.label.strip()
    blank = frame.data.filter(missing)["row_number"]
    if blank.len():
        findings.add(
            "round_missing", "review", "rows do not say of which round they are; taken for rows of this one",
            expected="the round's number in every row", todo="make sure that they are of this round, and fill in the number",
            sheet=frame.match.raw.name, row_number=blank[0], column_label=label, rows=blank.len(),
        )  # fmt: skip
    other = pl.col(name).is_in([t for t, n in read.items() if n != number]) & ~missing
    return frame.data.filter(other).select(
        "row_number", pl.lit("foreign_round_row").alias("reason_code"), pl.lit(label).alias("column_label")
    )
