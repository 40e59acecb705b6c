"""One question's answers, coded: option codes, numbers, countries, and the options of select_multiple as 1 or 0.

Coding a question belongs here, by its type. What was not to be asked, and what to say about bad answers, does not.
Every function returns response_key, row_number, option_code, value_number, value_status
(reported | missing | unreadable).
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.choices import listed_options
from warehouse.normalize.values import is_missing, number_value, option_value

KEYS = ["response_key", "row_number"]
CODED = [*KEYS, "option_code", "value_number", "value_status"]
NO_OPTION, NO_NUMBER = pl.lit(None, pl.String), pl.lit(None, pl.Float64)
BOOLEANS = {
    **dict.fromkeys(("1", "yes", "true", "да", "ооба", "y"), "yes"),
    **dict.fromkeys(("0", "no", "false", "нет", "жок", "n"), "no"),
}


def single(data: pl.DataFrame, name: str, options: dict[str, str], missing: list[str]) -> pl.DataFrame:
    """A question with one answer. `options`: folded text to code."""
    return _coded(data, name, option_value(name, options), NO_NUMBER, missing)


def number(data: pl.DataFrame, name: str, missing: list[str]) -> pl.DataFrame:
    """A numeric question."""
    return _coded(data, name, NO_OPTION, number_value(name), missing)


def country(data: pl.DataFrame, name: str, codes: str, missing: list[str]) -> pl.DataFrame:
    """A question answered with a country; `codes` is the frame's column of ISO3 codes."""
    return _coded(
        data, name, pl.when(~is_missing(name, missing)).then(pl.col(codes)).otherwise(NO_OPTION), NO_NUMBER, missing
    )


def multiple_list(data: pl.DataFrame, name: str, options: dict[str, str], missing: list[str]) -> pl.DataFrame:
    """A select_multiple whose answers stand as a list in one cell."""
    return listed_options(data, name, options, missing).select(CODED)


def multiple_flags(data: pl.DataFrame, flags: dict[str, str], missing: list[str]) -> pl.DataFrame:
    """A select_multiple in 0/1 columns (`flags`: column to option). All blank: one row with status missing."""
    long = data.select(*KEYS, *flags).unpivot(on=list(flags), index=KEYS, variable_name="flag", value_name="cell")
    yes_no = option_value("cell", BOOLEANS).replace_strict(
        {"yes": 1.0, "no": 0.0}, default=None, return_dtype=pl.Float64
    )
    coded = long.with_columns(pl.col("flag").replace_strict(flags).alias("option_code"), yes_no.alias("value_number"))
    coded = coded.with_columns(_status(pl.col("value_number").is_not_null(), "cell", missing)).select(CODED)
    given = coded.filter(pl.col("value_status") != "missing")
    blank = coded.join(given, on="response_key", how="anti").unique("response_key", maintain_order=True)
    return pl.concat([given, blank.with_columns(NO_OPTION.alias("option_code"), NO_NUMBER.alias("value_number"))])


def _coded(data: pl.DataFrame, name: str, option: pl.Expr, value: pl.Expr, missing: list[str]) -> pl.DataFrame:
    known = option.is_not_null() | value.is_not_null()
    return data.select(
        *KEYS, option.alias("option_code"), value.alias("value_number"), _status(known, name, missing)
    ).select(CODED)


def _status(known: pl.Expr, name: str, missing: list[str]) -> pl.Expr:
    absent = pl.when(is_missing(name, missing)).then(pl.lit("missing")).otherwise(pl.lit("unreadable"))
    return pl.when(known).then(pl.lit("reported")).otherwise(absent).alias("value_status")
