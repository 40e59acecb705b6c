"""Places that only the delivery knows must not contradict each other.

A code in two parents is two places, and a code under two names may be: such rows are rejected, none is chosen. Only what the rows
say about each other's places belongs here; the gazetteer has been asked before.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from warehouse.gazetteer.chain import Place, Resolved
from warehouse.gazetteer.names import plain
from warehouse.normalize.found_places import DECIDED, FoundPlaces, Gathered
from warehouse.normalize.place_fill import Delivered

Said = Callable[[int, int], list[Delivered]]  # what some combinations (from, to) say
AT_ONCE = 20_000  # combinations that are judged again at a time


def apart(found: FoundPlaces, delivered: Said, finest: int) -> FoundPlaces:
    """The places without those that contradict each other."""
    ours = ~pl.col("in_gazetteer")
    own = ours & (pl.col("delivered_code") == pl.col("code")) & ~pl.col("is_decided")
    shared = found.places.select("code", "parent", "name_en", "level", own.alias("own"), ours.alias("ours"))
    shared = shared.filter("ours").filter(pl.col("code").is_duplicated())
    if shared.is_empty():
        return found
    twice = _several(shared.filter(pl.col("level") != 0), "parent")
    doubtful = _several(shared.filter("own"), "name_en")
    swapped = _swapped(found.places.filter(own), doubtful) if doubtful else set[tuple[str, str]]()
    if not twice and not swapped:
        return found
    again, number = Gathered(finest), found.results.height
    for start in range(0, number, AT_ONCE):
        end = min(number, start + AT_ONCE)
        some = zip(found.resolved(range(start, end)), delivered(start, end), strict=True)
        again.add([_judged(r, d, twice, swapped) for r, d in some])
    return again.found()


def _several(places: pl.DataFrame, what: str) -> set[str]:
    """Codes that stand at several of something."""
    return set(places.group_by("code").agg(pl.col(what).n_unique()).filter(pl.col(what) > 1)["code"])


def _swapped(own: pl.DataFrame, doubtful: set[str]) -> set[tuple[str, str]]:
    """Code and name where the code has several names, and this one is what another code of its parent is called."""
    parents = own.filter(pl.col("code").is_in(doubtful))["parent"].unique()
    near = own.filter(pl.col("parent").is_in(parents.implode(), nulls_equal=True)).select("code", "parent", "name_en")
    rows = [(code, parent, plain(name)) for code, parent, name in near.iter_rows()]
    codes: dict[tuple[str | None, str], set[str]] = {}
    named: dict[str, set[str]] = {}
    for code, parent, name in rows:
        codes.setdefault((parent, name), set()).add(code)
        named.setdefault(code, set()).add(name)
    found = {(c, n) for c, parent, n in rows if c in doubtful and len(codes[parent, n]) > 1}
    return {(c, n) for c, n in found if len(named[c]) > 1}


def _own(result: Resolved) -> list[Place]:
    """Places of a chain that carry a code which the delivery gives and the gazetteer does not know."""
    decided = {n.level for n in result.notes if n.code == DECIDED} if result.notes else ()
    return [p for p in result.chain if p.delivered_code == p.code and not p.in_gazetteer and p.level not in decided]


def _judged(result: Resolved, delivered: Delivered, twice: set[str], swapped: set[tuple[str, str]]) -> Resolved:
    undecided = {p.code for p in _own(result)}
    for place in result.chain:
        reused = not place.in_gazetteer and place.code in twice
        if reused or (place.code in undecided and (place.code, plain(place.names[0])) in swapped):
            code, name = delivered.get(place.level, ("", ""))
            reason = "code_reused" if reused else "code_name_disagree"
            return Resolved((), reason, place.level, result.notes, place.parent, code, name)
    return result


__all__ = ["apart"]
