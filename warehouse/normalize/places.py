"""Places of a delivery: every distinct combination of codes and names is resolved once and joined to its rows.

The join, what rows say about each other's places, and the place table belong here; the rules for one row are in
`gazetteer/resolve.py`, the words of findings in `place_findings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from warehouse.codebooks.model import Codebook, PlaceLevel
from warehouse.gazetteer.names import plain
from warehouse.gazetteer.resolve import Place, Resolved, Resolver
from warehouse.gazetteer.store import Rows, all_decisions, gazetteer_rows, of_vintage
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.place_fill import Delivered, fill, not_asked
from warehouse.normalize.schema import PLACE
from warehouse.operations import Operation
from warehouse.settings import Home

Filled = tuple[frozenset[int], list[Delivered]]  # levels that a sheet lacks, and the places that others name


@dataclass(frozen=True)
class RowPlaces:
    """`rows`: row_number, place_code, place_level (null where a reason is given), reason, failed_level,
    column_label, combination (position in `results`)."""

    rows: pl.DataFrame
    chains: dict[str, tuple[Place, ...]]  # finest place_code to its chain
    results: list[Resolved] = field(default_factory=list)  # by combination


def resolver_of(operation: Operation, book: Codebook, round_number: int | None, home: Home | None) -> Resolver:
    """The resolver of a round: the gazetteer on the round's vintage, and the decisions that hold for it."""
    rows, vintage = place_rows(operation, book, round_number, home), _vintage(operation, book, round_number)
    decided = [d for d in all_decisions(operation, home) if d.holds(round_number, vintage)]
    return Resolver(operation, book.places, rows, decided)


def place_rows(operation: Operation, book: Codebook, round_number: int | None, home: Home | None) -> Rows:
    """The gazetteer's rows on the round's vintage; none where names stand for themselves."""
    where = f"{operation.code}-{book.component}, round {round_number}"
    if book.places.scheme != "gazetteer":
        return []
    return of_vintage(gazetteer_rows(operation, home), _vintage(operation, book, round_number), where)


def _vintage(operation: Operation, book: Codebook, round_number: int | None) -> str | None:
    return None if round_number is None else operation.round(book.component, round_number).geography_vintage


def named_places(frame: TextFrame, book: Codebook) -> list[Delivered]:
    """The different places that the rows of a frame name, as delivered."""
    data, keys = _named(frame, book.places.levels)
    return [_delivered(row, book.places.levels) for row in data.select(keys).unique().iter_rows()]


def resolve_places(frame: TextFrame, resolver: Resolver, filled: Filled | None = None) -> RowPlaces:
    """Resolve the places of all rows. `filled`: levels that the sheet lacks, and the places of other sheets."""
    levels = resolver.levels
    data, keys = _named(frame, levels)
    distinct = data.select(keys).unique(maintain_order=True)
    delivered = (_delivered(row, levels) for row in distinct.iter_rows())
    known = fill(list(delivered), *filled) if filled and filled[0] else delivered
    skip = not_asked(frame.match, levels)
    results = _apart([resolver.resolve(d, skip) for d in known], distinct, levels)
    found = distinct.with_columns(
        pl.Series("place_code", [r.chain[-1].code if r.chain else None for r in results], dtype=pl.String),
        pl.Series("place_level", [r.chain[-1].level if r.chain else None for r in results], dtype=pl.Int64),
        pl.Series("reason", [r.reason or None for r in results], dtype=pl.String),
        pl.Series("failed_level", [r.level if r.reason else None for r in results], dtype=pl.Int64),
        pl.Series("combination", range(len(results)), dtype=pl.Int64),
    )
    rows = data.join(found, on=keys, how="left", maintain_order="left").drop(keys)
    labels = pl.DataFrame(
        {"failed_level": [x.level for x in levels], "column_label": [level_label(frame, x) for x in levels]}
    )
    rows = rows.join(labels, on="failed_level", how="left", maintain_order="left").with_columns(
        pl.col("column_label").fill_null("")
    )
    return RowPlaces(rows, _chains(results), results)


def _chains(results: list[Resolved]) -> dict[str, tuple[Place, ...]]:
    """The chain of each finest place; a place under its own name before one that a decision led to."""
    found: dict[str, tuple[Place, ...]] = {}
    for decided in (False, True):
        for r in results:
            if r.chain and decided == any(n.code == "place_decided" for n in r.notes):
                found.setdefault(r.chain[-1].code, r.chain)
    return found


