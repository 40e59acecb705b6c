"""Population: counts of a sheet in long form, totals and parts apart, whatever shape they were delivered in.

Wide columns, groups side by side and long sheets to one shape belong here; nothing is added up or filled in.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Measure, RepeatMeasure
from warehouse.normalize.asked import asked_of
from warehouse.normalize.countries import country_codes
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import counted, measured
from warehouse.normalize.schema import POPULATION, Schema
from warehouse.normalize.values import folded, option_value
from warehouse.normalize.words import is_total

ROW = ["row_id", "place_code", "place_level"]
COUNT: Schema = {
    "row_number": pl.Int64, "column": pl.String, "category": pl.String, "unit": pl.String, "dimension": pl.String,
    "item": pl.String, "sex": pl.String, "age_group": pl.String, "value": pl.Int64, "value_status": pl.String,
    "delivered_value": pl.String,
}  # fmt: skip
SEXES = {"male": "male", "female": "female", "all": "all", "total": "all", "": "all"}


def counts(frame: TextFrame, book: Codebook, findings: Findings) -> pl.DataFrame:
    """Every count of a sheet (`COUNT`), of all its rows."""
    if frame.match.sheet.measure:
        parts = [_by_row(frame, book, frame.match.sheet.measure)]
    else:
        parts = [_wide(frame, book), *_groups(frame, book)]
    whole = pl.concat([part.select(list(COUNT)).cast(COUNT) for part in parts])  # type: ignore[arg-type]
    _note_lone(frame, whole, findings)
    return _countries(frame, whole, findings)


def population(found: pl.DataFrame, accepted: pl.DataFrame, round_key: str) -> pl.DataFrame:
    """Counts of accepted rows as the canonical table. `accepted`: row_number, row_id, place_code, place_level."""
    rows = accepted.join(found, on="row_number", maintain_order="left")
    rows = rows.with_columns(pl.lit(round_key).alias("round_key"), pl.col("category").alias("population_category"))
    return rows.select(POPULATION.keys()).cast(POPULATION)  # type: ignore[arg-type]


def note_counts(frame: TextFrame, found: pl.DataFrame, accepted: pl.DataFrame, findings: Findings) -> None:
    """A finding for parts of accepted rows that are no whole number."""
    kept = found.join(accepted.select("row_number"), on="row_number", how="semi", maintain_order="left")
    _note_no_total(frame, kept, findings)
    bad = kept.filter(pl.col("value_status") == "unreadable").select("row_number", "column")
    for (name,), rows in bad.group_by("column", maintain_order=True):
        findings.add(
            "part_not_a_number", "block", "a part (not a total) is not a whole number and is left out of the parts",
            expected="a whole number", todo="correct the cells and deliver again", sheet=frame.match.raw.name,
            row_number=rows["row_number"][0], column_label=frame.label(str(name)), rows=rows.height,
        )  # fmt: skip


def _note_no_total(frame: TextFrame, kept: pl.DataFrame, findings: Findings) -> None:
    """A finding for totals that were left blank while their parts are counted: those people are in no total."""
    keys = ["row_number", "category", "unit"]
    whole = kept.filter(pl.col("dimension") == "total")
    blank = whole.filter(pl.col("value_status") == "missing")
    if blank.is_empty():
        return
    parts = kept.filter((pl.col("dimension") != "total") & (pl.col("value") > 0)).select(keys)
    blank = blank.join(parts, on=keys, how="semi", maintain_order="left")
    given = whole.filter(pl.col("value_status") == "reported").select(keys)
    lost = blank.join(given, on=keys, how="anti", maintain_order="left")
    for (name,), rows in lost.group_by("column", maintain_order=True):
        findings.add(
            "total_missing", "review", "a total is blank where its parts are counted: these people are in no total",
            expected="a total beside its parts", todo="fill in the total and deliver again", sheet=frame.match.raw.name,
            row_number=rows["row_number"][0], column_label=frame.label(str(name)), rows=rows["row_number"].n_unique(),
        )  # fmt: skip


def _note_lone(frame: TextFrame, found: pl.DataFrame, findings: Findings) -> None:
    """A finding for numbers without the item that they count."""
    lone = found.filter((pl.col("item") == "unknown") & (pl.col("value") > 0))
    for (name,), rows in lone.group_by("column", maintain_order=True):
        findings.add(
            "number_without_item", "review", "a number stands without what it counts (a country, a place): kept as unknown",
            expected="an item beside each number", todo="fill in the item and deliver again", sheet=frame.match.raw.name,
            row_number=rows["row_number"][0], column_label=frame.label(str(name)), rows=rows.height,
        )  # fmt: skip


def status(number: str, missing: str) -> pl.Expr:
    """reported, missing or unreadable, from a prepared count."""
    return (
        pl.when(missing).then(pl.lit("missing"))
        .when(pl.col(number).is_null()).then(pl.lit("unreadable"))
        .otherwise(pl.lit("reported"))
    )  # fmt: skip


def _wide(frame: TextFrame, book: Codebook) -> pl.DataFrame:
    columns = [(c, m) for c in counted(frame) if not c.member and (m := measured(c))]
    if not columns:
        return pl.DataFrame(schema=COUNT)
    rows, indexes = frame.data.height, [c.index for c, _ in columns]
    data = frame.data.with_columns(asked_of(frame, book, c).alias(f"asked{c.index}") for c, _ in columns)
    long = pl.DataFrame({
        "row_number": pl.concat([data["row_number"]] * len(columns)),
        "delivered_value": pl.concat([data[f"c{i}"].alias("v") for i in indexes]),
        "number": pl.concat([data[f"n{i}"].alias("v") for i in indexes]),
        "is_missing": pl.concat([data[f"m{i}"].alias("v") for i in indexes]),
        "is_asked": pl.concat([data[f"asked{i}"].alias("v") for i in indexes]),
    })  # fmt: skip
    keys = pl.DataFrame(
        [{"column": f"c{c.index}", **m.model_dump()} for c, m in columns], schema={k: COUNT[k] for k in KEYS}
    )
    spread = (
        keys.select(pl.all().repeat_by(rows).list.explode(keep_nulls=True, empty_as_null=True))
        if rows
        else keys.clear()
    )
    return pl.concat([long, spread], how="horizontal").with_columns(
        pl.col("number").alias("value"),
        # A blank where the form's skip logic did not ask is no missing answer.
        pl.when(pl.col("is_missing") & ~pl.col("is_asked")).then(pl.lit("not_asked"))
        .otherwise(status("number", "is_missing")).alias("value_status"),
    )  # fmt: skip


KEYS = ["column", "category", "unit", "dimension", "item", "sex", "age_group"]


def _groups(frame: TextFrame, book: Codebook) -> list[pl.DataFrame]:
    """Columns that repeat side by side: one part per repetition, blank repetitions left out."""
    members = {c.member: c for c in frame.match.columns if c.member}
    return [
        _group(frame, book, value, members.get((member[0], member[1], "item")))
        for member, value in members.items()
        if member[2] == "value"
    ]


def _group(frame: TextFrame, book: Codebook, value: MappedColumn, item: MappedColumn | None) -> pl.DataFrame:
    measure, i = value.column.measure, value.index
    assert isinstance(measure, Measure)
    text = _item(book, item) if item else pl.lit("")
    rows = frame.data.select("row_number", f"c{i}", f"n{i}", f"m{i}", text.alias("item"))
    rows = rows.filter((pl.col("item") != "") | ~pl.col(f"m{i}"))
    return rows.with_columns(
        pl.lit(f"c{i}").alias("column"),
        *(pl.lit(getattr(measure, k), pl.String).alias(k) for k in KEYS[1:] if k != "item"),
        pl.when(pl.col("item") != "").then("item").otherwise(pl.lit("unknown")).alias("item"),
        pl.col(f"n{i}").alias("value"),
        status(f"n{i}", f"m{i}").alias("value_status"),
        pl.col(f"c{i}").alias("delivered_value"),
    )


def _item(book: Codebook, column: MappedColumn) -> pl.Expr:
    """What a row counts, as text; an option's code where the column has a code list (its text where it is not in it)."""
    name = f"c{column.index}"
    text = pl.col(name).str.strip_chars()
    if column.column.options is None:
        return text
    return pl.coalesce(option_value(name, option_texts(book, column.column.options)), text)


