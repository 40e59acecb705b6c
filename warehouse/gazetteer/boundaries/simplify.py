"""Fewer points for a map on a screen: borders that two places share are thinned once, so that no gap opens.

Visvalingam's rule: the point whose triangle with its neighbours is smallest goes first, until none is too small.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict

from warehouse.gazetteer.boundaries.geometry import Point, Polygon, Ring, Shape, area, box, squeeze

DETAIL = 1400  # steps across the map: two to a pixel of the widest picture
CORNERS = 4


def simplified(shapes: list[Shape], detail: int = DETAIL) -> list[Shape]:
    """The shapes with what a map of `detail` steps across shows. The largest ring of each place always stays."""
    west, south, east, north = box(shapes)
    step = max(east - west, (north - south) / squeeze(south, north)) / detail
    least = step * step * squeeze(south, north)
    thinned = _Thinned(shapes, least)
    return [_kept(shape, thinned, least) for shape in shapes]


def _kept(shape: Shape, thinned: _Thinned, least: float) -> Shape:
    """What is left of a place: islands and holes smaller than a step go."""
    largest = max(shape, key=lambda polygon: abs(area(polygon[0])))
    kept: Shape = []
    for polygon in shape:
        rings: Polygon = []
        for i, ring in enumerate(polygon):
            thin = thinned.ring(ring)
            if len(thin) < CORNERS or abs(area(thin)) < least:
                thin = ring if polygon is largest and i == 0 else []
            if not thin and i == 0:
                break
            rings += [thin] if thin else []
        kept += [rings] if rings else []
    return kept


class _Thinned:
    """Rings cut into pieces where three or more borders meet; each piece is thinned once, whichever side it is read from."""

    def __init__(self, shapes: list[Shape], least: float) -> None:
        self.least = least
        self.done: dict[tuple[Point, ...], list[Point]] = {}
        near: dict[Point, set[Point]] = defaultdict(set)
        for shape in shapes:
            for polygon in shape:
                for ring in polygon:
                    for a, b in itertools.pairwise(ring):
                        near[a].add(b)
                        near[b].add(a)
        self.nodes = {point for point, others in near.items() if len(others) > 2}

    def ring(self, ring: Ring) -> Ring:
        """The ring, thinned."""
        points = ring[:-1]
        cuts = [i for i, point in enumerate(points) if point in self.nodes]
        if len(cuts) < 2:  # an island, or a hole that another place fills: cut the same way from both sides
            start = cuts[0] if cuts else points.index(min(points))
            far = max(points, key=lambda p: (_distance(p, points[start]), p))
            cuts = sorted({start, points.index(far)})
        made: Ring = []
        for i, j in zip(cuts, [*cuts[1:], cuts[0] + len(points)], strict=True):
            piece = [points[k % len(points)] for k in range(i, j + 1)]
            made += self._piece(piece)[:-1]
        return [*made, made[0]]

    def _piece(self, piece: list[Point]) -> list[Point]:
        forward = tuple(piece)
        key = min(forward, forward[::-1])
        if key not in self.done:
            self.done[key] = thin(list(key), self.least)
        return self.done[key] if key == forward else self.done[key][::-1]


def thin(points: list[Point], least: float) -> list[Point]:
    """A line without the points whose triangle is smaller than `least`; its ends stay."""
    n = len(points)
    before, after = list(range(-1, n - 1)), list(range(1, n + 1))
    size = [float("inf")] * n
    for i in range(1, n - 1):
        size[i] = _triangle(points[i - 1], points[i], points[i + 1])
    heap = [(size[i], i) for i in range(1, n - 1)]
    heapq.heapify(heap)
    gone = [False] * n
    while heap and heap[0][0] < least:
        value, i = heapq.heappop(heap)
        if gone[i] or value != size[i]:
            continue
        gone[i] = True
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for k in (a, b):
            if 0 < k < n - 1:
                size[k] = max(_triangle(points[before[k]], points[k], points[after[k]]), value)
                heapq.heappush(heap, (size[k], k))
    return [point for i, point in enumerate(points) if not gone[i]]


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def _distance(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
