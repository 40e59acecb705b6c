"""One question's answers, coded: option codes, numbers, countries, and the options of select_multiple as 1 or 0.

Coding a question belongs here, by its type. What was not to be asked, and what to say about bad answers, does not.
Every function returns the columns of CODED; value_status is reported, missing, or the code of what is wrong
(unreadable, unknown_option, renumbered_option, option_of_other_version, select_multiple_differs).
"""

from __future__ import annotations

import polars as pl

from warehouse.normalize.choices import listed_options
from warehouse.normalize.mapped import mapped
from warehouse.normalize.numbers import Style
from warehouse.normalize.options import OptionList
from warehouse.normalize.values import given_among, is_missing, number_value, option_value

KEYS = ["response_key", "row_number"]
CODED = [*KEYS, "option_code", "value_number", "value_status", "delivered_value"]
NO_OPTION, NO_NUMBER = pl.lit(None, pl.String), pl.lit(None, pl.Float64)
BOOLEANS = {
    **dict.fromkeys(("1", "yes", "true", "да", "ооба", "y"), "yes"),
    **dict.fromkeys(("0", "no", "false", "нет", "жок", "n"), "no"),
}


def single(
    data: pl.DataFrame, name: str, lists: dict[str, OptionList], version: str | None, missing: list[str],
    all_texts: list[str] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """A question with one answer. `lists`: form version ("" for all others) to its options; `version`: the column that tells it.

    `all_texts`: the answers of the whole column, where `data` is a piece of it (a renumbering shows in all of them together).
    """
    if version is None or len(lists) == 1:
        return _single(data, name, lists[""], missing, all_texts)
    told = data[version]
    parts = [data.filter(told == v if v else ~told.is_in([x for x in lists if x])) for v in lists]
    coded = [_single(part, name, lists[v], missing) for v, part in zip(lists, parts, strict=True)]
    return pl.concat(coded).sort("row_number", maintain_order=True)


def _single(
    data: pl.DataFrame, name: str, options: OptionList, missing: list[str], all_texts: list[str] | None = None
) -> pl.DataFrame:
    texts = data[name]
    distinct = texts.unique().to_list() if all_texts is None else all_texts
    read = options.read_all(given_among(distinct, missing))
    codes = mapped(texts, {t: code for t, (code, _) in read.items()}, pl.String)
    status = mapped(texts, {t: fault or "reported" for t, (_, fault) in read.items()}, pl.String, "missing")
    nothing = pl.repeat(None, len(texts), dtype=pl.Float64, eager=True)
    return pl.DataFrame(dict(zip(CODED, [*data[KEYS], codes, nothing, status, texts], strict=True)))


def number(data: pl.DataFrame, name: str, missing: list[str], style: Style | None = None) -> pl.DataFrame:
    """A numeric question."""
    return _coded(data, name, NO_OPTION, number_value(name, style), missing)


def country(data: pl.DataFrame, name: str, codes: str, missing: list[str]) -> pl.DataFrame:
    """A question answered with a country; `codes` is the frame's column of ISO3 codes."""
    known = pl.when(~is_missing(name, missing)).then(pl.col(codes)).otherwise(NO_OPTION)
    return _coded(data, name, known, NO_NUMBER, missing).with_columns(
        pl.when(pl.col("option_code") != "UNKNOWN")
        .then("delivered_value")
        .alias("delivered_value")  # what is not known may be anything
    )


def multiple_list(data: pl.DataFrame, name: str, options: OptionList, missing: list[str]) -> pl.DataFrame:
    """A select_multiple whose answers stand as a list in one cell."""
    return listed_options(data, name, options.spelled(), missing).select(CODED)


def multiple_flags(data: pl.DataFrame, flags: dict[str, str], missing: list[str]) -> pl.DataFrame:
    """A select_multiple in 0/1 columns (`flags`: column to option). All blank: one row with status missing."""
    long = data.select(*KEYS, *flags).unpivot(on=list(flags), index=KEYS, variable_name="flag", value_name="cell")
    yes_no = option_value("cell", BOOLEANS).replace_strict(
        {"yes": 1.0, "no": 0.0}, default=None, return_dtype=pl.Float64
    )
    coded = long.with_columns(pl.col("flag").replace_strict(flags).alias("option_code"), yes_no.alias("value_number"))
    coded = coded.with_columns(
        _status(pl.col("value_number").is_not_null(), "cell", missing), pl.col("cell").alias("delivered_value")
    ).select(CODED)
    given = coded.filter(pl.col("value_status") != "missing")
    blank = coded.join(given, on="response_key", how="anti").unique("response_key", maintain_order=True)
    return pl.concat([given, blank.with_columns(NO_OPTION.alias("option_code"), NO_NUMBER.alias("value_number"))])


def multiple_both(listed: pl.DataFrame, flags: pl.DataFrame, options: set[str]) -> pl.DataFrame:
    """A select_multiple delivered both ways: the list, where it agrees with the 0/1 columns (`options`: those that have one)."""
    one = listed.filter(pl.col("option_code").is_in(sorted(options))).select(
        "response_key", "option_code", "value_number"
    )
    two = flags.select("response_key", "option_code", pl.col("value_number").alias("flag")).filter(
        pl.col("option_code").is_not_null()
    )
    both = one.join(two, on=["response_key", "option_code"], how="full", coalesce=True)
    differ = both.filter(pl.col("value_number").fill_null(0) != pl.col("flag").fill_null(0))["response_key"].unique()
    bad = listed.filter(pl.col("response_key").is_in(differ.to_list())).unique("response_key", maintain_order=True)
    bad = bad.with_columns(
        NO_OPTION.alias("option_code"),
        NO_NUMBER.alias("value_number"),
        pl.lit("select_multiple_differs").alias("value_status"),
    )
    return pl.concat([listed.join(bad, on="response_key", how="anti", maintain_order="left"), bad])


def _coded(data: pl.DataFrame, name: str, option: pl.Expr, value: pl.Expr, missing: list[str]) -> pl.DataFrame:
    absent = is_missing(name, missing)  # a word for missing may be a figure (999)
    option, value = pl.when(~absent).then(option), pl.when(~absent).then(value)
    known = option.is_not_null() | value.is_not_null()
    return data.select(
        *KEYS, option.alias("option_code"), value.alias("value_number"), _status(known, name, missing),
        pl.col(name).alias("delivered_value"),
    ).select(CODED)  # fmt: skip


def _status(known: pl.Expr, name: str, missing: list[str]) -> pl.Expr:
    absent = pl.when(is_missing(name, missing)).then(pl.lit("missing")).otherwise(pl.lit("unreadable"))
    return pl.when(known).then(pl.lit("reported")).otherwise(absent).alias("value_status")
