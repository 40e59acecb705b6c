"""Which rows are accepted and which are rejected, and why. The first reason that applies counts.

Judging rows belongs here; rows that are no data at all are set aside before (`furniture.py`), canonical tables are built after.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Drop
from warehouse.normalize.asked import asked_of
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.prepare import total_columns
from warehouse.normalize.values import folded, is_missing

VERDICT = {"row_number": pl.Int64, "reason_code": pl.String, "column_label": pl.String}
# what a spreadsheet writes where a formula failed, in English, Russian and French
ERROR_TEXT = r"^#(N/A|N/D|Н/Д|[A-ZА-ЯЁ/0]{2,12}[!?])$"


def judge(
    frame: TextFrame,
    book: Codebook,
    places: RowPlaces,
    counts: pl.DataFrame | None = None,
    drifted: pl.DataFrame | None = None,
    repeated: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """row_number, reason_code, column_label of every rejected row, each row once.

    `counts`: the rows' counts in long form. `drifted`: rows whose values stand in wrong columns; they come first. `repeated`: rows of the
    whole sheet that repeat others, where the frame is a piece of it.
    """
    verdicts = [
        *(_dropped(frame, book, drop) for drop in book.drop),
        _nothing() if drifted is None else drifted,
        _repeated(frame, book) if repeated is None else _of_frame(repeated, frame),
        *_errors(frame, book),
        *(_bad_counts(frame, column) for column in total_columns(frame)),
        _no_total(frame, book),
        _no_category(frame, counts),
        places.rows.filter(pl.col("reason").is_not_null()).select(
            "row_number", pl.col("reason").alias("reason_code"), pl.lit("").alias("column_label")
        ),
    ]
    whole = pl.concat([v.cast(VERDICT) for v in verdicts])  # type: ignore[arg-type]
    return whole.unique("row_number", keep="first", maintain_order=True).sort("row_number")


def people(frame: TextFrame, row_numbers: list[int]) -> dict[int, int | None]:
    """Individuals in the totals of rows, as far as they can be read; None where no total can."""
    columns = [f"n{c.index}" for c in total_columns(frame) if _unit(frame, c) == "individuals"]
    if not columns:
        return dict.fromkeys(row_numbers, None)
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in columns)
    total = pl.when(known).then(pl.sum_horizontal(columns)).alias("people")
    data = frame.data.filter(pl.col("row_number").is_in(row_numbers)).select("row_number", total)
    return dict(data.iter_rows())


def _unit(frame: TextFrame, column: MappedColumn) -> str:
    measure = column.column.measure or frame.match.sheet.measure
    return measure.unit if measure else ""


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
    wanted = folded(pl.Series([*drop.equals, *labels], dtype=pl.String)).to_list()
    hit = pl.col(name).map_batches(folded, return_dtype=pl.String).is_in(sorted(set(wanted)))
    return _verdict(frame, hit, pl.lit(drop.reason), frame.label(name))


def _verdict(frame: TextFrame, mask: pl.Expr, code: pl.Expr, label: str) -> pl.DataFrame:
    return frame.data.filter(mask).select("row_number", code.alias("reason_code"), pl.lit(label).alias("column_label"))


def _repeated(frame: TextFrame, book: Codebook) -> pl.DataFrame:
    """Rows that repeat the unique field: the same contents are a duplicate, other contents a conflict."""
    name = frame.of(book.unique) if book.unique else None
    if name is None:
        return _nothing()
    data = frame.data.filter(~is_missing(name, book.missing))
    data = data.filter(pl.col(name).is_duplicated())
    if data.is_empty():
        return _nothing()
    return repeated_among(contents_of(replace(frame, data=data), name), name, frame.label(name))


def _of_frame(rows: pl.DataFrame, frame: TextFrame) -> pl.DataFrame:
    return rows.join(frame.data.select("row_number"), on="row_number", how="semi", maintain_order="left")


def contents_of(frame: TextFrame, name: str) -> pl.DataFrame:
    """row_number, the unique field, and a hash of what the rows say but for the keys of their submission."""
    volatile = [frame.of(key) for key in (frame.match.sheet.row_key, "index", "submission_id") if key]
    contents = [c for c in frame.data.columns if c.startswith("c") and c not in volatile]
    return frame.data.select("row_number", name, pl.struct(contents).hash().alias("contents"))


def repeated_among(data: pl.DataFrame, name: str, label: str) -> pl.DataFrame:
    """Of rows that share their unique field (`contents_of`, in order): all but the first, by what they say."""
    data = data.with_columns(  # before the first row of each is left out
        (pl.col("contents") == pl.col("contents").first().over(name)).alias("same"),
        (pl.col("row_number").cum_count().over(name) > 1).alias("later"),
    )
    same = pl.when("same").then(pl.lit("duplicate_submission"))
    return data.filter("later").select(
        "row_number",
        same.otherwise(pl.lit("conflicting_submission")).alias("reason_code"),
        pl.lit(label).alias("column_label"),
    )


def _errors(frame: TextFrame, book: Codebook) -> list[pl.DataFrame]:
    """Rows with the text of a failed formula, unless the codebook names it a word for missing."""
    columns = {frame.name(c): c for c in frame.match.columns if frame.name(c) in frame.data.columns}
    marked = frame.data.select(pl.col(list(columns)).str.starts_with("#").any()).row(0) if columns else ()
    found = []
    for (name, c), is_marked in zip(columns.items(), marked, strict=True):
        if is_marked:
            declared = is_missing(name, [*book.missing, *c.column.missing])
            bad = pl.col(name).str.strip_chars().str.to_uppercase().str.contains(ERROR_TEXT) & ~declared
            found.append(_verdict(frame, bad, pl.lit("error_value"), c.label.strip()))
    return found


def _no_total(frame: TextFrame, book: Codebook) -> pl.DataFrame:
    """Rows in which every total that was asked is blank: a line pasted in another layout looks like this."""
    columns = total_columns(frame)
    if not columns:
        return _nothing()
    blank = pl.all_horizontal(f"m{c.index}" for c in columns)
    asked = pl.any_horizontal(asked_of(frame, book, c) for c in columns)
    return _verdict(frame, blank & asked, pl.lit("no_total"), "")


def _no_category(frame: TextFrame, counts: pl.DataFrame | None) -> pl.DataFrame:
    """Rows of a long sheet whose category, sex or age the codebook does not know."""
    if counts is None or frame.match.sheet.measure is None:
        return _nothing()
    unknown = counts.filter(pl.any_horizontal(pl.col("category", "sex", "age_group").is_null()))
    return _verdict(frame, pl.col("row_number").is_in(unknown["row_number"].to_list()), pl.lit("unknown_category"), "")


def _bad_counts(frame: TextFrame, column: MappedColumn) -> pl.DataFrame:
    i = column.index
    negative = pl.col(f"c{i}").str.contains(r"^\s*[-−]\s*\d")
    unsure = pl.col(f"c{i}").str.contains(r"^\s*\d{1,3}[.,]\d{3}\s*$")
    code = (
        pl.when(negative).then(pl.lit("negative_count"))
        .when(unsure).then(pl.lit("ambiguous_count"))
        .otherwise(pl.lit("not_a_whole_number"))
    )  # fmt: skip
    return _verdict(frame, pl.col(f"n{i}").is_null() & ~pl.col(f"m{i}"), code, column.label.strip())


__all__ = ["VERDICT", "judge", "people", "total_columns"]
