"""Population: count columns of accepted rows to the canonical long table, totals and parts apart.

Wide counts and repeat sheets to long form belong here; nothing is added up or filled in.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.model import Codebook, Measure
from warehouse.normalize.countries import country_codes
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.schema import POPULATION
from warehouse.normalize.values import count_text, count_value, fold_expr, is_missing

ROW = ["row_id", "place_code", "place_level"]


def measured(column: MappedColumn) -> Measure | None:
    """The measure of a column with the groups of its pattern filled in."""
    measure = column.column.measure
    if measure is None or not column.groups:
        return measure
    filled = {k: v.format(**column.groups) if isinstance(v, str) else v for k, v in measure.model_dump().items()}
    return Measure.model_validate(filled)


def wide_counts(frame: TextFrame, accepted: pl.DataFrame, book: Codebook, findings: Findings) -> pl.DataFrame:
    """All count columns in long form. `accepted`: row_number, row_id, place_code, place_level."""
    columns = {frame.name(c): m for c in frame.match.columns if (m := measured(c))}
    if not columns:
        return pl.DataFrame(schema=POPULATION)
    data = frame.data.join(accepted, on="row_number", maintain_order="left")
    long = data.select("row_number", *ROW, *columns).unpivot(
        on=list(columns), index=["row_number", *ROW], variable_name="column", value_name="delivered_value"
    )
    key = pl.DataFrame([{"column": name, **m.model_dump()} for name, m in columns.items()], schema=_MEASURE)
    long = _with_values(long.join(key, on="column", how="left", maintain_order="left"), book)
    _note_unreadable(frame, long, findings)
    return _canonical(long, findings.round_key)


_MEASURE = {
    "column": pl.String, "category": pl.String, "unit": pl.String, "dimension": pl.String, "item": pl.String,
    "sex": pl.String, "age_group": pl.String,
}  # fmt: skip


def repeat_counts(
    match: SheetMatch, parents: pl.DataFrame, rejected: set[str], book: Codebook, findings: Findings
) -> pl.DataFrame:
    """A repeat sheet in long form. `parents`: parent_key, row_id, place_code, place_level of accepted rows.

    `rejected` holds the parent keys of rejected rows: their repeats go with them.
    """
    measure, frame = match.sheet.measure, text_frame(match)
    parent, value = frame.of(match.sheet.parent_key or ""), frame.of(measure.value_field) if measure else None
    if measure is None or parent is None or value is None:
        return pl.DataFrame(schema=POPULATION)
    data = frame.data.with_columns(count_text(parent).alias("parent_key"))
    orphans = data.filter(~pl.col("parent_key").is_in(sorted(set(parents["parent_key"]) | rejected)))
    for number in orphans["row_number"].to_list()[:20]:
        findings.add("orphan_row", "block", "a repeat row has no parent row", sheet=match.raw.name, row_number=number,
                     expected="a parent index of the main sheet", todo="export the form again with its repeat sheets")  # fmt: skip
    long = data.join(parents, on="parent_key", maintain_order="left").with_columns(
        pl.col(value).alias("delivered_value"),
        pl.lit(measure.unit).alias("unit"),
        pl.lit(measure.dimension).alias("dimension"),
        pl.lit("all").alias("sex"),
        pl.lit("all").alias("age_group"),
        _category(frame, book, match).alias("category"),
        pl.col(frame.of(measure.item_field or "") or value).alias("item"),
    )
    if measure.dimension == "country":
        long = country_codes(long, "item", findings, match.raw.name)
    long = _with_values(long, book)
    _refuse_unreadable(long, match, findings)
    return _canonical(long, findings.round_key)


def _category(frame: TextFrame, book: Codebook, match: SheetMatch) -> pl.Expr:
    measure = match.sheet.measure
    assert measure is not None
    name = frame.of(measure.category_field) if measure.category_field else None
    if name is None:
        return pl.lit(measure.category)
    column = next(c.column for c in match.columns if frame.name(c) == name)
    texts = {t.casefold(): o.code for o in book.code_lists.get(column.options or "", []) for t in [o.code, *o.labels]}
    return fold_expr(name).replace_strict(texts, default=None, return_dtype=pl.String)


def _with_values(long: pl.DataFrame, book: Codebook) -> pl.DataFrame:
    value = count_value("delivered_value")
    status = (
        pl.when(is_missing("delivered_value", book.missing)).then(pl.lit("missing"))
        .when(value.is_null() | (value < 0)).then(pl.lit("unreadable"))
        .otherwise(pl.lit("reported"))
    )  # fmt: skip
    return long.with_columns(value.alias("value"), status.alias("value_status")).with_columns(
        pl.when(pl.col("value_status") == "reported").then("value").alias("value")
    )


def _note_unreadable(frame: TextFrame, long: pl.DataFrame, findings: Findings) -> None:
    bad = long.filter(pl.col("value_status") == "unreadable").select("row_number", "column")
    for name, rows in bad.group_by("column", maintain_order=True):
        findings.add(
            "part_not_a_number", "review", "a part (not a total) is not a whole number and is left out of the parts",
            expected="a whole number", todo="correct the cells and deliver again", sheet=frame.match.raw.name,
            row_number=rows["row_number"][0], column_label=frame.label(str(name[0])), rows=rows.height,
        )  # fmt: skip


def _refuse_unreadable(long: pl.DataFrame, match: SheetMatch, findings: Findings) -> None:
    bad = long.filter((pl.col("value_status") == "unreadable") | pl.col("category").is_null())
    for number in bad["row_number"].to_list()[:20]:
        findings.add("part_not_a_number", "block", "a repeat row has no readable count or an unknown category",
                     expected="a whole number and a known category", todo="correct the row and deliver again",
                     sheet=match.raw.name, row_number=number)  # fmt: skip


def _canonical(long: pl.DataFrame, round_key: str) -> pl.DataFrame:
    long = long.with_columns(pl.lit(round_key).alias("round_key"), pl.col("category").alias("population_category"))
    return long.select(POPULATION.keys()).cast(POPULATION)  # type: ignore[arg-type]
