"""Polygons as lists of rings of (longitude, latitude): closed, wound and measured.

Plain geometry belongs here, in degrees; which place a polygon is belongs to `match.py`.
"""

from __future__ import annotations

import itertools
from math import cos, radians

Point = tuple[float, float]
Ring = list[Point]  # closed: the first point stands at the end again
Polygon = list[Ring]  # the outer ring, then holes
Shape = list[Polygon]

PLACES = 6  # digits after the point: a tenth of a metre; neighbours that differ by less share their border


def area(ring: Ring) -> float:
    """The signed area in square degrees: above zero counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


def closed(points: list[Point]) -> Ring:
    """The points rounded, without repeats, the first one at the end again."""
    ring: Ring = []
    for x, y in points:
        point = (round(x, PLACES), round(y, PLACES))
        if not ring or ring[-1] != point:
            ring.append(point)
    return ring if ring and ring[0] == ring[-1] else [*ring, ring[0]] if ring else ring


def wound(polygon: Polygon) -> Polygon:
    """Outer ring clockwise, holes the other way: what d3's geography, and so Vega, takes for the inside."""
    return [ring if (area(ring) < 0) == (i == 0) else ring[::-1] for i, ring in enumerate(polygon)]


def box(shapes: list[Shape]) -> tuple[float, float, float, float]:
    """West, south, east, north of all points."""
    points = [point for shape in shapes for polygon in shape for ring in polygon for point in ring]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def east_of_180(shapes: list[Shape]) -> list[Shape]:
    """The same in one piece where a country lies on both sides of 180°: the west's longitudes go on above 180."""
    west, _, east, _ = box(shapes)
    xs = sorted(p[0] for shape in shapes for polygon in shape for ring in polygon for p in ring)
    gap = max((b - a for a, b in itertools.pairwise(xs)), default=0)
    if east - west < 180 or gap < 360 - (east - west):
        return shapes
    return [[[[(x + 360 if x < 0 else x, y) for x, y in ring] for ring in poly] for poly in shape] for shape in shapes]


def squeeze(south: float, north: float) -> float:
    """How much shorter a degree of longitude is than one of latitude, in the middle of the map."""
    return max(cos(radians((south + north) / 2)), 0.05)
