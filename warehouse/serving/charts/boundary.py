"""The map of real boundaries: areas in classes of colour, names and figures inside where they fit, else by number below.

Only the drawing belongs here; boundaries are imported and kept by `gazetteer/boundaries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.gazetteer.boundaries.geometry import Shape, box, squeeze
from warehouse.serving.charts.canvas import Canvas
from warehouse.serving.charts.classes import Classes, classes
from warehouse.serving.charts.entries import Entry, Rows, entries, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture
from warehouse.serving.charts.spots import Spots, middle
from warehouse.serving.charts.tiles import map_key

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

HIGHEST = 1.3  # of the width: a country that is longer is drawn narrower
LISTED = 20  # so many places are told by number; of more, half the numbers would hide each other


@dataclass(frozen=True)
class Place:
    """One place of the map: its entry, the text of its figure, its colour, and its shape in pixels (None: it has none)."""

    entry: Entry
    text: str
    fill: str
    shape: Shape | None


def boundary_map(
    geojson: Mapping[str, Any], rows: Rows, t: Tongue, *, value: str, code: str = "place_code",
    label: str = "place_name", unit: str | None = None, digits: int | None = None, alt: str = "", color: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    shapes = {str(f["properties"]["place_code"]): f["geometry"]["coordinates"] for f in geojson["features"]}
    found = entries(rows, t, label, value)
    made = classes([e.value for e in found if e.value is not None], color)
    about = geojson.get("mtm") or {}
    named = " · ".join(str(about[k]) for k in ("source", "licence") if about.get(k))
    credit = t.say("Boundaries: {source}", source=named) if named else ""
    beside = [e for e in found if str(e.row[code]) not in shapes]
    said = finding(alt, found, t, unit, digits)
    if beside:
        said += " " + t.count("{n} place has no boundary here.", "{n} places have no boundary here.", len(beside))

    def draw(size: int) -> Canvas:
        c = Canvas(size)
        top = map_key(c, made, found, t, unit, digits) + 6
        pixels, foot = _in_pixels(shapes, size, top)
        places = [Place(e, written(e.value, unit, t, digits) if e.value is not None else unshown(e.state, t),
                        _fill(e, made), pixels.get(str(e.row[code]))) for e in found]  # fmt: skip
        known = {str(e.row[code]) for e in found}
        _areas(c, places, [shape for place, shape in pixels.items() if place not in known])
        c.height = _credit(c, credit, _label(c, places, foot + 8, t))
        return c

    return Picture(said, draw)


def _fill(e: Entry, made: Classes) -> str:
    if e.value is not None:
        return made.ink(e.value)
    return HATCH if e.state == "withheld" else palette().role["paper"]


def _areas(c: Canvas, places: list[Place], others: list[Shape]) -> None:
    role = palette().role
    data = [_feature(shape, {"state": "missing"}, role["hatch_paper"]) for shape in others]
    data += [_feature(p.shape, {"label": p.entry.label, "state": p.entry.state, "value": p.entry.value}, p.fill)
             for p in places if p.shape is not None]  # fmt: skip
    c.add("geoshape", data, stroke=role["axis"], strokeWidth=1, strokeJoin="round")


def _feature(shape: Shape, facts: dict[str, Any], fill: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": shape}, **facts, "fill": fill}


def _credit(c: Canvas, credit: str, y: float) -> float:
    for line in wrap(credit, c.width - 4, c.size - 2):
        c.add("text", [{"x": 0, "y": y + c.size * 0.7, "text": line, "fill": palette().role["muted"]}], align="left",
              baseline="middle", fontSize=c.size - 2)  # fmt: skip
        y += c.size * 1.2
    return y + 4


def _in_pixels(shapes: Mapping[str, Any], size: int, head: float) -> tuple[dict[str, Shape], float]:
    """The shapes as they lie in the picture, and the pixel below the map."""
    west, south, east, north = box(list(shapes.values()))
    short = squeeze(south, north)
    scale = min((size - 2) / ((east - west) * short), size * HIGHEST / (north - south))
    shift = (size - (east - west) * short * scale) / 2

    def at(point: list[float]) -> tuple[float, float]:
        return round(shift + (point[0] - west) * short * scale, 1), round(head + (north - point[1]) * scale, 1)

    made = {place: [[[at(p) for p in ring] for ring in poly] for poly in shape] for place, shape in shapes.items()}
    return made, head + (north - south) * scale


def _label(c: Canvas, places: list[Place], below: float, t: Tongue) -> float:
    """Name and figure inside where they fit; a number where they do not, told below. Returns the pixel below.

    More places than a list below can name are left to the table beside the map.
    """
    role, size, spots = palette().role, c.size - 1, Spots()
    lead = size * 1.2
    listed: list[Place] = []
    marks: dict[str, list[dict[str, Any]]] = {
        "paper": [],
        "name": [],
        "figure": [],
        "dot": [],
        "swatch": [],
        "number": [],
    }
    for place in places:
        lines = [*wrap(place.entry.label, 90, size, most=3), place.text]
        wide, tall = max(width(line, size, bold=True) for line in lines) + 4, len(lines) * lead
        spot = spots.place(place.shape, wide, tall) if place.shape else None
        if spot is None:
            listed.append(place)
            continue
        ink = role["text"]
        if place.entry.state == "withheld":
            x, y = spot
            marks["paper"].append({"x": x - wide / 2, "x2": x + wide / 2, "y": y - tall / 2, "y2": y + tall / 2,
                                   "fill": role["paper"]})  # fmt: skip
        else:
            ink = palette().on(place.fill)
        for i, line in enumerate(lines):
            y = spot[1] + (i - (len(lines) - 1) / 2) * lead
            marks["figure" if i == len(lines) - 1 else "name"].append({"x": spot[0], "y": y, "text": line, "fill": ink})
    if sum(place.shape is not None for place in listed) > (LISTED // 2 if c.narrow else LISTED):
        listed = [place for place in listed if place.shape is None]
        lines = wrap(t.say("The table has the figure of each place."), c.width - 4, c.size)
        c.write([{"x": 0, "y": below + c.size * (0.7 + 1.25 * i), "text": line, "fill": role["muted"]}
                 for i, line in enumerate(lines)])  # fmt: skip
        below += c.size * (0.6 + 1.25 * len(lines))
    below = _listed(c, listed, marks, below)
    c.add("rect", marks["paper"])
    c.write(marks["name"], align="center", small=True)
    c.write(marks["figure"], align="center", bold=True, small=True)
    c.add("rect", marks["swatch"], stroke=role["axis"], strokeWidth=1)
    c.add("point", marks["dot"], size=260, filled=True, opacity=1, stroke=role["paper"], strokeWidth=1)
    c.write(marks["number"], align="center", bold=True, small=True)
    return below


def _listed(c: Canvas, listed: list[Place], marks: dict[str, list[dict[str, Any]]], below: float) -> float:
    """The places without room on the map, in columns: by number, or by a square of their colour where they have no shape."""
    role, size = palette().role, c.size
    names = [f"{place.entry.label}: {place.text}" for place in listed]
    columns = max(1, min(3, int(c.width // (max((width(name, size) for name in names), default=0) + 40))))
    deep = -(-len(names) // columns) or 1
    told, y, lowest, number = [], below, below, 0
    for i, (place, name) in enumerate(zip(listed, names, strict=True)):
        y = below + size if i % deep == 0 else y
        left = (i // deep) * (c.width / columns)
        lines = wrap(name, c.width / columns - 30, size, most=2)
        if place.shape is None:
            facts = {"label": place.entry.label, "state": place.entry.state, "value": place.entry.value}
            marks["swatch"].append(
                {**facts, "x": left + 2, "x2": left + 18, "y": y - 8, "y2": y + 8, "fill": place.fill}
            )
        else:
            number += 1
            for x, at in (middle(place.shape), (left + 10, y)):
                marks["dot"].append({"x": x, "y": at, "fill": role["text"]})
                marks["number"].append({"x": x, "y": at, "text": str(number), "fill": role["paper"]})
        told += [{"x": left + 26, "y": y + k * size * 1.2, "text": line, "fill": role["text"]}
                 for k, line in enumerate(lines)]  # fmt: skip
        y += size * (0.5 + 1.2 * len(lines))
        lowest = max(lowest, y)
    c.write(told)
    return lowest
