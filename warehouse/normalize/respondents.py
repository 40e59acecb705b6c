"""Respondents: one row per accepted interview of a survey, without identifiers, with the fields that domains need.

The wide table and the answers derived from it (age group, sex, country of return) belong here.
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.frame import TextFrame
from warehouse.normalize.noticed import date_column
from warehouse.normalize.prepare import words
from warehouse.normalize.schema import ANSWER, RESPONSE
from warehouse.normalize.survey import Survey
from warehouse.normalize.values import count_value, is_missing, number_value


def respondents(frame: TextFrame, data: pl.DataFrame, survey: Survey, answers: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """`response`, and `answer` with the derived question age_group."""
    age, mapped = frame.of("age_years"), frame.match.find("age_years")
    years: pl.Expr = pl.lit(None, pl.Int64)
    if age and mapped:  # a word for missing may be a figure (999)
        years = pl.when(~is_missing(age, words(survey.book, mapped.column))).then(count_value(age, frame.style(age)))
    weight = frame.of("weight")
    wide = data.select(
        pl.lit(survey.findings.round_key).alias("round_key"),
        "response_key",
        pl.lit(frame.match.raw.name).alias("sheet"),
        "row_number",
        "place_code",
        "place_level",
        _text(frame, "stratum").alias("stratum"),
        _text(frame, "community_code").alias("cluster"),
        (number_value(weight, frame.style(weight)) if weight else pl.lit(None, pl.Float64)).alias("weight"),
        years.alias("age_years"),
        age_group(years, survey.book.age_bands).alias("age_group"),
        date_column(frame, data, "interview_date", survey.findings),
        _text(frame, "form_version").alias("form_version"),
    )
    for question, column in (("sex", "sex"), ("country_of_return", "country_iso3")):
        codes = survey.codes(question).rename({"option_code": column})
        wide = wide.join(codes, on="response_key", how="left", maintain_order="left")
    response = wide.select(RESPONSE.keys()).cast(RESPONSE)  # type: ignore[arg-type]
    return {"response": response, "answer": pl.concat([answers, _age_answers(response)]) if age else answers}


def age_group(years: pl.Expr, bands: list[str]) -> pl.Expr:
    """The band (`18-29`, `60+`) that holds an age in years; null outside all bands."""
    expr: pl.Expr = pl.lit(None, pl.String)
    for band in reversed(bands):
        low, _, high = band.rstrip("+").partition("-")
        inside = years >= int(low)
        expr = pl.when(inside & (years <= int(high)) if high else inside).then(pl.lit(band)).otherwise(expr)
    return expr


def _age_answers(response: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("age_group").is_not_null()
    return response.select(
        "round_key",
        "response_key",
        pl.lit("age_group").alias("question_code"),
        pl.col("age_group").alias("option_code"),
        pl.lit(None, pl.Float64).alias("value_number"),
        pl.when(known).then(pl.lit("reported")).otherwise(pl.lit("missing")).alias("value_status"),
        pl.lit(None, pl.String).alias("delivered_value"),  # derived: the age stands as delivered in age_years
    ).cast(ANSWER)  # type: ignore[arg-type]


def _text(frame: TextFrame, field: str) -> pl.Expr:
    name = frame.of(field)
    return pl.when(pl.col(name) != "").then(pl.col(name)) if name else pl.lit(None, pl.String)
