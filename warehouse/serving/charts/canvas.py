"""A picture's surface: layers of marks in pixels and on scales, made into one Vega-Lite spec by Altair.

Only the making of the spec belongs here. Each chart lays out its own marks; nothing is left to a font's measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
        import altair as alt

        drawn = alt.layer(*(_layer(alt, layer) for layer in self.layers or [{"mark": "text", "rows": [{}]}]))
        drawn = drawn.resolve_scale(x="independent", y="independent").properties(
            width=self.width, height=round(self.height), padding=0, autosize="none", background=palette().role["paper"]
        )
        made: dict[str, Any] = drawn.configure(aria=False).configure_view(stroke=None).to_dict(validate=False)
        return made


# Vega-Lite's channels for the fields of a layer, with the scale that each one has.
CHANNELS = {"x": "X", "y": "Y", "x2": "X2", "y2": "Y2", "text": "Text", "fill": "Fill", "stroke": "Stroke",
            "order": "Order", "line": "Detail"}  # fmt: skip


def _layer(alt: Any, layer: dict[str, Any]) -> Any:
    """One layer as Altair has it: a field that the data lack has no channel."""
    rows, fields = layer["rows"], layer.get("fields", {})
    encoded = {}
    for name, kind in CHANNELS.items():
        column = fields.get(name, name)
        if not any(column in row for row in rows):
            continue
        encoded["detail" if name == "line" else name] = _channel(alt, kind, name, column, layer)
    style = {"clip": False, **layer.get("style", {})}
    drawn = getattr(alt.Chart(alt.Data(values=rows)), f"mark_{layer['mark']}")(**style).encode(**encoded)
    if layer["mark"] == "geoshape":  # the shapes are in pixels already
        return drawn.project(type="identity", scale=1, translate=[0, 0])
    return drawn


def _channel(alt: Any, kind: str, name: str, column: str, layer: dict[str, Any]) -> Any:
    make = getattr(alt, kind)
    if name in ("x2", "y2"):
        return make(column)
    if name in ("text", "line"):
        return make(column, type="nominal")
    if name == "order":
        return make(column, type="quantitative")
    if name in ("fill", "stroke"):
        return make(column, type="nominal", scale=None, legend=None)
    axis = layer["across"] if name == "x" else layer["up"]
    scale = (
        alt.Scale(domain=[axis.low, axis.high], range=[axis.first, axis.last], nice=False, zero=False) if axis else None
    )
    return make(column, type="quantitative", scale=scale, axis=None, stack=None)
