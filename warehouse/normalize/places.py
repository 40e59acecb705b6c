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
from warehouse.normalize.found_places import FoundPlaces, Gathered
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.place_apart import Said, apart
from warehouse.normalize.place_fill import Delivered, fill, not_asked
from warehouse.operations import Operation
from warehouse.settings import Home

AT_ONCE = 20_000  # combinations that are resolved at a time
ROWS_AT_ONCE = 200_000  # rows whose texts are folded at a time
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
    levels = book.places.levels
    return [_delivered(row, levels) for row in frame.data.select(_named(frame, levels)).unique().iter_rows()]


def resolve_places(frame: TextFrame, resolver: Resolver, filled: Filled | None = None) -> RowPlaces:
    """Resolve the places of all rows. `filled`: levels that the sheet lacks, and the places of other sheets."""
    levels, named = resolver.levels, _named(frame, resolver.levels)
    combinations, first = _combinations(frame.data, named)

    def delivered(start: int, end: int) -> list[Delivered]:
        return [_delivered(row, levels) for row in frame.data[first[start:end]].select(named).iter_rows()]

    found = _found(len(first), delivered, resolver, not_asked(frame.match, levels), filled)
    found = apart(found, delivered, resolver.finest)
    labels = {x.level: level_label(frame, x) for x in levels}
    label = pl.col("failed_level").replace_strict(labels, default="", return_dtype=pl.String).alias("column_label")
    rows = pl.DataFrame([frame.data["row_number"], combinations, *_told(found, combinations)]).with_columns(label)
    return RowPlaces(rows, found)


def _found(
    number: int, delivered: Said, resolver: Resolver, skip: frozenset[int], filled: Filled | None
) -> FoundPlaces:
    """What the combinations come to, some at a time: of many places no objects are kept."""
    gathered = Gathered(resolver.finest)
    for start in range(0, max(1, number), AT_ONCE):
        said = delivered(start, min(number, start + AT_ONCE))
        known = fill(said, *filled) if filled and filled[0] else said
        gathered.add([resolver.resolve(d, skip) for d in known])
    return gathered.found()


def _combinations(data: pl.DataFrame, named: list[pl.Expr]) -> tuple[pl.Series, pl.Series]:
    """Of each row its combination, and of each combination its first row.

    Two hashes stand for the texts: 128 bits, in which a million places do not meet by chance.
    """
    hashes = [pl.struct(named).hash(seed=1).alias("a"), pl.struct(named).hash(seed=2).alias("b")]
    parts = [data[start : start + ROWS_AT_ONCE].select(hashes) for start in range(0, max(1, data.height), ROWS_AT_ONCE)]
    rows = pl.concat(parts, rechunk=True)
    first = rows.with_row_index("first").unique(["a", "b"], keep="first", maintain_order=True)
    number = pl.int_range(pl.len(), dtype=pl.Int64).alias("combination")
    if first.height == rows.height:  # each row another place
        return rows.select(number).to_series(), first["first"]
    rows = rows.join(first.with_columns(number), on=["a", "b"], how="left", maintain_order="left")
    return rows["combination"], first["first"]


def _told(found: FoundPlaces, combinations: pl.Series) -> list[pl.Series]:
    """place_code, place_level, reason and failed_level of each combination."""
    of, places = found.results[combinations], found.places
    code, level = (places[name].gather(of["place"]).alias(f"place_{name}") for name in ("code", "level"))
    return [code, level, of["reason"], of["failed_level"]]


def level_label(frame: TextFrame, level: PlaceLevel) -> str:
    """The delivered label of the column that names a level (of its code, where names are not delivered)."""
    fields = [f for f in (level.name_field, level.code_field) if f]
    return next((frame.label(name) for f in fields if (name := frame.of(f))), "")


def _named(frame: TextFrame, levels: list[PlaceLevel]) -> list[pl.Expr]:
    """The code of each level, then the names."""
    named = [_text(frame, x.code_field).alias(f"code_{x.level}") for x in levels]
    return named + [_text(frame, x.name_field).alias(f"name_{x.level}") for x in levels]


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
