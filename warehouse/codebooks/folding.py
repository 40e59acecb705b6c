"""Folding: the one way in which labels, names and answers are compared.

Only the folding of texts belongs here (letters that look alike: `lookalike.py`); what is compared with what does not.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from warehouse.codebooks.lookalike import of_one_script

if TYPE_CHECKING:
    import polars as pl

_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[_.#:*?-]+")
_WORDS = re.compile(r"[^\W_]+")
_SLASH = re.compile(r"\s*/\s*")
_NUMBER_SIGN = re.compile(r"\bn°")  # `N°`; `№` and `Nº` become "no" by NFKC
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# Before NFKC, which takes the accents apart: ` ´ ʹ ʻ ʼ ʽ ʾ ʿ ˈ ‘ ’ ‚ ‛ ′ ‵ ＇, and double quotes of all kinds.
_QUOTES = str.maketrans(
    dict.fromkeys("`´ʹʻʼʽʾʿˈ\u2018\u2019\u201a\u201b\u2032\u2035\uff07", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f«»\u2033\uff02", '"')
)
_DASH = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u058a]")


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """A text for comparison: NFKC, no invisible marks, plain dashes and quotes, one space between words, case folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).replace("`", "'").casefold()
    for _ in range(4):  # case folding and NFKC can each undo the other once
        text, before = _once(text), text
        if text == before:
            break
    return text


def _once(text: str) -> str:
    text = _CONTROL.sub("", _INVISIBLE.sub("", text)).translate(_QUOTES)
    return _SPACE.sub(" ", _DASH.sub("-", unicodedata.normalize("NFKC", text))).strip().casefold()


@lru_cache(maxsize=1 << 14)
def fold_label(text: str) -> str:
    """A header for comparison: folded, with `_ . # : * ? -` read as spaces, `N°` as `No`, no spaces around a slash."""
    plain = _NUMBER_SIGN.sub("no", fold(text))
    return _SLASH.sub("/", _SPACE.sub(" ", _SEPARATORS.sub(" ", plain))).strip()


@lru_cache(maxsize=1 << 14)
def skeleton(text: str) -> str:
    """A header with letters that look alike read as letters of one script in each word, `ё` as `е`.

    Two labels with one skeleton look the same to a person. Used only where `fold_label` finds nothing, and only where
    one label has that skeleton.
    """
    return of_one_script(fold_label(text))


@lru_cache(maxsize=1 << 16)
def fold_key(text: str) -> str:
    """A name as part of a place code: letters and digits, hyphens between, upper case (`ASKIRA / UBA` is `ASKIRA-UBA`)."""
    words = _WORDS.findall(fold(text))
    return "-".join(words).upper()


def fold_column(column: str) -> pl.Expr:
    """A text column of a frame, every value folded by `fold`."""
    import polars as pl

    def folded(values: pl.Series) -> pl.Series:
        return pl.Series(values.name, [None if v is None else fold(v) for v in values.to_list()], dtype=pl.String)

    return pl.col(column).map_batches(folded, return_dtype=pl.String)


def matches_any(text: str, globs: list[str]) -> bool:
    """Whether the folded text matches one of the globs; brackets in a glob stand for themselves as well as for a choice."""
    folded = fold(text)
    return any(pattern.fullmatch(folded) for pattern in _patterns(tuple(globs)))


@lru_cache(maxsize=1 << 10)
def _patterns(globs: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    folded = [fold(glob) for glob in globs]
    literal = [glob.replace("[", "[[]") for glob in folded if "[" in glob]
    return tuple(re.compile(fnmatch.translate(glob)) for glob in [*folded, *literal])


def in_rounds(rounds: str | None, number: int | None) -> bool:
    """Whether a round's number lies in a range such as `1-2`, `4-`, `3,5-7`; no range or no number: yes."""
    if rounds is None or number is None:
        return True
    for part in rounds.split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= number <= (int(high) if high else (10**9 if "-" in part else int(low))):
            return True
    return False
