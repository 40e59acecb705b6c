"""What is wrong with an operation's places as they lie: vintages, crosswalks, spellings, decisions.

Checks over files belong here; what is wrong with a list is told when it is imported, with a round when it is normalized.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warehouse.errors import MtmError
from warehouse.gazetteer.decisions import Decision, clashes
from warehouse.gazetteer.index import Index
from warehouse.gazetteer.names import Words
from warehouse.gazetteer.store import all_decisions, crosswalk_rows, gazetteer_rows, of_vintage, vintages
from warehouse.gazetteer.tiles import tile_codes
from warehouse.operations import Operation
from warehouse.settings import Home

CLOSE = 0.0005  # shares are written with four decimals


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong, and where."""

    code: str
    severity: str  # block | review
    where: str
    what: str


def check_operation(operation: Operation, home: Home | None) -> list[Trouble]:
    """Everything that is wrong with the places of an operation."""
    rows = gazetteer_rows(operation, home)
    spelled = {a.place_code: a.names for a in operation.aliases.aliases}
    words = Words.of(operation.aliases.words, operation.aliases.kinds)
    found: list[Trouble] = []
    indexes: dict[str, Index] = {}
    for vintage in vintages(rows):
        try:
            indexes[vintage] = Index(of_vintage(rows, vintage, operation.code), spelled, words)
        except (MtmError, KeyError, ValueError) as error:
            found.append(Trouble("vintage_unusable", "block", vintage, str(error)))
    for vintage, index in indexes.items():
        found += _tree(vintage, index)
    known = {code for index in indexes.values() for code in index.places}
    found += [
        Trouble("alias_of_nothing", "review", f"aliases.yml: {c}", "no vintage has the place")
        for c in spelled
        if rows and c not in known
    ]
    found += [
        Trouble("tile_of_nothing", "review", f"tiles.yml: {code}", "no vintage has the place")
        for code in tile_codes(operation.folder)
        if rows and code not in known
    ]
    found += _crosswalks(crosswalk_rows(operation, home), indexes)
    found += _decisions(all_decisions(operation, home), indexes, operation)
    return found


def _tree(vintage: str, index: Index) -> Iterator[Trouble]:
    """Parents that are not there or not above; codes that look like others; names twice in a parent at levels 1 and 2."""
    tops = sum(p.level == 0 for p in index.places.values())
    if tops > 1:
        yield Trouble("two_countries", "block", vintage, f"{tops} places are of level 0")
    for place in index.places.values():
        parent = index.places.get(place.parent or "")
        if place.level > 1 and parent is None:
            yield Trouble("parent_unknown", "block", f"{vintage}: {place.code}", "its parent is not in the vintage")
        elif parent is not None and parent.level >= place.level:
            yield Trouble("parent_level", "block", f"{vintage}: {place.code}", "its parent is not of a higher level")
    for codes in index.twins.values():
        if len(codes) > 1 and len({index.places[code].level for code in codes}) == 1:
            yield Trouble(
                "codes_look_alike", "review", f"{vintage}: {', '.join(sorted(codes))}", "the codes look the same"
            )
    seen: dict[tuple[str | None, int, str, str], list[str]] = defaultdict(list)
    for place in index.places.values():
        if 0 < place.level <= 2:
            seen[(place.parent, place.level, place.own[0].full if place.own else "", place.kind)].append(place.code)
    for same in seen.values():
        if len(same) > 1:
            yield Trouble(
                "name_twice", "review", f"{vintage}: {', '.join(same)}", "places of one parent and kind share a name"
            )


