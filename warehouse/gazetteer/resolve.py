"""Resolving a delivered place: codes and names of one row to a chain of places, or the reason why not.

The rules of resolution belong here (code and name must agree; a name counts only within its parent; what is not
certain is a reason, never a guess). Reading the gazetteer's files and joining to rows do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from warehouse.codebooks.folding import fold_key
from warehouse.codebooks.model import Places
from warehouse.gazetteer.agree import Match, agrees, by_name
from warehouse.gazetteer.chain import Doubt, Note, Place, Resolved, Step
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.decisions import Decision, Key, key_of
from warehouse.gazetteer.index import Index, Known, Row
from warehouse.gazetteer.names import Words
from warehouse.operations import Operation

MOST_KEPT = 50_000  # steps; of the finest level there may be one for each row, and none comes again
CODE_LIKE = re.compile(r"[A-Z]{1,3}\d{2,}")  # AD0402, NG002001: a line pasted in another layout


class Resolver:
    """Resolves the places of one operation by the scheme of a codebook, on one vintage."""

    def __init__(
        self,
        operation: Operation,
        places: Places,
        rows: Iterable[Row] | None = None,
        decisions: Iterable[Decision] = (),
    ) -> None:
        """`rows`: the gazetteer of the round's vintage (the operation's own where not given)."""
        self.scheme, self.levels = places.scheme, places.levels
        aliases = operation.aliases
        self.words = Words.of(aliases.words, aliases.kinds)
        spelled = {alias.place_code: alias.names for alias in aliases.aliases}
        listed = (operation.gazetteer if rows is None else rows) if places.scheme == "gazetteer" else []
        self.index = Index(listed, spelled, self.words)
        self.decisions: dict[Key, Decision] = {d.key: d for d in decisions}
        iso3 = operation.programme.country_iso3
        country = next((p for p in self.index.places.values() if p.level == 0), None)
        self.root = _of(country, "") if country else Place(iso3, 0, None, (iso3,) * 3, "", False)
        self.index.hold_all(self.root.code)
        self.finest = max((asked.level for asked in self.levels), default=0)
        self._steps: dict[tuple[int, str, str, str, int], Step] = {}

    def resolve(self, delivered: dict[int, tuple[str, str]], not_asked: frozenset[int] = frozenset()) -> Resolved:
        """`delivered`: level to (code, name) as text, blank where the row has none. `not_asked`: levels that no row has."""
        chain: tuple[Place, ...] = (self.root,)
        notes: tuple[Note, ...] = ()
        blank: list[int] = []
        missing, doubt = 0, Doubt()
        for asked in self.levels:
            level = asked.level
            code, name = delivered.get(level, ("", ""))
            if not code and not name:
                blank.append(level)
                missing = missing or (level if asked.required and level not in not_asked else 0)
                continue
            parent = chain[-1]
            step = self._step(level, code, name, parent, len(blank))
            if not step.places:
                gone = missing and step.reason != "code_name_disagree"
                return (
                    Resolved((), "place_missing", missing) if gone else _failed(step, level, notes, parent, code, name)
                )
            chain = step.places if step.places[0].level == 0 else chain + step.places
            if missing and not any(p.level == missing for p in chain):
                return Resolved(reason="place_missing", level=missing)
            if step.others:
                doubt = Doubt(level, parent.code, code, name, step.others)
            elif chain[-1].in_gazetteer and (code or not self._also_in(doubt.others, level, name)):
                doubt = Doubt()  # a place within it was found, and within no other: it is the one
            notes += step.notes
            if blank and any(p.level in blank for p in chain):
                notes += (Note("parent_filled", level),)
            blank, missing = [], 0
        if missing:
            return Resolved(reason="place_missing", level=missing)
        if doubt.level:
            return Resolved((), "ambiguous_place", doubt.level, notes, doubt.parent, doubt.code, doubt.name)
        return Resolved(chain, notes=notes)

    def forget(self) -> None:
        """Let go of the places that were resolved so far: after a large sheet they are many."""
        self._steps.clear()

    def _also_in(self, others: tuple[str, ...], level: int, name: str) -> bool:
        return any(by_name(self.index, other, level, name) for other in others)

    def _step(self, level: int, code: str, name: str, parent: Place, blank: int) -> Step:
        key = (level, code, name, parent.code, blank)
        found = self._steps.get(key)
        if found is None:
            found = (
                self._by_name_only(*key[:3], parent)
                if self.scheme == "names"
                else self._certain(*key[:3], parent, blank)
            )
            found = self._decided(level, code, name, parent, found)
            if level != self.finest or len(self._steps) < MOST_KEPT:
                self._steps[key] = found
        return found

    def _decided(self, level: int, code: str, name: str, parent: Place, found: Step) -> Step:
        """A person's decision, where the gazetteer settles nothing."""
        if not self.decisions or (found.places and found.places[-1].in_gazetteer and not found.others):
            return found
        decision = self.decisions.get(key_of(level, parent.code, code, name))
        if decision is None:
            return found
        note = (Note("place_decided", level),)
        if decision.not_a_place:
            return Step(reason="not_a_place", notes=note)
        meant = str(decision.place)
        known = self.index.places.get(meant)
        if known is not None and known.level == level:
            return Step(self._path(known, code), notes=note)
        if known is None and not self.index.scope(parent.code, level).places:  # beyond the gazetteer
            shown = (name if meant == code and name else _title(meant),) * 3
            return Step((Place(meant, level, parent.code, shown, code, False),), notes=note)
        return replace(found, notes=(Note("decision_without_effect", level),)) if found.places else found

    def _by_name_only(self, level: int, code: str, name: str, parent: Place) -> Step:
        key = fold_key(name)
        if not any(map(str.isalpha, key)):
            return Step(reason="code_as_name" if key else "place_missing")
        if CODE_LIKE.fullmatch(name.strip()):
            return Step(reason="code_as_name")
        shown = " ".join(name.split())
        return Step((Place(f"{parent.code}/{key}", level, parent.code, (shown,) * 3, code, False),))

    def _certain(self, level: int, code: str, name: str, parent: Place, blank: int) -> Step:
        if code:
            known = self.index.coded(code)
            if known is not None:
                return self._by_code(known, level, code, name, parent)
            if twins := self.index.look_alikes(code):
                return self._by_twin(twins, level, code, name, parent)
            if self.index.scope(parent.code, level).places:
                return Step(reason="unknown_place")
        elif self.index.scope(parent.code, level).places:
            return self._by_name(level, name, parent, blank)
        return self._beyond(level, code, name, parent)

    def _by_code(self, known: Known, level: int, code: str, name: str, parent: Place) -> Step:
        """A code of the gazetteer: the name must be its place's, and the place must lie where the row says."""
        match = agrees(self.index, known, name, level) if name else Match("no_name")
        if match is None:
            return Step(reason="code_name_disagree")
        if known.level != level or not self._lies_in(known, parent):
            return Step(reason="parent_disagrees")
        notes = () if fold_code(code) == fold_code(known.code) else (Note("other_code_form", level),)
        return Step(self._path(known, code), notes=notes + _told(match, level))

    def _by_twin(self, twins: list[Known], level: int, code: str, name: str, parent: Place) -> Step:
        """Characters that only look right: put back where one place results, lies here, and bears the name."""
        fit = [t for t in twins if t.level == level and name and agrees(self.index, t, name, level)]
        if len(twins) != 1 or not fit or not self._lies_in(fit[0], parent):
            return Step(reason="code_name_disagree" if name and not fit else "unknown_place")
        return Step(self._path(fit[0], code), notes=(Note("look_alike_code", level),))

    def _by_name(self, level: int, name: str, parent: Place, blank: int) -> Step:
        """A name without a code counts within its parent, or within the parent's parent below level 2."""
        if blank > 1 or (blank == 1 and parent.level < 2):
            return Step(reason="ambiguous_place")
        match = by_name(self.index, parent.code, level, name)
        if match is None or match.place is None:
            return Step(reason="ambiguous_place" if match else "unknown_place")
        return Step(self._path(match.place, ""), notes=_told(match, level), others=match.others)

    def _beyond(self, level: int, code: str, name: str, parent: Place) -> Step:
        """A place that the gazetteer does not go down to: the delivery's own code, or its name."""
        own = code or f"{parent.code}/{fold_key(name)}"
        if not code and not fold_key(name):
            return Step(reason="place_missing")
        return Step((Place(own, level, parent.code, (name or own,) * 3, code, False),))

    def _path(self, known: Known, delivered: str) -> tuple[Place, ...]:
        path = self.index.path(known.code)
        places = (*(_of(p, "") for p in path[:-1]), _of(known, delivered))
        if path[0].level == 0:
            return places
        return (
            self.root,
            replace(places[0], parent=self.root.code),
            *places[1:],
        )  # the gazetteer begins below the country

    def _lies_in(self, known: Known, parent: Place) -> bool:
        return parent is self.root or any(p.code == parent.code for p in self.index.path(known.code)[:-1])


def _of(known: Known, delivered: str) -> Place:
    return Place(known.code, known.level, known.parent, known.names, delivered, True)


def _told(match: Match, level: int) -> tuple[Note, ...]:
    return (Note(match.method, level),) if match.method in ("by_skeleton", "by_type_word") else ()


def _failed(step: Step, level: int, notes: tuple[Note, ...], parent: Place, code: str, name: str) -> Resolved:
    return Resolved((), step.reason, level, notes + step.notes, parent.code, code, name)


def _title(code: str) -> str:
    """The name in a code made of names: `NGA/BORNO/ASKIRA-UBA`."""
    return code.rsplit("/", 1)[-1].replace("-", " ").title()


__all__ = ["CODE_LIKE", "Note", "Place", "Resolved", "Resolver"]
