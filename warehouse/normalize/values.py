"""Values: texts of cells to counts, numbers, dates and codes. What does not convert is reported, never nulled.

Polars expressions over text columns belong here; how numbers and dates are read is in `numbers.py` and `dates.py`, what is
done with a value that does not parse is decided by `rows.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import compress

import polars as pl

from warehouse.codebooks.folding import fold
from warehouse.normalize.dates import Order, read_dates
from warehouse.normalize.mapped import mapped
from warehouse.normalize.numbers import STRIPPED, Style, decimal_numbers, whole_numbers

_SPACES = r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000']"  # NBSP and thin spaces stand between thousands
MOST_TEXTS = 50_000  # that are remembered at a time
_fold = lru_cache(maxsize=50_000)(fold)


def folded(texts: pl.Series) -> pl.Series:
    """A text column folded as `codebooks.folding.fold` does, each distinct text once."""
    return mapped(texts, {t: _fold(t) for t in texts.unique().to_list() if t is not None}, pl.String)


def fold_expr(column: str) -> pl.Expr:
    """`folded` as an expression."""
    return pl.col(column).map_batches(folded, return_dtype=pl.String)


def missing_mask(texts: pl.Series, sentinels: list[str]) -> pl.Series:
    """Which cells are blank or one of the codebook's words for missing; figures need no look, unless a word is one (999)."""
    hits = _words_for_missing(tuple(sentinels)).among(texts.unique().to_list())
    return texts == hits[0] if len(hits) == 1 else texts.is_in(hits)


def missing_masks(columns: list[pl.Series], sentinels: list[list[str]]) -> list[pl.Series]:
    """`missing_mask` of columns of equal height, in one go."""
    names = [str(i) for i in range(len(columns))]
    frame = pl.DataFrame([texts.alias(name) for name, texts in zip(names, columns, strict=True)])
    if not names:
        return []
    distinct = frame.select(pl.all().unique().implode()).row(0)
    hits = [_words_for_missing(tuple(w)).among(t) for w, t in zip(sentinels, distinct, strict=True)]
    masks = frame.select(
        pl.col(n) == found[0] if len(found) == 1 else pl.col(n).is_in(found)
        for n, found in zip(names, hits, strict=True)
    )
    return [masks[n].alias(texts.name) for n, texts in zip(names, columns, strict=True)]


def given_among(texts: Sequence[str | None], sentinels: list[str]) -> list[str]:
    """Those of different texts that are neither blank nor a word for missing."""
    gone = set(_words_for_missing(tuple(sentinels)).among(texts))
    return [text for text in texts if text is not None and text not in gone]


class _Sentinels(dict[str | None, bool]):
    """Whether a text stands for a missing value; each text is looked at once, as long as they are not too many."""

    def __init__(self, sentinels: tuple[str, ...]) -> None:
        self.words = {fold(word) for word in sentinels} | {""}
        self.figures = any(word.isdigit() for word in self.words)
        self.longest = 2 * max(len(word) for word in self.words) + 4  # what is longer can't fold to a word

    def __missing__(self, text: str | None) -> bool:
        bare = "" if text is None else text.strip(STRIPPED)
        near = text is not None and len(bare) <= self.longest and (self.figures or not bare.isdigit())
        found = self[text] = near and _fold(bare) in self.words
        return found

    def among(self, texts: Sequence[str | None]) -> list[str | None]:
        found = list(compress(texts, map(self.__getitem__, texts)))
        if len(self) > MOST_TEXTS:
            self.clear()
        return found


@lru_cache(maxsize=64)
def _words_for_missing(sentinels: tuple[str, ...]) -> _Sentinels:
    return _Sentinels(sentinels)


def is_missing(column: str, sentinels: list[str]) -> pl.Expr:
    """`missing_mask` as an expression."""
    return pl.col(column).map_batches(lambda texts: missing_mask(texts, sentinels), return_dtype=pl.Boolean)


def count_text(column: str) -> pl.Expr:
    """The cell of a key without spaces and without a decimal part of zeros."""
    return pl.col(column).str.replace_all(_SPACES, "").str.replace(r"\.0+$", "")


def count_value(column: str, style: Style | None = None) -> pl.Expr:
    """The cell as a whole number; null where it is not one (also where it is missing)."""
    return pl.col(column).map_batches(lambda texts: whole_numbers(texts, style), return_dtype=pl.Int64)


def number_value(column: str, style: Style | None = None) -> pl.Expr:
    """The cell as a number; a decimal comma is read as such; null where it is not a number."""
    return pl.col(column).map_batches(lambda texts: decimal_numbers(texts, style), return_dtype=pl.Float64)


def iso_date(text: str) -> str | None:
    """One date as ISO text, read as a column of its own: ISO, dd.mm.yyyy, an Excel serial day; else None."""
    found: date | None = read_dates(pl.Series([text], dtype=pl.String)).values[0]
    return found.isoformat() if found else None


def date_value(column: str, order: Order = "column") -> pl.Expr:
    """The cell as a date by `read_dates`; null where it is not one, or not certainly."""
    return pl.col(column).map_batches(lambda texts: read_dates(texts, order=order).values, return_dtype=pl.Date)


def time_value(column: str, order: Order = "column") -> pl.Expr:
    """The cell as a moment (ISO date and time, any separator); null where it is not one."""
    text = pl.col(column).str.replace("T", " ").str.slice(0, 19)
    full = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    return pl.coalesce(full, date_value(column, order).cast(pl.Datetime("us"))).cast(pl.Datetime("us"))


def option_value(column: str, options: dict[str, str]) -> pl.Expr:
    """The cell's option code by its folded text; null where no option has it. `options`: folded text to code."""

    def codes(texts: pl.Series) -> pl.Series:
        return mapped(texts, {t: options.get(_fold(t)) for t in texts.unique().to_list() if t is not None}, pl.String)

    return pl.col(column).map_batches(codes, return_dtype=pl.String)
