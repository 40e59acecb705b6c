"""Which codebook fields tell how an interview was made (`operations/common/interviews.yml`).

The shape of that file and finding its fields in a delivered sheet belong here; the table itself is in `interviews.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import polars as pl
from pydantic import Field

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Strict
from warehouse.normalize.frame import TextFrame
from warehouse.settings import PROJECT

Column = Literal[
    "enumerator", "device", "started_at", "ended_at", "submitted_at", "interview_date", "informant_number",
    "form_version", "back_check_of", "latitude", "longitude", "position", "gps_accuracy_m",
]  # fmt: skip
Kind = Literal["interview", "test", "back_check"]


class InterviewFields(Strict):
    """The file."""

    fields: Mapping[Column, list[str]] = Field(default={})
    kinds: Mapping[str, Kind] = Field(default={})


@cache
def interview_fields() -> InterviewFields:
    """The file, read once."""
    from warehouse.operations import read_yaml

    return read_yaml(PROJECT / "operations" / "common" / "interviews.yml", InterviewFields)


@cache
def told_of_interviews() -> frozenset[str]:
    """All fields that tell of an interview: none of them is a question."""
    return frozenset(name for names in interview_fields().fields.values() for name in names)


def columns_of(frame: TextFrame, column: Column) -> list[MappedColumn]:
    """The delivered columns that may fill a column of the table, in the order in which they count."""
    found = (frame.match.find(field) for field in interview_fields().fields.get(column, []))
    return [c for c in found if c is not None]


def texts(frame: TextFrame, column: Column) -> pl.Series:
    """The delivered texts of a column in the frame's rows, also of identifiers; blank where nothing is delivered.

    Of several delivered columns the first that is filled in a row.
    """
    rows = frame.data["row_number"] - 1 - frame.match.shift
    whole = pl.Series(column, [""] * rows.len(), dtype=pl.String)
    for mapped in columns_of(frame, column):
        told = _delivered(frame, mapped, rows)
        whole = pl.select(pl.when(whole != "").then(whole).otherwise(told)).to_series()
    return whole.rename(column)


def _delivered(frame: TextFrame, mapped: MappedColumn, rows: pl.Series) -> pl.Series:
    """One column: with its corrections where it is kept, from the sheet itself where it is an identifier."""
    name = frame.name(mapped)
    if name in frame.data.columns:
        return frame.data[name].str.strip_chars()
    return frame.match.raw.column(mapped.index).gather(rows).str.strip_chars()


__all__ = ["Column", "InterviewFields", "columns_of", "interview_fields", "texts", "told_of_interviews"]
