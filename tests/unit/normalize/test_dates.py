"""Dates: the whole column decides the order of day and month, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from warehouse.normalize.dates import EPOCH_1904, read_dates

D = date


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (["01/02/2024", "13/02/2024"], [D(2024, 2, 1), D(2024, 2, 13)]),
        (["01/02/2024", "02/13/2024"], [D(2024, 1, 2), D(2024, 2, 13)]),
        (["01/02/2024", "03/04/2024"], [None, None]),
        (["13/02/2024", "02/13/2024"], [None, None]),  # contradicting cells: no order is certain
        (["05/05/2024", "01/02/2024"], [D(2024, 5, 5), None]),
        (["01.02.2024"], [D(2024, 2, 1)]),  # with dots the day stands first
        (["2024-09-05 10:00:00", "2024-09-05T10:00"], [D(2024, 9, 5)] * 2),
        (["43100", "43100.5"], [D(2017, 12, 31)] * 2),
        (["31.02.2024", "soon", "7", ""], [None] * 4),
    ],
)
def test_columns_of_dates(column: list[str], values: list[date | None]) -> None:
    assert read_dates(pl.Series(column)).values.to_list() == values


def test_what_is_ambiguous_is_not_unreadable() -> None:
    found = read_dates(pl.Series(["01/02/2024", "soon", "", "n/a"]), frozenset({"n/a"}))
    assert found.ambiguous.to_list() == [True, False, False, False]
    assert found.unreadable.to_list() == [False, True, False, False]


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    assert read_dates(pl.Series(["41638"]), epoch=EPOCH_1904).values.to_list() == [D(2017, 12, 31)]
