"""Suggestions for a delivered place that no rule settles: what its code means, and names that are like its name.

Likeness is a score from 0 to 100 (rapidfuzz, of skeletons). It orders suggestions for a person and accepts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.gazetteer.index import Index, Known
from warehouse.gazetteer.names import skeleton

LEAST = 60  # below it a name is not like another
ALIKE = 88  # from it on two names within one delivery are worth a look
MOST = 5
AT_ONCE = 500  # names that are compared with all others at a time
NUMBERS = frozenset(
    [
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "vi",
        "vii",
        "viii",
        "ix",
        "x",
        "a",
        "b",
        "c",
        "d",
        "e",
        "north",
        "south",
        "east",
        "west",
        "central",
    ]
)


@dataclass(frozen=True)
class Candidate:
    """A place that may be meant."""

    code: str
    name: str
    score: float
    why: str  # code | look_alike_code | name | name_elsewhere


def candidates(index: Index, parent: str | None, level: int, code: str, name: str) -> list[Candidate]:
    """The likeliest places, the best first."""
    found: list[Candidate] = []
    if code and (known := index.coded(code)):
        found.append(Candidate(known.code, _shown(known, name), _best(known, name), "code"))
    elif code:
        found += [
            Candidate(k.code, _shown(k, name), _best(k, name), "look_alike_code") for k in index.look_alikes(code)
        ]
    if name:
        inside = index.scope(parent or "", level).places
        found += _like(inside, name, "name")
        if all(c.score < LEAST or c.why != "name" for c in found):
            found += _like([p for p in index.places.values() if p.level == level], name, "name_elsewhere")
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.code, candidate)
    return sorted(first.values(), key=lambda c: (-c.score, c.code))[:MOST]


def _like(places: Iterable[Known], name: str, why: str) -> list[Candidate]:
    scored = [(p, _best(p, name)) for p in places]
    best = sorted((s for s in scored if s[1] >= LEAST), key=lambda s: (-s[1], s[0].code))[:MOST]
    return [Candidate(p.code, _shown(p, name), score, why) for p, score in best]


def _best(place: Known, name: str) -> float:
    from rapidfuzz import fuzz

    return round(max((fuzz.ratio(skeleton(name), s) for s in place.skeletons), default=0.0), 1) if name else 0.0


def _shown(place: Known, name: str) -> str:
    """The place's name in the alphabet of the delivered one."""
    cyrillic = any("\u0400" <= c <= "\u04ff" for c in name)
    return (place.names[1] if cyrillic else place.names[0]) or next((n for n in place.names if n), place.code)


def alike(names: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of names that may be spellings of one: positions and score. Names that differ in a number are two places."""
    if len(names) < 2:
        return []
    skeletons = list(map(skeleton, names))
    groups: dict[frozenset[str], list[int]] = {}
    for i, name in enumerate(names):
        if len(skeletons[i]) > 3:
            groups.setdefault(_numbers(name), []).append(i)
    return sorted(pair for members in groups.values() for pair in _pairs(skeletons, members))


def _pairs(skeletons: list[str], members: list[int]) -> Iterator[tuple[int, int, float]]:
    """Pairs among names that have the same numbers, some rows of the matrix of scores at a time."""
    import numpy as np
    from rapidfuzz import fuzz, process

    for start in range(0, len(members), AT_ONCE):
        first = members[start : start + AT_ONCE]
        left, right = [skeletons[i] for i in first], [skeletons[i] for i in members[start:]]
        scores: Any = process.cdist(left, right, scorer=fuzz.ratio, score_cutoff=ALIKE)
        for a, b in np.argwhere(scores >= ALIKE).tolist():
            if a < b:
                yield first[a], members[start + b], round(float(scores[a][b]), 1)


def _numbers(name: str) -> frozenset[str]:
    """The numbers, numerals, single letters and directions in a name: numbered wards differ in these alone."""
    words = set(name.casefold().replace("-", " ").split())
    return frozenset([w for w in words if w.strip("()[].,'\"`\u2018\u2019\u201c\u201d") in NUMBERS or _has_digit(w)])


def _has_digit(word: str) -> bool:
    return not word.isalpha() and any(map(str.isdigit, word))