def option_texts(book: Codebook, name: str) -> dict[str, str]:
    """Folded text to option code, of a whole code list."""
    texts = [(text, o.code) for o in book.code_lists.get(name, []) for text in [o.code, *o.labels]]
    keys = folded(pl.Series([t for t, _ in texts], dtype=pl.String)).to_list()
    return dict(zip(keys, [code for _, code in texts], strict=True))


def _by_row(frame: TextFrame, book: Codebook, measure: RepeatMeasure) -> pl.DataFrame:
    """A sheet in long form: each row is one count, its columns say of what. Null where a label is not known."""
    value = frame.match.find(measure.value_field)
    if value is None:
        return pl.DataFrame(schema=COUNT)
    i, category = value.index, _label(frame, book, measure.category_field, {})
    item = frame.match.find(measure.item_field) if measure.item_field else None
    rows = frame.data.with_columns(
        pl.lit(f"c{i}").alias("column"),
        (pl.lit(measure.category, pl.String) if category is None else category).alias("category"),
        pl.lit(measure.unit).alias("unit"),
        _or_all(_label(frame, book, measure.sex_field, SEXES)).alias("sex"),
        _or_all(_label(frame, book, measure.age_field, {"": "all", "all": "all", "total": "all"})).alias("age_group"),
        (_item(book, item) if item else pl.lit(None, pl.String)).alias("item"),
        pl.col(f"n{i}").alias("value"),
        status(f"n{i}", f"m{i}").alias("value_status"),
        pl.col(f"c{i}").alias("delivered_value"),
    )
    return rows.with_columns(_dimension(measure).alias("dimension")).with_columns(
        pl.when(pl.col("dimension").is_in(["total", "sex_age"])).then(None)
        .when(pl.col("item") == "").then(pl.lit("unknown")).otherwise("item").alias("item")
    )  # fmt: skip


