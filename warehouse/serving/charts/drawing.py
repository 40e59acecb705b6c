"""A canvas as Vega draws it, written at once: charts here lay out every mark in pixels, which leaves nothing to be worked out.

Only the SVG of the kinds of marks that canvases have belongs here, to the last digit as Vega writes it (a test holds both
against each other). Vega takes some fifty times as long for a picture, and long to start; what is not known here it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import copysign, floor, isfinite, sqrt
from typing import Any

from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.palette import palette

Layer = Mapping[str, Any]
POINT = 2  # pixels of a point's rim where the chart does not say
# Vega's names: of a kind of mark, and of its role for readers of screens.
NAMES = {"rect": "rect", "rule": "rule", "point": "symbol", "line": "line", "geoshape": "shape", "text": "text"}
# What a chart may say of a kind of mark; whatever else it says is for Vega.
STYLES = {
    "rect": {"stroke", "strokeWidth", "strokeDash"}, "rule": {"strokeWidth", "strokeDash", "opacity"},
    "point": {"size", "filled", "opacity", "stroke", "strokeWidth"}, "line": {"stroke", "strokeWidth", "strokeCap"},
    "geoshape": {"stroke", "strokeWidth", "strokeJoin"},
    "text": {"align", "baseline", "fontSize", "fontWeight", "stroke", "strokeWidth", "strokeJoin"},
}  # fmt: skip
NEEDED = {"point": {"size", "filled", "opacity"}, "line": {"stroke"}, "text": {"align", "fontSize"}}
# How a style is called in an SVG, in the order in which Vega writes them.
WRITTEN = {"stroke": "stroke", "strokeWidth": "stroke-width", "strokeCap": "stroke-linecap", "strokeJoin": "stroke-linejoin",
           "strokeDash": "stroke-dasharray", "opacity": "opacity"}  # fmt: skip
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
FOREGROUND = '<path class="foreground" aria-hidden="true" d="" display="none"/>'


class Unknown(Exception):
    """A layer that is not drawn here."""


def drawn(canvas: Canvas) -> str | None:
    """The SVG that Vega makes of the canvas, with its texts; None where the canvas has what is not known here."""
    try:
        layers = [_layer(number, layer, canvas) for number, layer in enumerate(canvas.layers)]
    except (Unknown, KeyError, TypeError, ValueError):
        return None
    if not layers:
        return None
    wide, tall = canvas.width, round(canvas.height)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" class="marks" '
        f'width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}">'
        f'<rect width="{wide}" height="{tall}" fill="{palette().role["paper"]}"/>'
        '<g fill="none" stroke-miterlimit="10" transform="translate(0,0)"><g class="mark-group role-frame root" '
        'role="graphics-object" aria-roledescription="group mark container">'
        f"{_inside(canvas, ''.join(layers))}</g></g></svg>"
    )


def number(value: float) -> str:
    """A number as JavaScript writes it: the shortest digits that say it exactly, whole ones without a point."""
    if not isfinite(value):
        raise Unknown
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(float(value))
    digits, _, power = text.partition("e")
    if not power or int(power) <= -7:
        return f"{digits}e{int(power)}" if power else text
    return f"{value:.{len(digits.lstrip('-').replace('.', '')) - 1 - int(power)}f}"


def _inside(canvas: Canvas, marks: str) -> str:
    """A group as large as the canvas."""
    size = f"M0,0h{canvas.width}v{round(canvas.height)}h-{canvas.width}Z"
    return f'<g transform="translate(0,0)"><path class="background" aria-hidden="true" d="{size}"/><g>{marks}</g>{FOREGROUND}</g>'


def _layer(at: int, layer: Layer, canvas: Canvas) -> str:
    mark, style = layer["mark"], layer["style"]
    if not (NEEDED.get(mark, set()) <= set(style) <= STYLES[mark]):
        raise Unknown
    if mark == "text":
        return _group(at, mark, texts(layer), "object", lettering(style))
    read = Reader(layer)
    if mark != "line":
        return _group(at, mark, "".join(DRAWERS[mark](row, read) for row in layer["rows"]))
    pieces = "".join(_inside(canvas, _group(at, mark, path)) for path in _lines(read))
    told = 'role="graphics-object" aria-roledescription="group mark container"'
    return f'<g class="mark-group role-scope layer_{at}_pathgroup" {told}>{pieces}</g>'


def _group(at: int, mark: str, inside: str, role: str = "symbol", given: str = "") -> str:
    name = NAMES[mark]
    told = f'role="graphics-{role}" aria-roledescription="{name} mark container"'
    return f'<g class="mark-{name} role-mark layer_{at}_marks" {told}{given}>{inside}</g>'


@dataclass(frozen=True)
class Reader:
    """Reads positions and looks of the rows of one layer."""

    layer: Layer

    @cached_property
    def columns(self) -> frozenset[str]:
        """The fields that any row has."""
        return frozenset(column for row in self.layer["rows"] for column in row)

    def at(self, row: Mapping[str, Any], channel: str) -> float | None:
        """The pixel of `x`, `y`, `x2` or `y2` of a row, on the layer's scale; None where no row has such a field.

        Raises Unknown where only this row has none: what Vega makes of that is its matter.
        """
        field = self.layer["fields"].get(channel, channel)
        if field not in row:
            if field in self.columns:
                raise Unknown
            return None
        axis: Axis | None = self.layer["across" if channel[0] == "x" else "up"]
        value = row[field]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unknown
        if axis is None:
            return float(value)
        if not axis.high > axis.low:
            raise Unknown
        share: float = (value - axis.low) / (axis.high - axis.low)
        return axis.first * (1 - share) + axis.last * share

    def must(self, row: Mapping[str, Any], channel: str) -> float:
        """The same, where the mark can't be without it."""
        found = self.at(row, channel)
        if found is None:
            raise Unknown
        return found

    def look(self, row: Mapping[str, Any], **more: Any) -> str:
        """Fill, stroke and all that the chart said, as attributes; `more` is what Vega adds."""
        style = {**more, **{k: v for k, v in self.layer["style"].items() if k in WRITTEN}}
        for channel in ("fill", "stroke"):
            if channel in self.columns:
                style[channel] = row[channel]
        told = f' fill="{_ink(style["fill"])}"' if "fill" in style else ""
        return told + "".join(f' {WRITTEN[k]}="{_said(style[k])}"' for k in WRITTEN if k in style)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(number(v) for v in value)
    return _ink(value) if isinstance(value, str) else number(value)


