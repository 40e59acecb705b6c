"""What KoboToolbox adds to every export (`operations/common/kobo.yml`): known to every codebook without listing it.

The file's shape and the question whether a sheet is such an export belong here; mapping its columns does not.
"""

from __future__ import annotations

import fnmatch
from functools import cache

from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Column, Strict
from warehouse.settings import PROJECT

SHEET_NAME = 31  # characters of a sheet's name that a workbook keeps
_FORBIDDEN = str.maketrans("", "", "[]:\\/")  # in names of sheets; * and ? are, too, but mean "any" in a codebook


class Kobo(Strict):
    """The file."""

    marks: list[str] = []
    fields: list[Column] = []
    ignored: list[str] = []


@cache
def kobo() -> Kobo:
    """The file, read once."""
    from warehouse.operations import read_yaml

    return read_yaml(PROJECT / "operations" / "common" / "kobo.yml", Kobo)


@cache
def _marks() -> frozenset[str]:
    return frozenset(fold(mark) for mark in kobo().marks)


def is_export(folded: list[str]) -> bool:
    """Whether headers (folded) are those of an export of KoboToolbox."""
    return not _marks().isdisjoint(folded)


@cache
def system_fields() -> dict[str, Column]:
    """Folded header to the field that it carries in every export."""
    return {fold(label): column for column in kobo().fields for label in column.labels}


@cache
def is_system(folded: str) -> bool:
    """Whether a folded header is one that exports carry and nobody uses."""
    return any(fnmatch.fnmatchcase(folded, fold(glob)) for glob in kobo().ignored)


def sheet_fits(name: str, patterns: list[str]) -> bool:
    """Whether a sheet's name matches a pattern, also where the name was cut at 31 characters and lost `[]:\\/`."""
    folded = fold(name)
    return any(_fits(folded, fold(pattern)) for pattern in patterns)


def _fits(name: str, pattern: str) -> bool:
    if fnmatch.fnmatchcase(name, pattern):
        return True
    plain, bare = name.translate(_FORBIDDEN), pattern.translate(_FORBIDDEN)
    if fnmatch.fnmatchcase(plain, bare):
        return True
    literal = not set(bare) & set("*?")
    return literal and len(name) == SHEET_NAME < len(bare) and bare[:SHEET_NAME].strip() == plain.strip()
