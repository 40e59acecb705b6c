"""Places of a delivery: every distinct combination of codes and names is resolved once and joined to its rows.

The join and the place table belong here; the rules of resolution are in `gazetteer/resolve.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.codebooks.model import PlaceLevel
from warehouse.gazetteer.resolve import Place, Resolved, Resolver
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.schema import PLACE


@dataclass(frozen=True)
class RowPlaces:
    """`rows`: row_number, place_code, place_level (null where a reason is given), reason, failed_level."""

    rows: pl.DataFrame
    chains: dict[str, tuple[Place, ...]]  # finest place_code to its chain


def resolve_places(frame: TextFrame, resolver: Resolver) -> RowPlaces:
    """Resolve the places of all rows."""
    levels = resolver.levels
    named = [(f"code_{x.level}", _text(frame, x.code_field)) for x in levels]
    named += [(f"name_{x.level}", _text(frame, x.name_field)) for x in levels]
    data = frame.data.select("row_number", *(expr.alias(name) for name, expr in named))
    keys = [name for name, _ in named]
    distinct = data.select(keys).unique(maintain_order=True)
    results = [resolver.resolve(_delivered(row, levels)) for row in distinct.iter_rows(named=True)]
    found = distinct.with_columns(
        pl.Series("place_code", [r.chain[-1].code if r.chain else None for r in results], dtype=pl.String),
        pl.Series("place_level", [r.chain[-1].level if r.chain else None for r in results], dtype=pl.Int64),
        pl.Series("reason", [r.reason or None for r in results], dtype=pl.String),
        pl.Series("failed_level", [r.level if r.reason else None for r in results], dtype=pl.Int64),
    )
    rows = data.join(found, on=keys, how="left", maintain_order="left").drop(keys)
    return RowPlaces(rows, {r.chain[-1].code: r.chain for r in results if r.chain})


def place_table(round_key: str, codes: set[str], chains: dict[str, tuple[Place, ...]]) -> pl.DataFrame:
    """One row per place that accepted rows name, and per ancestor; equal contents give equal tables."""
    places: dict[str, Place] = {}
    for code in sorted(codes):
        for place in chains[code]:
            places.setdefault(place.code, place)
    rows = [_row(round_key, place) for _, place in sorted(places.items())]
    return pl.DataFrame(rows, schema=PLACE)


def _row(round_key: str, place: Place) -> dict[str, Any]:
    return {
        "round_key": round_key,
        "place_code": place.code,
        "place_level": place.level,
        "parent_code": place.parent,
        "place_name_en": place.names[0],
        "place_name_ru": place.names[1],
        "place_name_ky": place.names[2],
        "delivered_code": place.delivered_code or None,
        "in_gazetteer": place.in_gazetteer,
    }


def _text(frame: TextFrame, field: str | None) -> pl.Expr:
    name = frame.of(field) if field else None
    return pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars() if name else pl.lit("")


def _delivered(row: dict[str, str], levels: list[PlaceLevel]) -> dict[int, tuple[str, str]]:
    return {x.level: (row[f"code_{x.level}"] or "", row[f"name_{x.level}"] or "") for x in levels}


__all__ = ["Resolved", "RowPlaces", "place_table", "resolve_places"]