def _ink(value: Any) -> str:
    if not isinstance(value, str) or escape(value) != value:
        raise Unknown
    return value


def _span(one: float, other: float) -> tuple[float, float]:
    """Where it begins, and how long it is."""
    return (other, one - other) if other < one else (one, other - one)


def _rect(row: Mapping[str, Any], read: Reader) -> str:
    (x, wide), (y, tall) = (_span(read.must(row, name), read.must(row, f"{name}2")) for name in "xy")
    path = f"M{number(x)},{number(y)}h{number(wide)}v{number(tall)}h{number(-wide)}Z"
    return f'<path d="{path}"{read.look(row)}/>'


def _rule(row: Mapping[str, Any], read: Reader) -> str:
    x, y, x2, y2 = read.must(row, "x"), read.must(row, "y"), read.at(row, "x2"), read.at(row, "y2")
    if x2 is None and y2 is None:
        raise Unknown
    ends = [number(0 if end is None else end - begin) for begin, end in ((x, x2), (y, y2))]
    return f'<line transform="translate({number(x)},{number(y)})" x2="{ends[0]}" y2="{ends[1]}"{read.look(row)}/>'


def _point(row: Mapping[str, Any], read: Reader) -> str:
    if read.layer["style"]["filled"] is not True:
        raise Unknown
    r = number(_thousandths(sqrt(read.layer["style"]["size"]) / 2))
    circle = f"M{r},0A{r},{r},0,1,1,-{r},0A{r},{r},0,1,1,{r},0"
    place = f"translate({number(read.must(row, 'x'))},{number(read.must(row, 'y'))})"
    return f'<path transform="{place}" d="{circle}"{read.look(row, strokeWidth=POINT)}/>'


def _shape(row: Mapping[str, Any], read: Reader) -> str:
    rings = [ring for polygon in row["geometry"]["coordinates"] for ring in polygon]
    path = "".join(f"M{'L'.join(_rounded(x, y) for x, y in ring[:-1])}Z" for ring in rings)
    return f'<path transform="translate(0,0)" d="{path}"{read.look(row)}/>'


DRAWERS: dict[str, Callable[[Mapping[str, Any], Reader], str]] = {
    "rect": _rect, "rule": _rule, "point": _point, "geoshape": _shape,
}  # fmt: skip


def _lines(read: Reader) -> Iterator[str]:
    """A path for each piece of the lines, its points in their order."""
    pieces: dict[str, list[Mapping[str, Any]]] = {}
    for row in read.layer["rows"]:
        pieces.setdefault(row["line"], []).append(row)
    for rows in pieces.values():
        ordered = sorted(rows, key=lambda row: row["order"])
        points = "L".join(_rounded(read.must(row, "x"), read.must(row, "y")) for row in ordered)
        yield f'<path d="M{points}{"" if len(rows) > 1 else "Z"}"{read.look(rows[0])}/>'


def _rounded(x: float, y: float) -> str:
    return f"{number(_thousandths(x))},{number(_thousandths(y))}"


def _thousandths(value: float) -> float:
    """Rounded as JavaScript does: halves go up."""
    scaled = value * 1000
    whole = floor(scaled)
    return copysign((whole + (scaled - whole >= 0.5)) / 1000, value)


def lettering(style: Mapping[str, Any]) -> str:
    """How the texts of a layer look, as attributes of its group."""
    given = (
        f' text-anchor="{ANCHORS[style["align"]]}" font-size="{style["fontSize"]}px"'
        f' font-weight="{style.get("fontWeight", 400)}"'
    )
    if "stroke" in style:
        given += f' stroke="{style["stroke"]}" stroke-width="{style["strokeWidth"]}" stroke-linejoin="round"'
    return given


def texts(layer: Layer) -> str:
    """The texts of a layer, each on its foot: Vega measures each, which takes as long as all the rest; we know where it stands."""
    drop = round(0.3 * layer["style"]["fontSize"])  # from the middle of a line to its foot
    return "".join(
        f'<text x="{plain(row["x"])}" y="{plain(row["y"] + drop)}" fill="{row["fill"]}">{escape(str(row["text"]), quote=True)}</text>'
        for row in layer["rows"]
    )


def plain(value: float) -> str:
    """A number with two digits after the point at most: a hundredth of a pixel is enough."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
