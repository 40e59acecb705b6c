"""Values: texts of cells to counts, numbers, dates and codes. What does not convert is reported, never nulled.

Parsing of single values belongs here, as Polars expressions over text columns; what is done with a value that does
not parse is decided by `rows.py`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import polars as pl

from warehouse.codebooks.folding import fold

_SPACES = r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000']"  # NBSP and thin spaces stand between thousands
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(20_000, 80_000)  # Excel serial days of 1954 to 2119


def fold_expr(column: str) -> pl.Expr:
    """A text column folded as `codebooks.folding.fold` does (without compatibility forms beyond NFKC)."""
    return pl.col(column).str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()


def is_missing(column: str, sentinels: list[str]) -> pl.Expr:
    """Whether the cell is blank or one of the codebook's words for missing."""
    return fold_expr(column).is_in(sorted({fold(s) for s in sentinels} | {""}))


def count_text(column: str) -> pl.Expr:
    """The cell without spaces between digits and without a decimal part of zeros."""
    return pl.col(column).str.replace_all(_SPACES, "").str.replace(r"\.0+$", "")


def count_value(column: str) -> pl.Expr:
    """The cell as a whole number; null where it is not one (also where it is missing)."""
    return (
        pl.when(count_text(column).str.contains(r"^[+-]?\d{1,12}$"))
        .then(count_text(column))
        .cast(pl.Int64, strict=False)
    )


def number_value(column: str) -> pl.Expr:
    """The cell as a number; a decimal comma is read as such; null where it is not a number."""
    text = pl.col(column).str.replace_all(_SPACES, "").str.replace(r"^([+-]?\d+),(\d+)$", "$1.$2")
    return pl.when(text.str.contains(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")).then(text).cast(pl.Float64, strict=False)


def iso_date(text: str) -> str | None:
    """A date as ISO text: ISO, day first with dots, slashes or hyphens, or an Excel serial day; else None."""
    text = text.strip()
    try:
        if m := _ISO.match(text):
            return date(int(m[1]), int(m[2]), int(m[3])).isoformat()
        if m := _DAY_FIRST.match(text):
            return date(int(m[3]), int(m[2]), int(m[1])).isoformat()
        serial = int(float(text))
        return (EXCEL_EPOCH + timedelta(days=serial)).isoformat() if serial in SERIALS else None
    except ValueError:
        return None


def date_value(column: str) -> pl.Expr:
    """The cell as a date by `iso_date`; null where it is not one."""
    return pl.col(column).map_elements(iso_date, return_dtype=pl.String).str.to_date(strict=False)


def time_value(column: str) -> pl.Expr:
    """The cell as a moment (ISO date and time, any separator); null where it is not one."""
    text = pl.col(column).str.replace("T", " ").str.slice(0, 19)
    full = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    return pl.coalesce(full, date_value(column).cast(pl.Datetime("us"))).cast(pl.Datetime("us"))


def option_value(column: str, options: dict[str, str]) -> pl.Expr:
    """The cell's option code by its folded text; null where no option has it. `options`: folded text to code."""
    return fold_expr(column).replace_strict(options, default=None, return_dtype=pl.String)
