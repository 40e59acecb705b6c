"""How many questions each row was asked and answered, and a keyed hash of what it answered.

Counting belongs here, over all columns that are questions whatever their type; coding answers does not.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook
from warehouse.normalize.asked import asked_of
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.interview_fields import told_of_interviews
from warehouse.normalize.people import pseudonym
from warehouse.normalize.prepare import words
from warehouse.normalize.values import missing_mask

OF_SUBMISSION = ("uuid", "index", "parent_index", "parent_table", "submission_id", "round_number")


def answered(frame: TextFrame, book: Codebook, key: bytes) -> list[pl.Series]:
    """`asked`, `answered` (questions, by row) and `content_hash` (null where nothing was answered)."""
    fields: dict[str, list[MappedColumn]] = {}
    for column in _questions(frame, book):
        fields.setdefault(column.column.field + str(sorted(column.groups.items())), []).append(column)
    asked = frame.data.select(
        pl.sum_horizontal(asked_of(frame, book, c[0]).cast(pl.Int64) for c in fields.values()).alias("asked")
        if fields
        else pl.lit(0, pl.Int64).alias("asked")
    )["asked"]
    filled = [_filled(frame, book, columns) for columns in fields.values()]
    number = pl.Series("answered", [0] * frame.data.height, dtype=pl.Int64)
    for mask in filled:
        number = number + mask.cast(pl.Int64)
    asked = asked if asked.len() == number.len() else asked.new_from_index(0, number.len())
    return [asked.rename("asked"), number.rename("answered"), _hashes(frame, fields, number, key)]


def _questions(frame: TextFrame, book: Codebook) -> list[MappedColumn]:
    placed = {f for level in book.places.levels for f in (level.code_field, level.name_field, *level.more_codes)}
    left = {
        *OF_SUBMISSION,
        *told_of_interviews(),
        *placed,
        *(drop.field for drop in book.drop),
        "community_code",
        "weight",
        "stratum",
    }
    return [
        c for c in frame.match.columns
        if c.column.column_class != "identifier" and c.column.field not in left and frame.name(c) in frame.data.columns
    ]  # fmt: skip


def _filled(frame: TextFrame, book: Codebook, columns: list[MappedColumn]) -> pl.Series:
    """Rows in which any of a question's columns says something."""
    mask: pl.Series | None = None
    for c in columns:
        known = f"m{c.index}"  # read once where the column was prepared
        missing = frame.data[known] if known in frame.data.columns else None
        one = ~(missing_mask(frame.data[frame.name(c)], words(book, c.column)) if missing is None else missing)
        mask = one if mask is None else mask | one
    assert mask is not None
    return mask


def _hashes(frame: TextFrame, fields: dict[str, list[MappedColumn]], number: pl.Series, key: bytes) -> pl.Series:
    names = [frame.name(c) for columns in fields.values() for c in columns]
    if not names:
        return pl.Series("content_hash", [None] * number.len(), dtype=pl.String)
    whole = frame.data.select(pl.concat_str([pl.col(n).str.strip_chars() for n in names], separator="\x1f")).to_series()
    hashes = [
        pseudonym(key, text) if told else None for text, told in zip(whole.to_list(), number.to_list(), strict=True)
    ]
    return pl.Series("content_hash", hashes, dtype=pl.String)
