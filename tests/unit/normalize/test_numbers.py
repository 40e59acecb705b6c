"""Numbers of every spelling: read where they are certain, refused where they are not. The whole column decides."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.normalize.numbers import decimal_numbers, whole_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("007", 7), ("1 234", 1234), ("1\u00a0234\u202f567", 1234567), ("1'234", 1234), ("1’234", 1234), ("'12", 12),
        ("3.0", 3), ("3,00", 3), ("0.000", 0), ("12 000,0", 12000), ("1,234,567", 1234567), ("1.234.567", 1234567),
        ("1,234.0", 1234), ("1.234,00", 1234), ("٣٤", 34), ("۱۲", 12), ("１２", 12), ("-5", -5), ("−5", -5), ("+5", 5),
        ("\u200f12\u200e", 12), ("\ufeff12", 12), ("\u202a12\u202c", 12), ("999999999999", 999999999999),
    ],
)  # fmt: skip
def test_numbers_that_are_certain(text: str, value: int) -> None:
    assert whole_numbers(pl.Series([text])).to_list() == [value]


@pytest.mark.parametrize(
    "text",
    ["3.5", "12,5", "1,234", "1.234", "1.000", "12 34", "1 23 456", "1e3", "1e308", "NaN", "inf", "9223372036854775808", "=1+1",
     "#N/A", "#REF!", "12😀", "1\u202e2", "1\u200b2", "12²", "½", "Ⅻ", "0x10", "TRUE", "many", "12 people", "1,2,3", "1,23,456",
     "--5", "5-", "", " ", "1.234.56", "1,234,56", "12/3", "12%"],
)  # fmt: skip
def test_texts_that_are_no_whole_number_or_not_certainly(text: str) -> None:
    assert whole_numbers(pl.Series([text], dtype=pl.String)).to_list() == [None]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (["1,234", "1,234,567"], [1234, 1234567]),  # two groups: the comma parts thousands
        (["1,234", "5,678.00"], [1234, 5678]),
        (["1.234", "12.5"], [None, None]),  # the dot parts decimals: 1.234 persons are none
        (["1.000", "3.0"], [1, 3]),
        (["1,234", "12,5"], [None, None]),
        (["1,234", "1,234,567", "12,5"], [None, 1234567, None]),  # cells contradict each other: nothing is certain
        (["1.234", "1.234.567", "7"], [1234, 1234567, 7]),
    ],
)
def test_the_column_decides_what_a_comma_parts(column: list[str], values: list[int | None]) -> None:
    assert whole_numbers(pl.Series(column)).to_list() == values


@pytest.mark.parametrize(
    ("text", "value"),
    [("3.5", 3.5), ("3,5", 3.5), ("0,333", 0.333), ("1.234", 1.234), ("1,234", None), ("1 000,25", 1000.25), ("1e-05", 1e-05),
     ("nan", None), ("inf", None), ("1e308", None), ("x", None)],
)  # fmt: skip
def test_decimals(text: str, value: float | None) -> None:
    assert decimal_numbers(pl.Series([text])).to_list() == [value]
