"""Places of a delivery: every distinct combination of codes and names is resolved once and joined to its rows.

The join belongs here; the rules for one row are in `gazetteer/resolve.py`, what rows say about each other's places in
`place_apart.py`, the words of findings in `place_findings.py`, the canonical table in `place_table.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.model import Codebook, PlaceLevel
from warehouse.gazetteer.resolve import Resolver
from warehouse.gazetteer.store import Rows, all_decisions, gazetteer_rows, of_vintage
from warehouse.normalize.found_places import Finding, FoundPlaces
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.place_apart import Said, apart
from warehouse.normalize.place_fill import Delivered, fill, not_asked
from warehouse.operations import Operation
from warehouse.settings import Home

AT_ONCE = 20_000  # combinations that are resolved at a time
Filled = tuple[frozenset[int], list[Delivered]]  # levels that a sheet lacks, and the places that others name


@dataclass(frozen=True)
class RowPlaces:
    """`rows`: row_number, place_code, place_level (null where a reason is given), reason, failed_level,
    column_label, combination (position in the results of `found`)."""

    rows: pl.DataFrame
    found: FoundPlaces


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

    def delivered(start: int, end: int) -> list[Delivered]:
        return [_delivered(row, levels) for row in distinct[start:end].iter_rows()]

    first = _found(distinct.height, delivered, resolver, not_asked(frame.match, levels), filled)
    found, rows = apart(first, delivered, resolver.finest), _numbered(data, distinct, keys)
    rows = rows.with_columns(_told(found, rows["combination"]))
    labels = pl.DataFrame(
        {"failed_level": [x.level for x in levels], "column_label": [level_label(frame, x) for x in levels]}
    )
    rows = rows.join(labels, on="failed_level", how="left", maintain_order="left").with_columns(
        pl.col("column_label").fill_null("")
    )
    return RowPlaces(rows, found)


def _found(
    number: int, delivered: Said, resolver: Resolver, skip: frozenset[int], filled: Filled | None
) -> FoundPlaces:
    """What the combinations come to, some at a time: of many places no objects are kept."""
    finding = Finding(resolver.finest)
    for start in range(0, max(1, number), AT_ONCE):
        said = delivered(start, min(number, start + AT_ONCE))
        known = fill(said, *filled) if filled and filled[0] else said
        finding.add([resolver.resolve(d, skip) for d in known])
    return finding.found()


def _numbered(data: pl.DataFrame, distinct: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """row_number and combination, the row in `distinct`."""
    number = pl.int_range(pl.len(), dtype=pl.Int64).alias("combination")
    if distinct.height == data.height:  # each row another place
        return data.select("row_number", number)
    return data.join(distinct.with_columns(number), on=keys, how="left", maintain_order="left").drop(keys)


def _told(found: FoundPlaces, combinations: pl.Series) -> list[pl.Series]:
    """place_code, place_level, reason and failed_level of each combination."""
    of, places = found.results[combinations], found.places
    code, level = (places[name].gather(of["place"]).alias(f"place_{name}") for name in ("code", "level"))
    return [code, level, of["reason"], of["failed_level"]]


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
    "RowPlaces",
    "level_label",
    "named_places",
    "resolve_places",
    "resolver_of",
]
