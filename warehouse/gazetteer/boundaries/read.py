"""GeoJSON of boundaries, read: every feature an area with its properties, or one line that says what is wrong.

The form of the file is judged here (JSON, geometry types, coordinates); which places they are is not.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.gazetteer.boundaries.geometry import Point, Polygon, Shape, area, closed

LARGEST = 200_000_000  # bytes; boundaries of a country take a few million
DEGREES = ("crs84", "epsg::4326", "epsg:4326")
CORNERS = 4  # points of the smallest closed ring


@dataclass(frozen=True)
class Feature:
    """One area of the file: its number from 1, its properties as text, its shape."""

    number: int
    properties: dict[str, str]
    shape: Shape


def read_boundaries(path: Path) -> list[Feature]:
    """The features of a file. Raises MtmError (code `bad_boundaries`) with the number of the feature that is wrong."""
    data = _parsed(path)
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise bad(path, "the file is no FeatureCollection", expected='GeoJSON with "type": "FeatureCollection"')
    named = json.dumps(data.get("crs") or "crs84").lower()
    if not any(form in named for form in DEGREES):
        raise bad(path, "the coordinates are in another system", expected="degrees (WGS 84, EPSG:4326)")
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise bad(path, "the file has no features", expected="one feature or more for each place")
    return [_feature(path, number, feature) for number, feature in enumerate(features, 1)]


def bad(path: Path, what: str, *, where: str = "", expected: str = "") -> MtmError:
    """The error of a boundary file."""
    return MtmError(
        what, where=f"{path.name}{', ' + where if where else ''}", expected=expected or "areas in degrees (WGS 84)",
        todo="correct the file, or export it again as GeoJSON", code="bad_boundaries",
    )  # fmt: skip


def _parsed(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise bad(path, f"the file is larger than {LARGEST // 1_000_000} MB", expected="simplified boundaries")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise bad(path, f"the file can't be read: {error.strerror}", expected="a GeoJSON file") from None
    except (ValueError, RecursionError):
        raise bad(path, "the file is no JSON", expected="a GeoJSON file") from None


def _feature(path: Path, number: int, feature: Any) -> Feature:
    where = f"feature {number}"
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise bad(path, "a feature is no area", where=where, expected="Polygon or MultiPolygon")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise bad(path, "an area has no points", where=where)
    properties = feature.get("properties") or {}
    texts = properties.items() if isinstance(properties, dict) else ()
    shape = [made for polygon in polygons if (made := _polygon(path, where, polygon))]
    if not shape:
        raise bad(path, "an area is only a line or a point", where=where, expected="rings of three corners or more")
    return Feature(number, {str(k): _text(v) for k, v in texts if not isinstance(v, dict | list)}, shape)


def _text(value: Any) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _polygon(path: Path, where: str, rings: Any) -> Polygon:
    """The rings that enclose something; empty where the outer one does not: drawing tools leave such splinters."""
    if not isinstance(rings, list) or not rings or not all(isinstance(ring, list) for ring in rings):
        raise bad(path, "an area has no rings", where=where)
    made = [closed([_point(path, where, p) for p in ring]) for ring in rings]
    whole = [len(ring) >= CORNERS and area(ring) != 0 for ring in made]
    return [ring for ring, is_whole in zip(made, whole, strict=True) if is_whole] if whole[0] else []


def _point(path: Path, where: str, position: Any) -> Point:
    if not isinstance(position, list) or len(position) < 2 or not all(_is_number(v) for v in position[:2]):
        raise bad(path, "a position is no pair of numbers", where=where, expected="[longitude, latitude]")
    x, y = float(position[0]), float(position[1])
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise bad(path, "a position lies outside of the Earth", where=where,
                  expected="longitude -180 to 180, latitude -90 to 90, in degrees (WGS 84)")  # fmt: skip
    return x, y


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
