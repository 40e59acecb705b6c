"""Values: numbers, dates and options as texts to values, or null with the text kept."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.normalize.choices import split_options
from warehouse.normalize.values import count_value, iso_date, number_value


def one(expr: pl.Expr, text: str) -> object:
    return pl.DataFrame({"x": [text]}).select(expr).item()


@pytest.mark.parametrize(
    ("text", "value"),
    [("517", 517), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u2009234", 1234), ("3.0", 3), ("0", 0), ("-5", -5),
     ("3.5", None), ("12,5", None), ("1,234", None), ("=1+1", None), ("", None), ("1e3", None), ("12 people", None)],
)  # fmt: skip
def test_counts(text: str, value: int | None) -> None:
    assert one(count_value("x"), text) == value


@pytest.mark.parametrize(("text", "value"), [("3.5", 3.5), ("3,5", 3.5), ("1 000,25", 1000.25), ("x", None)])
def test_numbers(text: str, value: float | None) -> None:
    assert one(number_value("x"), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2014-12-31", "2014-12-31"), ("31-12-2017", "2017-12-31"), ("05.09.2024", "2024-09-05"), ("43100", "2017-12-31"),
     ("2024-09-05 10:00:00", "2024-09-05"), ("31.02.2024", None), ("soon", None), ("7", None)],
)  # fmt: skip
def test_dates(text: str, value: str | None) -> None:
    assert iso_date(text) == value


OPTIONS = {"work": "work", "family": "family", "работа": "work", "семейные причины": "family", "other": "other"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [("work family", ["work", "family"]), ("работа; семейные причины", ["work", "family"]), ("Работа семейные причины", ["work", "family"]),
     ("work,other", ["work", "other"]), ("work holiday", None)],
)  # fmt: skip
def test_lists_of_options(text: str, codes: list[str] | None) -> None:
    assert split_options(text, OPTIONS) == codes