def _crosswalks(rows: list[dict[str, Any]], indexes: dict[str, Index]) -> Iterator[Trouble]:
    """Places that no vintage has; shares that do not add up to the whole; links that stand twice."""
    sums: dict[tuple[str, str, str, int], list[float | None]] = defaultdict(list)  # by level of the places after
    links = Counter((r["from_vintage"], r["from_code"], r["to_vintage"], r["to_code"]) for r in rows)
    for link, count in links.items():
        if count > 1:
            yield Trouble("link_twice", "block", " → ".join(link), "the link stands twice")
    for row in rows:
        where = f"{row['from_vintage']} {row['from_code']} → {row['to_vintage']} {row['to_code']}"
        for side in ("from", "to"):
            index = indexes.get(row[f"{side}_vintage"])
            if index is None or row[f"{side}_code"] not in index.places:
                yield Trouble("link_to_nothing", "block", where, f"the {side} vintage has no such place")
        try:
            share = float(row["share"]) if row.get("share") else None
        except ValueError:
            share = -1.0
        if share is not None and not 0 < share <= 1:
            yield Trouble("share_range", "block", where, "the share is not between 0 and 1")
        after = indexes.get(row["to_vintage"])
        place = after.places.get(row["to_code"]) if after else None
        sums[(row["from_vintage"], row["from_code"], row["to_vintage"], place.level if place else 0)].append(share)
    for (before, code, then, level), shares in sums.items():
        known, where = [s for s in shares if s is not None], f"{before} {code} → {then}, level {level}"
        if len(known) == len(shares) and abs(sum(known) - 1) > CLOSE:
            yield Trouble("shares_sum", "block", where, f"the shares add up to {sum(known):.4f}, not to 1")
        elif len(known) < len(shares) and sum(known) > 1 - CLOSE:
            yield Trouble(
                "shares_sum", "block", where, "the known shares are the whole already, and other links are unknown"
            )
    yield from _uncovered(rows, indexes)


def _uncovered(rows: list[dict[str, Any]], indexes: dict[str, Index]) -> Iterator[Trouble]:
    """Parts that went to a place of a higher level: the place above them must have a link to it, with the share."""
    links = {(r["from_vintage"], r["from_code"], r["to_vintage"], r["to_code"]) for r in rows}
    for before, code, then, target in sorted(links):
        old, new = indexes.get(before), indexes.get(then)
        if old is None or new is None or code not in old.places or target not in new.places:
            continue
        level = new.places[target].level
        above = [p.code for p in old.path(code) if p.level == level]
        if old.places[code].level > level and not any((before, a, then, target) in links for a in above):
            yield Trouble(
                "link_uncovered", "block", f"{before} {code} → {then} {target}", f"no link at level {level} leads there"
            )


def _decisions(decisions: list[Decision], indexes: dict[str, Index], operation: Operation) -> Iterator[Trouble]:
    for earlier, later in clashes(decisions):
        yield Trouble(
            "decisions_clash",
            "block",
            _where(later),
            f"another decision, of {earlier.when}, says something else of the same place",
        )
    for decision in decisions:
        holding = [i for v, i in indexes.items() if decision.vintage in (None, v)]
        if decision.vintage and decision.vintage not in indexes:
            yield Trouble("decision_expired", "review", _where(decision), f"there is no vintage {decision.vintage}")
        if decision.rounds and not any(decision.holds(r.number, None) for r in operation.rounds) and operation.rounds:
            yield Trouble("decision_expired", "review", _where(decision), "no registered round is among its rounds")
        if decision.place and holding and "/" not in decision.place and decision.place != decision.code:
            levels = {i.places[decision.place].level for i in holding if decision.place in i.places}
            if not levels:
                yield Trouble(
                    "decision_without_effect", "review", _where(decision), "no vintage has the place that it names"
                )
            elif decision.level not in levels:
                yield Trouble(
                    "decision_without_effect",
                    "review",
                    _where(decision),
                    f"the place that it names is of level {min(levels)}",
                )
        yield from _needless(decision, holding)


def _needless(decision: Decision, holding: list[Index]) -> Iterator[Trouble]:
    """A decision about what the gazetteer settles by itself: it is never used, and perhaps says something else."""
    from warehouse.gazetteer.agree import agrees

    for index in holding:
        known = index.coded(decision.code) if decision.code else None
        certain = (
            known
            and known.level == decision.level
            and decision.name
            and agrees(index, known, decision.name, decision.level)
        )
        lies = known and any(p.code == decision.parent for p in index.path(known.code))
        if known and certain and lies:
            same = known.code == decision.place
            yield Trouble("decision_conflict" if not same else "decision_needless", "review", _where(decision),
                          f"the gazetteer settles this by itself{'' if same else ', for another place'}: the decision is not used")  # fmt: skip
            return


def _where(decision: Decision) -> str:
    return f"place_decisions.yml: level {decision.level}, {decision.parent or 'top'}, decided by {decision.by} on {decision.when}"
