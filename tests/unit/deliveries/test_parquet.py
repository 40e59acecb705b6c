"""Parquet: each value exactly, nested columns and damaged files refused."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from warehouse.deliveries.readers.parquet_file import read_parquet
from warehouse.errors import UnreadableDelivery


def written(**columns: Any) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def cells(series: pl.Series) -> list[Any]:
    (sheet,) = read_parquet(written(a=series), "round*.parquet")
    return [None if row[0] == "" else row[0] for row in sheet.rows][1:]


def code(data: bytes) -> str:
    with pytest.raises(UnreadableDelivery) as caught:
        read_parquet(data, "x.parquet")
    return caught.value.code


BISHKEK = timezone(timedelta(hours=6))


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pl.Series(["007", "", None, "=1+1"]), ["007", None, None, "=1+1"]),
        (pl.Series([1, -2, None]), [1, -2, None]),
        (pl.Series([2**53 - 1, 2**53, 2**63 - 1, -(2**63)]), [2**53 - 1, str(2**53), str(2**63 - 1), str(-(2**63))]),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), [str(2**64 - 1)]),
        (pl.Series([0.1, float("nan"), float("inf"), None]), [0.1, "nan", "inf", None]),
        (pl.Series([0.1], dtype=pl.Float32), [0.10000000149011612]),
        (pl.Series([True, False, None]), [True, False, None]),
        (pl.Series([Decimal("1.10"), None], dtype=pl.Decimal(38, 2)), ["1.10", None]),
        (pl.Series([date(2024, 9, 5), None]), [date(2024, 9, 5), None]),
        (pl.Series([datetime(2024, 9, 5, 8, 30, 0, 1)]), [datetime(2024, 9, 5, 8, 30, 0, 1)]),
        (pl.Series([1725525000000000001]).cast(pl.Datetime("ns")), ["2024-09-05 08:30:00.000000001"]),
        (pl.Series([datetime(2024, 9, 5, 8, 30)]).dt.replace_time_zone("Asia/Bishkek"), ["2024-09-05 08:30:00.000000+06:00"]),
        (pl.Series([time(8, 30), None]), [time(8, 30), None]),
        (pl.Series([timedelta(days=1, seconds=2)]), [timedelta(days=1, seconds=2)]),
        (pl.Series(["b", "a", "b"], dtype=pl.Categorical), ["b", "a", "b"]),
        (pl.Series(["b"], dtype=pl.Enum(["a", "b"])), ["b"]),
        (pl.Series([None, None], dtype=pl.Null), [None, None]),
    ],
)  # fmt: skip
def test_values_come_through_exactly(series: pl.Series, expected: list[Any]) -> None:
    found = cells(series)
    assert found == expected and [type(c) for c in found] == [type(c) for c in expected]


@pytest.mark.parametrize("series", [pl.Series([[1, 2]]), pl.Series([{"a": 1}]), pl.Series([b"x"])])
def test_columns_that_are_not_flat_are_refused_by_name(series: pl.Series) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        read_parquet(written(plain=["x"], nested=series), "x.parquet")
    assert (caught.value.code, caught.value.where) == ("nested_column", "x.parquet, column nested")


def test_a_cut_or_damaged_file_is_refused_or_unchanged() -> None:
    data = written(a=list(range(500)), b=[f"place {i}" for i in range(500)])
    for cut in range(4, len(data), 97):
        assert code(data[:cut]) == "unreadable_file"
    assert code(b"PAR1" + b"\0" * 40 + b"PAR1") == "unreadable_file"


def test_a_small_file_that_says_it_is_huge_is_refused_before_it_is_read() -> None:
    data = written(**{f"c{i}": pl.repeat(0, 300_000, eager=True) for i in range(200)})
    assert len(data) < 200_000 and code(data) == "too_large"


def test_a_table_without_rows_keeps_its_header() -> None:
    (sheet,) = read_parquet(written(a=pl.Series([], dtype=pl.String), b=pl.Series([], dtype=pl.Int64)), "x.parquet")
    assert [[*row] for row in sheet.rows] == [["a", "b"]]
