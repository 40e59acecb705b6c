"""Shares: columns that say which part of a category something is, on the scale that the codebook declares.

Reading shares and checking their scale belong here. A delivery on another scale is never converted: it waits for a decision.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Measure
from warehouse.normalize.again import later
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.mapped import mapped
from warehouse.normalize.numbers import Style, clean, decimal_number, style_of
from warehouse.normalize.prepare import measured, words
from warehouse.normalize.schema import SHARE
from warehouse.normalize.values import missing_mask

TOLERANCE = 0.03  # of the whole: shares are delivered rounded
KEY = ["population_category", "dimension"]


def shares(frame: TextFrame, accepted: pl.DataFrame, book: Codebook, findings: Findings) -> pl.DataFrame:
    """The canonical share table of accepted rows, values as parts of 1."""
    columns = [(c, m) for c in frame.match.columns if (m := measured(c)) and m.unit == "share"]
    if not columns:
        return pl.DataFrame(schema=SHARE)
    data = accepted.join(frame.data, on="row_number", how="left", maintain_order="left")
    long = pl.concat([_column(data, book, c, m, _style(frame, c)) for c, m in columns]).with_columns(
        pl.lit(findings.round_key).alias("round_key")
    )
    _note_unreadable(frame, long, findings)
    known = long.filter(pl.col("value_status") == "reported")
    if frame.match.piece:
        kept = known.select("row_number", *KEY, "column", "scale", "raw")
        later(frame, "shares", kept, lambda rows: _check_scale(frame, _by_column(rows), findings))
    else:
        _check_scale(frame, known, findings)
    return long.select(SHARE.keys()).cast(SHARE)  # type: ignore[arg-type]


def _style(frame: TextFrame, column: MappedColumn) -> Style | None:
    """The style of the whole column, where the frame is a piece of it."""
    piece = frame.match.piece
    return piece.habits.share_style(column.index) if piece else None


def _column(
    data: pl.DataFrame, book: Codebook, column: MappedColumn, measure: Measure, style: Style | None
) -> pl.DataFrame:
    texts, scale = data[f"c{column.index}"], float(column.column.scale or 1)
    missing = missing_mask(texts, words(book, column.column))
    value = _read(texts, scale, style)
    status = (
        pl.when(pl.col("missing"))
        .then(pl.lit("missing"))
        .when(pl.col("raw").is_null())
        .then(pl.lit("unreadable"))
        .otherwise(pl.lit("reported"))
    )
    return data.select("row_number", "row_id", "place_code", "place_level").with_columns(
        pl.lit(f"c{column.index}").alias("column"),
        pl.lit(measure.category).alias("population_category"), pl.lit(measure.dimension).alias("dimension"),
        pl.lit(measure.item, pl.String).alias("item"), pl.lit(measure.sex).alias("sex"), pl.lit(measure.age_group).alias("age_group"),
        value.alias("raw"), missing.alias("missing"), pl.lit(scale).alias("scale"), texts.alias("delivered_value"),
    ).with_columns(
        (pl.col("raw") / pl.col("scale")).alias("value"), status.alias("value_status"),
    )  # fmt: skip


def _read(texts: pl.Series, scale: float, told: Style | None) -> pl.Series:
    """Numbers as delivered; "33 %" says its scale itself. Null where a cell is no share."""
    cells = {t: clean(t) for t in texts.unique().to_list() if t}
    style = told or style_of([c.rstrip(" %") for c in cells.values()])
    read = {t: n for t, c in cells.items() if (n := _number(c, scale, style)) is not None}
    return mapped(texts, read, pl.Float64)


def _number(text: str, scale: float, style: dict[str, str | None]) -> float | None:
    number = decimal_number(text.rstrip(" %"), {**style, ",": style[","] or "decimal"})
    if number is not None and text.endswith("%"):
        number = number / 100 * scale
    return number if number is not None and 0 <= number <= 100 * (1 + TOLERANCE) else None


def _note_unreadable(frame: TextFrame, long: pl.DataFrame, findings: Findings) -> None:
    bad = long.filter(pl.col("value_status") == "unreadable")
    for (name,), rows in bad.group_by("column", maintain_order=True):
        findings.add(
            "share_not_a_number", "review", "a share is not a number from nothing to the whole and is left out",
            expected="a share", todo="correct the cells and deliver again", sheet=frame.match.raw.name,
            row_number=rows["row_number"][0], column_label=frame.label(str(name)), rows=rows.height,
        )  # fmt: skip


def _by_column(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of all pieces in the order of a sheet that is judged at once: column by column."""
    return rows.sort(pl.col("column").str.slice(1).cast(pl.Int64), "row_number")


def _check_scale(frame: TextFrame, known: pl.DataFrame, findings: Findings) -> None:
    """The shares of one dimension of a row must add up to the whole of the declared scale, and never to that of the other."""
    sums = known.group_by([*KEY, "row_number", "scale"], maintain_order=True).agg(pl.col("raw").sum().alias("whole"))
    for (category, dimension), rows in sums.group_by(KEY, maintain_order=True):
        label = frame.label(known.filter(pl.col("dimension") == dimension)["column"][0])
        other = rows.filter(_other_scale(pl.col("whole"), pl.col("scale")))
        if other.height:
            scale = int(rows["scale"][0])
            findings.add(
                "percent_scale", "block", f"shares of {dimension} of {category} add up to {101 - scale} in {other.height} of {rows.height} rows",
                expected=f"shares that add up to {scale}, as the codebook declares", row_number=other["row_number"][0], rows=other.height,
                todo="deliver all rows on one scale, or correct the scale of these rounds in the codebook", sheet=frame.match.raw.name, column_label=label,
            )  # fmt: skip
        odd = rows.filter(~_other_scale(pl.col("whole"), pl.col("scale")) & ~_near(pl.col("whole"), pl.col("scale")))
        if odd.height:
            findings.add(
                "shares_not_whole", "review", f"shares of {dimension} of {category} don't add up to the whole",
                expected="shares that add up to the whole", row_number=odd["row_number"][0], rows=odd.height,
                todo="check these rows with the field", sheet=frame.match.raw.name, column_label=label,
            )  # fmt: skip


def _near(value: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return (value - whole).abs() <= whole * TOLERANCE


def _other_scale(value: pl.Expr, scale: pl.Expr) -> pl.Expr:
    """Whether a sum fits the other scale: near its whole; or above 1.5 where the whole is 1."""
    return _near(value, 101 - scale) | ((scale == 1) & (value > 1.5))
