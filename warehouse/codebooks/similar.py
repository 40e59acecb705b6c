"""How alike two headers are: a score from 0 to 100, for a person to judge.

Only the comparison belongs here. A score is shown and never acted on by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from warehouse.codebooks.concepts import choices, kinds
from warehouse.codebooks.folding import skeleton
from warehouse.codebooks.model import Column

LIKELY = 80  # a suggestion that is written down as such
POSSIBLE = 62  # a suggestion that is named
_NUMBERS = re.compile(r"\d+")
_MARKS = re.compile(r"[^\w/']+")  # brackets and commas say nothing
_PREFIX = re.compile(r"^_?[a-z]\d{4} (?:loc |meta )?")  # names of the DTM data dictionary: m0310_loc_num_idp_ind


@dataclass(frozen=True)
class Likeness:
    """A field that a header may carry, by which of its labels, and how alike they are."""

    column: Column
    label: str
    score: int
    source: str = ""  # the codebook, or the common list

    def __str__(self) -> str:
        """`idp_total (label 'IDPs', score 93)`."""
        return f"{self.column.field} (label {self.label!r}, score {self.score})"


def score(one: str, other: str) -> int:
    """How alike a header (`one`) is to a known label, 0 to 100. Labels with other numbers, or with opposite words (men and women) are never alike."""
    return _score(skeleton(one), skeleton(other))


@lru_cache(maxsize=1 << 16)
def _score(one: str, other: str) -> int:
    from rapidfuzz import fuzz

    if not one or not other:
        return 0
    if one == other:
        return 100
    one, other = (_PREFIX.sub("", " ".join(_MARKS.sub(" ", text).split())) for text in (one, other))
    last, last_other = one.rsplit("/", 1)[-1], other.rsplit("/", 1)[-1]  # the group in front says less
    alike = max(_mean(one, other, fuzz), _mean(last, last_other, fuzz) - 4 if (last, last_other) != (one, other) else 0)
    return int(min(alike, _most(one, other)))


def _mean(one: str, other: str, fuzz: object) -> float:
    pair: tuple[float, float] = (fuzz.token_set_ratio(one, other), fuzz.ratio(one, other))  # type: ignore[attr-defined]
    ordered: float = fuzz.token_sort_ratio(one, other)  # type: ignore[attr-defined]
    return (pair[0] + max(pair[1], ordered)) / 2


def _most(one: str, other: str) -> int:
    """The highest score that two labels can have: their numbers and words of opposite meaning must agree."""
    words, others = set(re.findall(r"[^\W_]+", one)), set(re.findall(r"[^\W_]+", other))
    if "/" in one and others <= kinds():
        return LIKELY - 2  # "Individuals" of whom: the group in front says it, and the known label does not
    if sorted(_NUMBERS.findall(one)) != sorted(_NUMBERS.findall(other)):
        return POSSIBLE - 2
    unsaid = frozenset[str]().union(*((choice.one | choice.other) - choice.said for choice in choices()))
    most = LIKELY - 2 if words < others and others - words - unsaid else 99  # the known label says more
    for choice in choices():
        mine = (bool(words & choice.one), bool(words & choice.other))
        yours = (bool(others & choice.one), bool(others & choice.other))
        if any(mine) and any(yours) and mine != yours and not (all(mine) or all(yours)):
            return POSSIBLE - 2
        if (words ^ others) & choice.said and not (any(mine) and any(yours)):
            most = LIKELY - 2
    return most


def best(label: str, columns: Iterable[Column], source: str = "", least: int = POSSIBLE) -> Likeness | None:
    """The column that is most like a header, by its labels and its name; None where none reaches `least`."""
    found = [
        Likeness(column, known, points, source)
        for column in columns
        for known in [*column.labels, column.field]
        if (points := score(label, known)) >= least
    ]
    return max(found, key=lambda likeness: likeness.score, default=None)
