"""Parquet to one sheet: flat columns of texts, numbers, truth values and times, each value exactly.

Only Parquet belongs here. Row 1 holds the names of the columns. Lists and records inside a cell are refused; numbers that no
machine number equals (64-bit counts, decimals) and times with a zone are texts.
"""

from __future__ import annotations

import io
import math
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Cell, RawSheet
from warehouse.errors import UnreadableDelivery

if TYPE_CHECKING:
    import polars as pl

MAX_CELLS = 50_000_000  # a few kilobytes may say that they hold billions
MAX_INFLATED = 200 * 2**20
EXACT = 2**53
EXPECTED = "a whole Parquet file with flat columns"


def read_parquet(data: bytes, name: str) -> list[RawSheet]:
    """The table of a Parquet file. Raises UnreadableDelivery where it is damaged, nested or too large."""
    frame = _frame(data, name)
    columns = [_column(frame[label], label, name) for label in frame.columns]
    rows: list[list[Cell]] = [list(frame.columns), *map(list, zip(*columns, strict=True))]
    return [RawSheet(PurePath(name).stem or name, rows if columns else [])]


def _frame(data: bytes, name: str) -> pl.DataFrame:
    """All columns, once the declared size is known to be bearable. Checksums of pages are tested where a file has them."""
    import polars as pl
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data), page_checksum_verification=True)
        _check_size(file.metadata, name)
        table = file.read(use_threads=False)
        table.validate(full=True)  # texts are UTF-8, dates are within bounds
        frame = pl.from_arrow(table)
    except UnreadableDelivery:
        raise
    except (
        Exception,
        pl.exceptions.PanicException,
    ) as error:  # the libraries' errors, and Python's for damaged texts inside
        twice = isinstance(error, pl.exceptions.DuplicateError)
        what = "two columns have the same name" if twice else "the Parquet file is cut or damaged"
        raise refuse(what, name, "duplicate_headers" if twice else "unreadable_file", EXPECTED) from None
    assert isinstance(frame, pl.DataFrame)
    return frame


def _check_size(meta: Any, name: str) -> None:
    inflated = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if meta.num_rows * max(1, meta.num_columns) > MAX_CELLS or inflated > MAX_INFLATED:
        what = f"the file holds {meta.num_rows} rows × {meta.num_columns} columns, {inflated >> 20} MB inflated"
        raise refuse(what, name, "too_large", EXPECTED)


def _column(series: pl.Series, label: str, name: str) -> list[Cell]:
    import polars as pl

    kind = series.dtype
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        raise _nested(label, str(kind), name)
    if kind == pl.String and (series.str.len_bytes().sum() or 0) > MAX_INFLATED:
        raise refuse("the texts inflate to too much", f"{name}, column {label}", "too_large", EXPECTED)
    if kind == pl.Duration or (kind == pl.Datetime and kind.time_unit == "ns") or kind == pl.Time:  # type: ignore[attr-defined]
        return _times(series)
    if kind.is_decimal() or (kind == pl.Datetime and kind.time_zone is not None):  # type: ignore[attr-defined]
        return _texts(series)
    if not (
        kind.is_numeric() or kind.is_temporal() or kind in (pl.String, pl.Boolean, pl.Null, pl.Categorical, pl.Enum)
    ):
        raise _nested(label, str(kind), name)
    return list(map(_cell, series.to_list()))


def _times(series: pl.Series) -> list[Cell]:
    """Times of day, moments and spans: as such where microseconds are enough, else as ISO texts."""
    import polars as pl

    zoned = series.dtype == pl.Datetime and series.dtype.time_zone is not None  # type: ignore[attr-defined]
    count = series.to_physical()
    nanoseconds = series.dtype == pl.Time or getattr(series.dtype, "time_unit", "us") == "ns"
    if zoned or (nanoseconds and ((count % 1000) != 0).any()):
        return _texts(series)
    return list(series.to_list())


def _texts(series: pl.Series) -> list[Cell]:
    import polars as pl

    kind = series.dtype
    if kind == pl.Datetime:
        return list(series.dt.to_string("iso").to_list())
    if kind == pl.Duration:
        return list(series.dt.to_string("iso").to_list())
    return list(series.cast(pl.String).to_list())


def _cell(value: Any) -> Cell:
    if isinstance(value, bool) or not isinstance(value, int | float):
        cell: Cell = value
        return cell
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if abs(value) < EXACT else str(value)


def _nested(label: str, kind: str, name: str) -> UnreadableDelivery:
    what = "a column holds lists, records or bytes"
    return refuse(
        what, f"{name}, column {label}", "nested_column", EXPECTED, f"give the column flat values, not {kind}"
    )
