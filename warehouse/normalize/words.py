"""Words by which rows that are not data are known (`operations/common/words.yml`): totals, notes, months.

Reading the file and comparing texts with it belong here; what is done with such rows does not.
"""

from __future__ import annotations

import fnmatch
from functools import cache

import polars as pl

from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Strict
from warehouse.operations import read_yaml
from warehouse.settings import PROJECT


class Words(Strict):
    """The file."""

    totals: list[str] = []
    totals_begin: list[str] = []
    notes: list[str] = []
    months: dict[int, list[str]] = {}


@cache
def words_file() -> Words:
    """The file, read once."""
    return read_yaml(PROJECT / "operations" / "common" / "words.yml", Words)


@cache
def _totals() -> frozenset[str]:
    return frozenset(_bare(word) for word in words_file().totals)


@cache
def _begin() -> tuple[str, ...]:
    return tuple(f"{_bare(word)} " for word in words_file().totals_begin)


def _bare(text: str) -> str:
    return fold(text).strip(" :.-–—*")


def is_total_word(text: str) -> bool:
    """Whether a text is a word for totals alone."""
    return _bare(text) in _totals()


def begins_total(text: str) -> bool:
    """Whether a text is a word for totals, or begins with one ("Total North")."""
    bare = _bare(text)
    return bare in _totals() or bare.startswith(_begin())


def is_total(texts: pl.Series) -> pl.Series:
    """`is_total_word` of a column."""
    return texts.is_in([t for t in texts.unique().to_list() if t and is_total_word(t)]) & texts.is_not_null()


def is_note(text: str) -> bool:
    """Whether a text reads like a note below a table."""
    folded = fold(text)
    return any(fnmatch.fnmatchcase(folded, glob.replace("\\*", "[*]")) for glob in words_file().notes)
