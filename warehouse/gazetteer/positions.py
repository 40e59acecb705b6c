"""Where places lie: the public coordinates of the gazetteer, and the distance of a point from them.

Coordinates of places and reckoning a distance belong here; a person's or an interview's position is never kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

EARTH_KM = 6371.0088  # mean radius
COLUMNS = ("latitude", "longitude")  # of the gazetteer: degrees, WGS 84; blank where nobody knows
Position = tuple[float, float]


def position_of(row: Mapping[str, str]) -> Position | None:
    """Latitude and longitude of a gazetteer row; None where it has none, or what stands there is no position."""
    try:
        latitude, longitude = (float(row.get(name) or "") for name in COLUMNS)
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def positions(rows: Iterable[Mapping[str, str]]) -> dict[str, Position]:
    """Place code to position, of the places that have one."""
    return {row["place_code"]: found for row in rows if (found := position_of(row))}


def distance_km(latitude: pl.Expr, longitude: pl.Expr, to_latitude: pl.Expr, to_longitude: pl.Expr) -> pl.Expr:
    """Great-circle distance (haversine) in kilometres; degrees in, null where any of the four is null."""
    a, b, d = (latitude.radians(), to_latitude.radians(), (to_longitude - longitude).radians())
    half = ((b - a) / 2).sin().pow(2) + a.cos() * b.cos() * (d / 2).sin().pow(2)
    return half.clip(0, 1).sqrt().arcsin() * (2 * EARTH_KM)
