"""Where a label stands in an area: the widest place inside it, and whether a text fits there.

Geometry in pixels for labels belongs here; which text is written belongs to the map.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot

from warehouse.gazetteer.boundaries.geometry import Point, Ring, Shape, area
from warehouse.gazetteer.boundaries.simplify import thin

STEPS = 16  # of the grid that is tried
COARSE = 6.0  # square pixels: corners smaller than that do not matter to a text
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Spots:
    """The boxes that are taken on one map."""

    taken: list[Box] = field(default_factory=list)

    def place(self, shape: Shape, wide: float, tall: float) -> Point | None:
        """The middle of a free box of this size inside the shape's largest part, the roomiest one; None where none fits."""
        rings, found = _looked_at(shape)
        for x, y in found:
            box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if self.free(box) and all(inside(point, rings) for point in _around(box)):
                self.taken.append(box)
                return x, y
        return None

    def free(self, box: Box) -> bool:
        """Whether nothing stands there."""
        return all(box[2] <= t[0] or t[2] <= box[0] or box[3] <= t[1] or t[3] <= box[1] for t in self.taken)


def middle(shape: Shape) -> Point:
    """The point of the shape's largest part that lies farthest from its borders."""
    rings, found = _looked_at(shape)
    return found[0] if found else rings[0][0]


def _looked_at(shape: Shape) -> tuple[list[Ring], list[Point]]:
    """The rings of the largest part and the points to try: looked for once, wherever the map begins on its picture."""
    rings = _rings(shape)
    left, top = rings[0][0]
    rings_at = tuple(tuple((round(x - left, 1), round(y - top, 1)) for x, y in ring) for ring in rings)
    return rings, [(x + left, y + top) for x, y in _candidates(rings_at)]


@lru_cache(maxsize=2000)
def _candidates(rings: tuple[tuple[Point, ...], ...]) -> list[Point]:
    return candidates([list(ring) for ring in rings])


def candidates(rings: list[Ring]) -> list[Point]:
    """Points of a grid inside, the one farthest from every border first."""
    xs, ys = [p[0] for p in rings[0]], [p[1] for p in rings[0]]
    left, top, wide, tall = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    grid = [
        (left + wide * (i + 0.5) / STEPS, top + tall * (j + 0.5) / STEPS) for i in range(STEPS) for j in range(STEPS)
    ]
    within = [point for point in grid if inside(point, rings)]
    return sorted(within, key=lambda point: (-_room(point, rings), point))


def inside(point: Point, rings: list[Ring]) -> bool:
    """Whether a point lies in the outer ring and in no hole."""
    x, y = point
    found = False
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                found = not found
    return found


def _rings(shape: Shape) -> list[Ring]:
    largest = max(shape, key=lambda polygon: abs(area(polygon[0])))
    coarse = [thin(ring, COARSE) for ring in largest]
    return [c if len(c) > 3 else ring for c, ring in zip(coarse, largest, strict=True)]


def _around(box: Box) -> list[Point]:
    left, top, right, bottom = box
    xs = [left + (right - left) * i / 4 for i in range(5)]
    return [(x, y) for y in (top, (top + bottom) / 2, bottom) for x in xs]


def _room(point: Point, rings: list[Ring]) -> float:
    """How far the nearest border is."""
    return min(_to_line(point, a, b) for ring in rings for a, b in itertools.pairwise(ring))


def _to_line(p: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else min(1.0, max(0.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    return hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)
