"""Which rows are accepted and which are rejected, and why. The first reason that applies counts.

Judging rows belongs here; building the canonical tables from the accepted ones does not.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Drop
from warehouse.normalize.asked import asked_of
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.values import count_text, count_value, fold_expr, is_missing

VERDICT = {"row_number": pl.Int64, "reason_code": pl.String, "column_label": pl.String}


def judge(frame: TextFrame, book: Codebook, places: RowPlaces, drifted: pl.DataFrame | None = None) -> pl.DataFrame:
    """row_number, reason_code, column_label of every rejected row, each row once."""
    verdicts = [
        *(_dropped(frame, book, drop) for drop in book.drop),
        _nothing() if drifted is None else drifted,
        _repeated(frame, book),
        *(_bad_counts(frame, book, column) for column in total_columns(frame)),
        _no_total(frame, book),
        places.rows.filter(pl.col("reason").is_not_null()).select(
            "row_number", pl.col("reason").alias("reason_code"), "column_label"
        ),
    ]
    whole = pl.concat([v.cast(VERDICT) for v in verdicts])  # type: ignore[arg-type]
    return whole.unique("row_number", keep="first", maintain_order=True).sort("row_number")


def total_columns(frame: TextFrame) -> list[MappedColumn]:
    """The columns that carry a category's total; a row whose total can't be read is not used at all."""
    return [c for c in frame.match.columns if c.column.measure and c.column.measure.dimension == "total"]


def people(frame: TextFrame, row_numbers: list[int]) -> dict[int, int | None]:
    """Individuals in the totals of rows, as far as they can be read; None where no total can."""
    columns = [
        frame.name(c) for c in total_columns(frame) if c.column.measure and c.column.measure.unit == "individuals"
    ]
    if not columns:
        return dict.fromkeys(row_numbers, None)
    counts = [count_value(name) for name in columns]
    known = pl.any_horizontal(c.is_not_null() for c in counts)
    total = pl.when(known).then(pl.sum_horizontal(counts)).alias("people")
    data = frame.data.filter(pl.col("row_number").is_in(row_numbers)).select("row_number", total)
    return dict(data.iter_rows())


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=VERDICT)


def _dropped(frame: TextFrame, book: Codebook, drop: Drop) -> pl.DataFrame:
    name = frame.of(drop.field)
    if name is None:
        return _nothing()
    column = next(c for c in frame.match.columns if frame.name(c) == name).column
    labels = [
        label for o in book.code_lists.get(column.options or "", []) if o.code in drop.equals for label in o.labels
    ]
    wanted = [*drop.equals, *labels]
    hit = fold_expr(name).is_in(sorted({w.strip().casefold() for w in wanted}))
    return frame.data.filter(hit).select(
        "row_number", pl.lit(drop.reason).alias("reason_code"), pl.lit(frame.label(name)).alias("column_label")
    )


def _repeated(frame: TextFrame, book: Codebook) -> pl.DataFrame:
    """Rows that repeat the unique field: the same contents are a duplicate, other contents a conflict."""
    name = frame.of(book.unique) if book.unique else None
    if name is None:
        return _nothing()
    volatile = [frame.of(sheet_key) for sheet_key in (frame.match.sheet.row_key, "submission_id") if sheet_key]
    contents = [c for c in frame.data.columns if c not in ("row_number", *volatile)]
    data = frame.data.filter(~is_missing(name, book.missing)).with_columns(pl.struct(contents).hash().alias("contents"))
    first = pl.col("contents").first().over(name)
    later = pl.col("row_number").cum_count().over(name) > 1
    code = (
        pl.when(pl.col("contents") == first)
        .then(pl.lit("duplicate_submission"))
        .otherwise(pl.lit("conflicting_submission"))
    )
    return data.filter(later).select(
        "row_number", code.alias("reason_code"), pl.lit(frame.label(name)).alias("column_label")
    ) if not data.is_empty() else _nothing()  # fmt: skip


def _no_total(frame: TextFrame, book: Codebook) -> pl.DataFrame:
    """Rows in which every total is blank: a line pasted in another layout looks like this."""
    names = [frame.name(c) for c in total_columns(frame)]
    if not names:
        return _nothing()
    blank = pl.all_horizontal(is_missing(name, book.missing) for name in names)
    asked = pl.any_horizontal(asked_of(frame, book, column) for column in total_columns(frame))
    return frame.data.filter(blank & asked).select(
        "row_number", pl.lit("no_total").alias("reason_code"), pl.lit("").alias("column_label")
    )


def _bad_counts(frame: TextFrame, book: Codebook, column: MappedColumn) -> pl.DataFrame:
    name = frame.name(column)
    whole = count_text(name).str.contains(r"^[+-]?\d{1,12}$")
    negative = count_value(name) < 0
    code = pl.when(whole).then(pl.lit("negative_count")).otherwise(pl.lit("not_a_whole_number"))
    bad = ~is_missing(name, book.missing) & (~whole | negative)
    return frame.data.filter(bad).select(
        "row_number", code.alias("reason_code"), pl.lit(column.label.strip()).alias("column_label")
    )
