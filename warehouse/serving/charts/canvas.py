"""A picture's surface: layers of marks in pixels and on scales, made into one Vega-Lite spec by Altair.

Only the making of the spec belongs here. Each chart lays out its own marks; nothing is left to a font's measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from warehouse.serving.charts.palette import palette

Datum = Mapping[str, Any]
WIDE, NARROW = 680, 340  # pixels: a column of a page, a phone


@dataclass(frozen=True)
class Axis:
    """A scale: the numbers `low` to `high` drawn at the pixels `first` to `last`."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        """The pixel of a number."""
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)


@dataclass
class Canvas:
    """Layers in drawing order; `height` grows as a chart needs it."""

    width: int
    height: float = 0
    layers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def narrow(self) -> bool:
        """Whether it is for a phone."""
        return self.width < 500

    @property
    def size(self) -> int:
        """The size of its letters in pixels."""
        return 13 if self.narrow else 14

    def add(
        self, mark: str, data: Iterable[Datum], *, across: Axis | None = None, up: Axis | None = None,
        fields: Mapping[str, str] | None = None, **style: Any,
    ) -> None:  # fmt: skip
        """A layer. The data have `x`, `y` (and `x2`, `y2`, `text`, `fill`, `stroke`, `order`, `line`) unless `fields` renames them.

        A position is in pixels where no scale is given for its direction.
        """
        rows = [dict(d) for d in data]
        if rows:
            self.layers.append({"mark": mark, "rows": rows, "across": across, "up": up,
                                "fields": dict(fields or {}), "style": style})  # fmt: skip

    def write(
        self, data: Iterable[Datum], *, align: str = "left", bold: bool = False, small: bool = False, rim: bool = False
    ) -> None:
        """Texts at `x`, `y` (the middle of their line) in the colour `fill`; with a rim of paper where lines may pass."""
        rows = [dict(d) for d in data]
        style: dict[str, Any] = {"align": align, "baseline": "middle", "fontSize": self.size - (1 if small else 0),
                 "fontWeight": 600 if bold else 400}  # fmt: skip
        if rim:
            paper = palette().role["paper"]
            self.add(
                "text", [{**d, "fill": paper} for d in rows], stroke=paper, strokeWidth=4, strokeJoin="round", **style
            )
        self.add("text", rows, **style)

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite spec, with its data."""
        role = palette().role
        return {
            "$schema": SCHEMA, "width": self.width, "height": round(self.height), "padding": 0, "autosize": "none",
            "background": role["paper"], "config": {"aria": False, "view": {"stroke": None}},
            "resolve": {"scale": {"x": "independent", "y": "independent"}},
            "layer": [_layer(layer) for layer in self.layers] or [{"mark": "text", "data": {"values": []}}],
        }  # fmt: skip


SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# Vega-Lite's channels for the fields of a layer.
CHANNELS = {"x": "X", "y": "Y", "x2": "X2", "y2": "Y2", "text": "Text", "fill": "Fill", "stroke": "Stroke",
            "order": "Order", "line": "Detail"}  # fmt: skip


def _layer(layer: dict[str, Any]) -> dict[str, Any]:
    """One layer with its data. A field that the data lack has no channel."""
    rows, fields = layer["rows"], layer["fields"]
    there = {column for row in rows for column in row}
    used = tuple((name, fields.get(name, name)) for name in CHANNELS if fields.get(name, name) in there)
    style = tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(layer["style"].items()))
    made = _template(layer["mark"], style, used)
    encoding = {name: _scaled(channel, layer["across"] if name == "x" else layer["up"] if name == "y" else None)
                for name, channel in made["encoding"].items()}  # fmt: skip
    return {**made, "encoding": encoding, "data": {"values": rows}}


def _scaled(channel: dict[str, Any], axis: Axis | None) -> dict[str, Any]:
    """A channel of a template on a scale of its own: scales differ from picture to picture, all else comes back."""
    if axis is None:
        return channel
    scale = {"domain": [axis.low, axis.high], "nice": False, "range": [axis.first, axis.last], "zero": False}
    return {**channel, "scale": scale}


@lru_cache(maxsize=1000)
def _template(mark: str, style: tuple[tuple[str, Any], ...], used: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """A layer without its data and scales, by Altair: it checks and copies much, and charts are made of few kinds of layers."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    given = {k: list(v) if isinstance(v, tuple) else v for k, v in style}
    with debug_mode(False):
        encoded = {"detail" if name == "line" else name: _channel(alt, name, column) for name, column in used}
        drawn = getattr(alt.Chart(alt.NamedData("rows")), f"mark_{mark}")(clip=False, **given).encode(**encoded)
        if mark == "geoshape":  # the shapes are in pixels already
            drawn = drawn.project(type="identity", scale=1, translate=[0, 0])
        made: dict[str, Any] = drawn.to_dict(validate=False)
    return {k: v for k, v in made.items() if k in ("mark", "encoding", "projection")}


def _channel(alt: Any, name: str, column: str) -> Any:
    make = getattr(alt, CHANNELS[name])
    if name in ("x2", "y2"):
        return make(column)
    if name in ("text", "line"):
        return make(column, type="nominal")
    if name == "order":
        return make(column, type="quantitative")
    if name in ("fill", "stroke"):
        return make(column, type="nominal", scale=None, legend=None)
    return make(column, type="quantitative", scale=None, axis=None, stack=None)