def _apart(results: list[Resolved], distinct: pl.DataFrame, levels: list[PlaceLevel]) -> list[Resolved]:
    """Places that only the delivery knows must not contradict each other.

    A code in two parents is two places, and a code under two names may be: such rows are rejected, none is chosen.
    """
    parents: dict[str, str | None] = {}
    twice: set[str] = set()
    for result in results:
        for place in result.chain:
            if place.level and not place.in_gazetteer and parents.setdefault(place.code, place.parent) != place.parent:
                twice.add(place.code)
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    for result in results:
        for place in _own(result):
            if names.setdefault(place.code, place.names[0]) != place.names[0]:
                doubtful.add(place.code)
    swapped = _swapped(results, doubtful) if doubtful else set()
    if not twice and not swapped:
        return results
    delivered = (_delivered(row, levels) for row in distinct.iter_rows())
    return [_judged(r, d, twice, swapped) for r, d in zip(results, delivered, strict=True)]


def _swapped(results: list[Resolved], doubtful: set[str]) -> set[tuple[str, str]]:
    """Code and name where the code has several names, and this one is what another code of its parent is called."""
    own = [(place.code, place.parent, place.names[0]) for result in results for place in _own(result)]
    codes: dict[tuple[str | None, str], set[str]] = {}
    for code, parent, name in own:
        codes.setdefault((parent, plain(name)), set()).add(code)
    found = {(c, plain(n)) for c, parent, n in own if c in doubtful and len(codes[parent, plain(n)]) > 1}
    named: dict[str, set[str]] = {}
    for code, _, name in own:
        if code in doubtful:
            named.setdefault(code, set()).add(plain(name))
    return {(c, n) for c, n in found if len(named[c]) > 1}


def _own(result: Resolved) -> list[Place]:
    """Places of a chain that carry a code which the delivery gives and the gazetteer does not know."""
    decided = {n.level for n in result.notes if n.code == "place_decided"} if result.notes else ()
    return [p for p in result.chain if p.delivered_code == p.code and not p.in_gazetteer and p.level not in decided]


def _judged(
    result: Resolved, delivered: dict[int, tuple[str, str]], twice: set[str], swapped: set[tuple[str, str]]
) -> Resolved:
    undecided = {p.code for p in _own(result)}
    for place in result.chain:
        reused = not place.in_gazetteer and place.code in twice
        if reused or (place.code in undecided and (place.code, plain(place.names[0])) in swapped):
            code, name = delivered.get(place.level, ("", ""))
            reason = "code_reused" if reused else "code_name_disagree"
            return Resolved((), reason, place.level, result.notes, place.parent, code, name)
    return result


def place_table(round_key: str, codes: set[str], chains: dict[str, tuple[Place, ...]]) -> pl.DataFrame:
    """One row per place that accepted rows name, and per ancestor; equal contents give equal tables."""
    places: dict[str, Place] = {}
    for code in sorted(codes):
        for place in chains[code]:
            places.setdefault(place.code, place)
    sorted_places = [places[code] for code in sorted(places)]
    ru, ky = [p.names[1] for p in sorted_places], [p.names[2] for p in sorted_places]
    columns: list[list[Any]] = [
        [round_key] * len(sorted_places),
        [p.code for p in sorted_places], [p.level for p in sorted_places], [p.parent for p in sorted_places],
        [p.names[0] for p in sorted_places], ru, ky,
        [p.delivered_code or None for p in sorted_places], [p.in_gazetteer for p in sorted_places],
    ]  # fmt: skip
    return pl.DataFrame(
        [pl.Series(name, values, dtype=kind) for (name, kind), values in zip(PLACE.items(), columns, strict=True)]
    )


def level_label(frame: TextFrame, level: PlaceLevel) -> str:
    """The delivered label of the column that names a level (of its code, where names are not delivered)."""
    fields = [f for f in (level.name_field, level.code_field) if f]
    return next((frame.label(name) for f in fields if (name := frame.of(f))), "")


def _named(frame: TextFrame, levels: list[PlaceLevel]) -> tuple[pl.DataFrame, list[str]]:
    """row_number, code and name of each level, and the names of these columns."""
    named = [(f"code_{x.level}", _text(frame, x.code_field)) for x in levels]
    named += [(f"name_{x.level}", _text(frame, x.name_field)) for x in levels]
    return frame.data.select("row_number", *(expr.alias(name) for name, expr in named)), [name for name, _ in named]


def _text(frame: TextFrame, field: str | None) -> pl.Expr:
    name = frame.of(field) if field else None
    return pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars() if name else pl.lit("")


def _delivered(row: tuple[str | None, ...], levels: list[PlaceLevel]) -> dict[int, tuple[str, str]]:
    """Level to code and name. `row`: the codes of all levels, then their names (`_named`)."""
    return {x.level: (code or "", name or "") for x, code, name in zip(levels, row, row[len(levels) :], strict=False)}


__all__ = [
    "Filled",
    "Resolved",
    "RowPlaces",
    "level_label",
    "named_places",
    "place_table",
    "resolve_places",
    "resolver_of",
]
