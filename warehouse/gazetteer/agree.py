"""Whether a name is a place's, and which place of a parent a name means. Certain or not at all.

Exact names, reviewed spellings, type words and skeletons are judged here; likeness in per cent only makes suggestions
(`suggest.py`) and never accepts anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.gazetteer.index import Index, Known, Scope
from warehouse.gazetteer.names import Forms


@dataclass(frozen=True)
class Match:
    """How a name was found to be a place's. `place` None: several places bear it."""

    method: str  # exact | reviewed | by_type_word | by_skeleton | no_name
    place: Known | None = None
    others: tuple[str, ...] = ()  # places of another kind that share the name: a finer level has to tell them apart


def agrees(index: Index, place: Known, name: str, level: int) -> Match | None:
    """How the name is this place's, or None where it is not, or where it is rather a neighbour's."""
    if name in place.raw:
        return Match("exact", place)
    forms = index.words.forms(name)
    if forms.full in place.fulls:
        return Match("exact", place)
    if not place.fits(forms.kind):
        return None
    method = "by_type_word" if forms.bare in place.bares else "by_skeleton" if forms.skeleton in place.skeletons else ""
    if not method:
        return None
    # Who only resembles a name gives way to whoever bears it, anywhere: Karakol's name never settles Kara-Kul's code.
    rivals = index.everywhere(level) if method == "by_skeleton" else index.scope(place.parent or "", level)
    return None if _others(rivals, place, forms) else Match(method, place)


def _others(rivals: Scope, place: Known, forms: Forms) -> bool:
    """Whether another place bears the name itself, in full or without type words, while this one only resembles it."""
    codes = rivals.full.get(forms.full, set())
    if forms.bare not in place.bares:
        codes = codes | rivals.bare.get(forms.bare, set())
    return any(p.code in codes and p.code != place.code and p.fits(forms.kind) for p in rivals.places)


def by_name(index: Index, parent: str, level: int, name: str) -> Match | None:
    """The place of a level below a parent that a name means; None where no place there bears it."""
    scope, forms = index.scope(parent, level), index.words.forms(name)
    places = index.places
    exact = sorted(scope.full.get(forms.full, ()))
    alike = sorted(c for c in scope.bare.get(forms.bare, ()) if places[c].fits(forms.kind))
    if len(exact) == 1:
        found = places[exact[0]]
        if forms.full in found.reviewed:
            return Match("reviewed", found)
        shared = () if forms.kind else (c for c in alike if c != found.code)
        return Match("exact", found, tuple(shared))
    for codes, method in ((exact, "exact"), (alike, "by_type_word"), (_skeletons(index, scope, forms), "by_skeleton")):
        if codes:
            return Match(method, places[codes[0]] if len(codes) == 1 else None)
    return None


def _skeletons(index: Index, scope: Scope, forms: Forms) -> list[str]:
    return sorted(c for c in scope.skeleton.get(forms.skeleton, ()) if index.places[c].fits(forms.kind))
