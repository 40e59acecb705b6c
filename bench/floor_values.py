"""The floor's values: counts of communities and answers of respondents in long form, and what was delivered and rejected of them.

Wide to long by one unpivot of each kind, codes by one look-up of each distinct text. Questions that no indicator reads are
not made: no mart needs them.
"""

from __future__ import annotations

import polars as pl

from bench.floor_read import Read
from bench.floor_rows import code_of, coded, day
from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Codebook, Column
from warehouse.normalize.countries import country_names

NOT_SAID = pl.lit(None, pl.String)


def counts(main: Read, repeats: list[Read], rows: pl.DataFrame, book: Codebook) -> pl.DataFrame:
    """Every count of every row, rejected ones too (`is_rejected`): the population table, totals and parts."""
    meta = pl.DataFrame([{"column": c, **m.model_dump()} for c, m in main.measures.items()])
    index = ["row_id", "place_code", "place_level", "reason_code"]
    long = rows.select(*index, *main.measures).unpivot(
        on=list(main.measures), index=index, variable_name="column", value_name="text"
    )
    wide = long.join(meta, on="column").rename({"category": "population_category"})
    parts = [_count(wide), *(_count(_repeat(r, rows, book)) for r in repeats)]
    return pl.concat(parts)


def _repeat(repeat: Read, rows: pl.DataFrame, book: Codebook) -> pl.DataFrame:
    """A repeat sheet in long form: its rows go with their parents."""
    told, frame = repeat.sheet.measure, repeat.frame
    assert told is not None and told.category_field and told.item_field
    options = next(c.options for c in repeat.sheet.columns if c.field == told.category_field)
    parents = rows.select(pl.col("index").alias("parent_index"), "row_id", "place_code", "place_level", "reason_code")
    return frame.with_columns(
        coded(frame[told.category_field], code_of(book, options or "")).alias("population_category"),
        coded(frame[told.item_field], country_names()).fill_null("UNKNOWN").alias("item"),
        pl.lit(told.dimension).alias("dimension"), pl.lit(told.unit).alias("unit"), pl.lit("all").alias("sex"),
        pl.lit("all").alias("age_group"), pl.col(told.value_field).alias("text"),
    ).join(parents.unique("parent_index", keep="first"), on="parent_index")  # fmt: skip


