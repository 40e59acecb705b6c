"""Resolving a delivered place: codes and names of one row to a chain of places, or the reason why not.

The rules of resolution belong here (code and name must agree; a name counts only within its parent; what is not
certain is a reason, never a guess). Reading the gazetteer's files and joining to rows do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from warehouse.codebooks.folding import fold, fold_key
from warehouse.codebooks.model import PlaceLevel, Places
from warehouse.operations import Operation

CODE_LIKE = re.compile(r"[A-Z]{1,3}\d{2,}")  # AD0402, NG002001: a line pasted in another layout


@dataclass(frozen=True)
class Place:
    """One place of a chain, as `canonical.place` holds it."""

    code: str
    level: int
    parent: str | None
    names: tuple[str, str, str]  # en, ru, ky
    delivered_code: str
    in_gazetteer: bool


@dataclass(frozen=True)
class Resolved:
    """The chain from the country down, or a reason code and the level it failed at."""

    chain: tuple[Place, ...] = ()
    reason: str = ""
    level: int = 0


class Resolver:
    """Resolves the places of one operation by the scheme of a codebook."""

    def __init__(self, operation: Operation, places: Places) -> None:
        """Indexes the gazetteer by code and by folded name within its parent."""
        self.scheme, self.levels = places.scheme, places.levels
        self.country_iso3 = operation.programme.country_iso3
        self.words = {fold(word) for word in operation.aliases.words}
        self.rows = {row["place_code"]: row for row in operation.gazetteer} if places.scheme == "gazetteer" else {}
        self.names: dict[tuple[str, str], set[str]] = {}
        self.spellings: dict[str, set[str]] = {}
        extra = {alias.place_code: alias.names for alias in operation.aliases.aliases}
        for code, row in self.rows.items():
            spelled = [row["place_name_en"], row["place_name_ru"], row["place_name_ky"], *extra.get(code, [])]
            self.spellings[code] = {self.bare(name) for name in spelled if name}
            for name in self.spellings[code]:
                self.names.setdefault((row["parent_code"], name), set()).add(code)
        self.finest = max((int(row["place_level"]) for row in self.rows.values()), default=0)

    def bare(self, name: str) -> str:
        """A name for comparison: folded, without words such as rayon or oblast, hyphens as spaces."""
        words = fold(name).replace("-", " ").replace("(", " ").replace(")", " ").replace(".", ". ").split()
        return " ".join(w for w in words if w not in self.words) or fold(name)

    def root(self) -> Place:
        """The country: of the gazetteer, or the ISO3 code."""
        for code, row in self.rows.items():
            if row["place_level"] == "0":
                return self._known(code, "")
        return Place(self.country_iso3, 0, None, (self.country_iso3,) * 3, "", False)

    def resolve(self, delivered: dict[int, tuple[str, str]]) -> Resolved:
        """`delivered`: level to (code, name) as text, blank where the row has none."""
        chain = [self.root()]
        for level in self.levels:
            code, name = delivered.get(level.level, ("", ""))
            if not code and not name:
                if level.required:
                    return Resolved(reason="place_missing", level=level.level)
                continue
            found = self._step(level, code, name, chain[-1])
            if isinstance(found, str):
                return Resolved(reason=found, level=level.level)
            chain.append(found)
        return Resolved(tuple(chain))

    def _step(self, level: PlaceLevel, code: str, name: str, parent: Place) -> Place | str:
        if self.scheme == "names":
            return self._by_name_only(level.level, code, name, parent)
        if level.level > self.finest:
            own = code or f"{parent.code}/{fold_key(name)}"
            return Place(own, level.level, parent.code, (name or own,) * 3, code, False)
        return self._in_gazetteer(level.level, code, name, parent)

    def _by_name_only(self, level: int, code: str, name: str, parent: Place) -> Place | str:
        key = fold_key(name)
        if not any(letter.isalpha() for letter in key):
            return "code_as_name" if key else "place_missing"
        if CODE_LIKE.fullmatch(name.strip()):
            return "code_as_name"
        shown = " ".join(name.split())
        return Place(f"{parent.code}/{key}", level, parent.code, (shown,) * 3, code, False)

    def _in_gazetteer(self, level: int, code: str, name: str, parent: Place) -> Place | str:
        by_name = {c for c in self.names.get((parent.code, self.bare(name)), ()) if self._level(c) == level}
        if code:
            if code not in self.rows or self._level(code) != level or self.rows[code]["parent_code"] != parent.code:
                return "unknown_place" if code not in self.rows else "code_name_disagree"
            if name and self.bare(name) not in self.spellings[code]:
                return "code_name_disagree"
            return self._known(code, code)
        if len(by_name) != 1:
            return "ambiguous_place" if by_name else "unknown_place"
        return self._known(by_name.pop(), "")

    def _level(self, code: str) -> int:
        return int(self.rows[code]["place_level"])

    def _known(self, code: str, delivered: str) -> Place:
        row = self.rows[code]
        names = (row["place_name_en"], row["place_name_ru"], row["place_name_ky"])
        return Place(code, int(row["place_level"]), row["parent_code"] or None, names, delivered, True)
