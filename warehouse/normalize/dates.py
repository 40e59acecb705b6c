"""Dates: a whole column decides in which order days and months stand; what can't be told is never guessed.

Reading dates from texts belongs here; which columns are dates, and what is said of those that don't read, does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ,].*)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
Order = (
    int | Literal["column"] | None
)  # 1 day first, 2 month first, None not certain; "column": as the texts themselves tell
SERIALS = range(20_000, 80_000)  # Excel serial days of 1954 to 2119


@dataclass(frozen=True)
class Dates:
    """A column of dates. `ambiguous` and `unreadable` are masks over its cells; both have no value."""

    values: pl.Series
    ambiguous: pl.Series
    unreadable: pl.Series


def read_dates(
    texts: pl.Series, missing: frozenset[str] = frozenset(), epoch: date = EPOCH_1900, order: Order = "column"
) -> Dates:
    """ISO dates, dd.mm.yyyy, Excel serial days, and d/m/y or d-m-y where the column tells which part is the month.

    `order`: what the whole column tells, where `texts` are a piece of it.
    """
    distinct = [text for text in texts.unique().to_list() if text and text.strip()]
    told = day_position(distinct) if order == "column" else order
    read = {text: _read(text.strip(), told, epoch) for text in distinct}
    values = texts.replace_strict(
        {t: d for t, d in read.items() if isinstance(d, date)}, default=None, return_dtype=pl.Date
    )
    ambiguous = texts.is_in([t for t, d in read.items() if d == "ambiguous"])
    bad = [t for t, d in read.items() if d is None and t.strip().casefold() not in missing]
    return Dates(values, ambiguous, texts.is_in(bad))


def day_position(texts: list[str]) -> int | None:
    """1 where the day stands first, 2 where the month does, None where no cell tells or cells contradict each other."""
    found = [m for text in texts if (m := _PARTS.fullmatch(text.strip())) and m[2] != "."]
    first, second = any(int(m[1]) > 12 for m in found), any(int(m[3]) > 12 for m in found)
    return None if first == second else (1 if first else 2)


def _read(text: str, order: int | None, epoch: date) -> date | str | None:
    try:
        if m := _ISO.fullmatch(text):
            return date(int(m[1]), int(m[2]), int(m[3]))
        if m := _PARTS.fullmatch(text):
            return _parts(int(m[1]), int(m[3]), int(m[4]), 1 if m[2] == "." else order)
        if _SERIAL.fullmatch(text) and int(float(text)) in SERIALS:
            return epoch + timedelta(days=int(float(text)))
    except ValueError:
        return None
    return None


def _parts(first: int, second: int, year: int, order: int | None) -> date | str:
    if order is None and first != second:
        return "ambiguous"
    return date(year, second, first) if order in (1, None) else date(year, first, second)
