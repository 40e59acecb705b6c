"""The places of one vintage, found by code, and by name within a place.

Looking up belongs here; what a look-up means for a delivered row is decided in `resolve.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from warehouse.errors import MtmError
from warehouse.gazetteer.codes import fold_code, twin_key
from warehouse.gazetteer.names import Forms, Words

Row = Mapping[str, str]
LANGUAGES = ("en", "ru", "ky")
LIST = ";"  # separates several texts in a cell of the gazetteer


@dataclass(frozen=True)
class Known:
    """One place of the gazetteer."""

    code: str
    level: int
    parent: str | None
    names: tuple[str, str, str]
    kind: str
    own: tuple[Forms, ...]  # forms of its names
    reviewed: frozenset[str]  # full forms of spellings that a person has confirmed
    raw: frozenset[str]  # its names as they are written
    other_codes: tuple[str, ...] = ()

    @cached_property
    def fulls(self) -> frozenset[str]:
        """Its names and spellings, folded."""
        return frozenset(f.full for f in self.own) | self.reviewed

    @cached_property
    def bares(self) -> frozenset[str]:
        """The same without type words."""
        return frozenset(f.bare for f in self.own)

    @cached_property
    def skeletons(self) -> frozenset[str]:
        """What all spellings of its names have in common."""
        return frozenset(f.skeleton for f in self.own)

    def fits(self, kind: str) -> bool:
        """Whether a name that says `kind` can be this place's."""
        return not kind or not self.kind or kind == self.kind


@dataclass
class Scope:
    """The places of one level below one place, by the forms of their names."""

    places: list[Known]
    full: dict[str, set[str]] = field(default_factory=dict)
    bare: dict[str, set[str]] = field(default_factory=dict)
    skeleton: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the places by each form."""
        for place in self.places:
            for index, forms in ((self.full, place.fulls), (self.bare, place.bares), (self.skeleton, place.skeletons)):
                for form in forms:
                    index.setdefault(form, set()).add(place.code)


class Index:
    """All places of one vintage."""

    def __init__(self, rows: Iterable[Row], aliases: Mapping[str, Iterable[str]], words: Words) -> None:
        """`rows`: columns of reference.place as text; `aliases`: place code to reviewed spellings."""
        self.words = words
        self.places: dict[str, Known] = {}
        self.folded: dict[str, str] = {}
        self.twins: dict[str, set[str]] = {}
        for row in rows:
            self._add(row, aliases)
        self.below: dict[str, list[str]] = {}
        for place in self.places.values():
            for ancestor in self.path(place.code)[:-1]:
                self.below.setdefault(ancestor.code, []).append(place.code)
        self._scopes: dict[tuple[str, int], Scope] = {}
        self.finest = max((p.level for p in self.places.values()), default=0)

    def _add(self, row: Row, aliases: Mapping[str, Iterable[str]]) -> None:
        code = row["place_code"]
        names = tuple(row.get(f"place_name_{lang}") or "" for lang in LANGUAGES)
        spelled = [n for n in (row.get("aliases") or "").split(LIST) if n.strip()]
        forms = [self.words.forms(n) for n in (*names, *spelled, *aliases.get(code, ())) if n]
        others = [c.strip() for c in f"{row.get('soate') or ''}{LIST}{row.get('other_codes') or ''}".split(LIST)]
        known = Known(
            code, int(row["place_level"]), row.get("parent_code") or None, (names[0], names[1], names[2]),
            self.words.kind(row.get("place_type") or ""), tuple(dict.fromkeys(forms)),
            frozenset(self.words.forms(n).full for n in aliases.get(code, ())), frozenset(n for n in names if n),
            tuple(c for c in others if c),
        )  # fmt: skip
        if code in self.places:
            raise MtmError(
                f"the gazetteer has the place {code} twice in one vintage",
                expected="each code once",
                todo="mtm gazetteer check",
                code="place_twice",
            )
        self.places[code] = known
        for other in (code, *known.other_codes):
            self.folded.setdefault(fold_code(other), code)
            self.twins.setdefault(twin_key(other), set()).add(code)

    def hold_all(self, root: str) -> None:
        """All places lie below the country, also where the gazetteer has no row for it."""
        self.below[root] = [c for c in self.places if c != root]

    def path(self, code: str) -> list[Known]:
        """The place and its ancestors, from the country down. A circle of parents ends."""
        found: list[Known] = []
        step: str | None = code
        while step in self.places and self.places[step] not in found:
            found.append(self.places[step])
            step = found[-1].parent
        return found[::-1]

    def scope(self, code: str, level: int) -> Scope:
        """The places of a level below a place."""
        key = (code, level) if code in self.below else ("", -1)  # there may be a million places with none below them
        if key not in self._scopes:
            inside = [self.places[c] for c in self.below.get(code, ())]
            self._scopes[key] = Scope([p for p in inside if p.level == level])
        return self._scopes[key]

    def everywhere(self, level: int) -> Scope:
        """All places of a level."""
        if ("", level) not in self._scopes:
            self._scopes["", level] = Scope([p for p in self.places.values() if p.level == level])
        return self._scopes["", level]

    def coded(self, code: str) -> Known | None:
        """The place with this code, in any of its code systems, spaces and case aside."""
        found = code if code in self.places else self.folded.get(fold_code(code))
        return self.places[found] if found else None

    def look_alikes(self, code: str) -> list[Known]:
        """The places whose codes look the same, where characters that only look right are read as one."""
        return [self.places[c] for c in sorted(self.twins.get(twin_key(code), ()))]