def _dimension(measure: RepeatMeasure) -> pl.Expr:
    """The sheet's dimension; rows of all items, all sexes and all ages are totals, rows of a sex or an age are parts by them."""
    whole = (pl.col("sex") == "all") & (pl.col("age_group") == "all")
    if measure.item_field:
        return pl.when(pl.col("item").map_batches(is_total, return_dtype=pl.Boolean) & whole).then(pl.lit("total")).otherwise(
            pl.lit(measure.dimension)
        )  # fmt: skip
    if measure.dimension in ("total", "sex_age") and (measure.sex_field or measure.age_field):
        return pl.when(whole).then(pl.lit("total")).otherwise(pl.lit("sex_age"))
    return pl.lit(measure.dimension)


def _label(frame: TextFrame, book: Codebook, field: str | None, default: dict[str, str]) -> pl.Expr | None:
    """The code of a column's label: by its code list; without one by `default`, which also reads blank cells."""
    column = frame.match.find(field) if field else None
    if column is None:
        return None
    name = f"c{column.index}"
    if column.column.options:
        return option_value(name, default | option_texts(book, column.column.options))
    if default is SEXES or not default:
        return option_value(name, default)
    return pl.coalesce(option_value(name, default), pl.col(name).str.strip_chars())


def _or_all(label: pl.Expr | None) -> pl.Expr:
    return pl.lit("all") if label is None else label


def _countries(frame: TextFrame, found: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Items that are countries become ISO3 codes."""
    sheet = frame.match.sheet
    typed = {
        f"c{c.index}" for c in frame.match.columns if c.member and c.member[2] == "value" and _is_country(frame, c)
    }
    item = frame.match.find(sheet.measure.item_field) if sheet.measure and sheet.measure.item_field else None
    by_row = sheet.measure and (sheet.measure.dimension == "country" or (item and item.column.type == "country"))
    dimension = sheet.measure.dimension if sheet.measure else ""
    is_country = (pl.col("dimension") == dimension) if by_row else pl.col("column").is_in(sorted(typed))
    mine = is_country & pl.col("item").is_not_null()
    if not by_row and not typed:
        return found
    coded = country_codes(found.filter(mine), "item", findings, frame.match.raw.name)
    return pl.concat([found.filter(~mine), coded.select(found.columns)]).sort("row_number", maintain_order=True)


def _is_country(frame: TextFrame, value: MappedColumn) -> bool:
    assert value.member
    item = next((c for c in frame.match.columns if c.member == (*value.member[:2], "item")), None)
    return item is not None and item.column.type == "country"


__all__ = ["COUNT", "counts", "measured", "note_counts", "option_texts", "population", "status"]