def _count(long: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("text").cast(pl.Int64, strict=False)
    return long.select(
        "row_id", "place_code", "place_level", "population_category", "dimension", "item", "sex", "age_group", "unit",
        value.alias("value"), pl.when(value.is_null()).then(pl.lit("missing")).otherwise(pl.lit("reported")).alias("value_status"),
        pl.col("reason_code").is_not_null().alias("is_rejected"),
    )  # fmt: skip


def answers(main: Read, rows: pl.DataFrame, book: Codebook, questions: set[str]) -> pl.DataFrame:
    """One row per respondent × question (× option of a select_multiple), of accepted rows, skip logic applied."""
    kept = rows.filter(pl.col("reason_code").is_null())
    asked = [
        c
        for c in main.sheet.columns
        if c.field in questions and (c.field in kept.columns or any(q == c.field for q, _ in main.flags.values()))
    ]
    single = {c.field: _single(kept, c, book) for c in asked if c.type in ("choice", "country")}
    parts = [_answer(kept, c, codes, single) for c in asked if (codes := single.get(c.field)) is not None]
    parts += [_number(kept, c, book) for c in asked if c.type == "number"]
    parts += [_multiple(kept, c, main, book) for c in asked if c.type == "choices"]
    if "age_group" in questions:
        band = age_group(kept["age_years"].cast(pl.Int64, strict=False), book.age_bands)
        parts.append(_long(kept, "age_group", band, pl.lit(None, pl.Float64)))
    return pl.concat(parts)


def respondents(rows: pl.DataFrame, book: Codebook) -> pl.DataFrame:
    """One row per accepted respondent: cluster, domains, weight."""
    kept = rows.filter(pl.col("reason_code").is_null())
    years = kept["age_years"].cast(pl.Int64, strict=False)
    weight = pl.col("weight").cast(pl.Float64, strict=False) if "weight" in kept.columns else pl.lit(None, pl.Float64)
    return kept.select(
        pl.col("row_id").alias("response_key"), "place_code", "place_level",
        (pl.col("stratum") if "stratum" in kept.columns else NOT_SAID).alias("stratum"), pl.col("community_code").alias("cluster"),
        weight.alias("weight"), coded(kept["sex"], code_of(book, "sex")).alias("sex"), years.alias("age_years"),
        age_group(years, book.age_bands).alias("age_group"), coded(kept["country_of_return"], country_names()).alias("country_iso3"),
        day("interview_date"),
    )  # fmt: skip


def age_group(years: pl.Series, bands: list[str]) -> pl.Series:
    """The band (`18-29`, `60+`) of an age in years."""
    expr = pl.lit(None, pl.String)
    for band in bands:
        low, _, high = band.rstrip("+").partition("-")
        expr = (
            pl.when((years >= int(low)) & (years <= int(high) if high else pl.lit(value=True)))
            .then(pl.lit(band))
            .otherwise(expr)
        )
    return pl.select(expr.alias("age_group")).to_series()


def _single(kept: pl.DataFrame, column: Column, book: Codebook) -> pl.Series:
    return coded(
        kept[column.field], country_names() if column.type == "country" else code_of(book, column.options or "")
    )


def _answer(kept: pl.DataFrame, column: Column, codes: pl.Series, single: dict[str, pl.Series]) -> pl.DataFrame:
    """Single choices; where the form's skip logic did not ask, nobody was asked."""
    told = _long(kept, column.field, codes, pl.lit(None, pl.Float64))
    for field, allowed in (column.relevant or {}).items():
        asked = single[field].is_in(allowed).fill_null(value=False)
        told = told.with_columns(
            pl.when(asked).then("option_code").alias("option_code"),
            pl.when(asked).then("value_status").otherwise(pl.lit("not_asked")).alias("value_status"),
        )
    return told


def _number(kept: pl.DataFrame, column: Column, book: Codebook) -> pl.DataFrame:
    gone = {fold(word) for word in (*book.missing, *column.missing)}
    words = [t for t in kept[column.field].unique().to_list() if t is not None and fold(t) in gone]
    value = pl.when(~pl.col(column.field).is_in(words)).then(pl.col(column.field)).cast(pl.Float64, strict=False)
    return _long(kept, column.field, NOT_SAID, value)


def _multiple(kept: pl.DataFrame, column: Column, main: Read, book: Codebook) -> pl.DataFrame:
    """Options as 1 or 0: from the 0/1 columns where they were delivered, else from the list of codes."""
    flags = {c: option for c, (q, option) in main.flags.items() if q == column.field}
    keys = pl.col("row_id").alias("response_key")
    if flags:
        long = kept.select(keys, *flags).unpivot(
            on=list(flags), index="response_key", variable_name="flag", value_name="text"
        )
        options, value = pl.col("flag").replace_strict(flags), pl.col("text").cast(pl.Float64, strict=False)
    else:
        codes = [o.code for o in book.code_lists[column.options or ""]]
        wide = kept.select(
            keys, *(pl.col(column.field).str.split(" ").list.contains(code).alias(code) for code in codes)
        )
        long = wide.unpivot(on=codes, index="response_key", variable_name="flag", value_name="text")
        options, value = pl.col("flag"), pl.col("text").cast(pl.Float64)
    told = long.select(
        "response_key",
        pl.lit(column.field).alias("question_code"),
        options.alias("option_code"),
        value.alias("value_number"),
    )
    return told.drop_nulls("value_number").with_columns(pl.lit("reported").alias("value_status"))


def _long(kept: pl.DataFrame, question: str, option: pl.Expr | pl.Series, value: pl.Expr) -> pl.DataFrame:
    told = kept.select(
        pl.col("row_id").alias("response_key"),
        pl.lit(question).alias("question_code"),
        option.alias("option_code"),
        value.alias("value_number"),
    )
    known = pl.col("option_code").is_not_null() | pl.col("value_number").is_not_null()
    return told.with_columns(pl.when(known).then(pl.lit("reported")).otherwise(pl.lit("missing")).alias("value_status"))
