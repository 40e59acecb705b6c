"""Horizontal bars: one figure a row, written at its end, with its interval where there is one.

Bars and bars in groups belong here; ordered years are columns, two rounds side by side are dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, by_size, entries, text_of, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette, softer
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

THICK, GAP, STUB = 20, 10, 40  # pixels of a bar, between bars, of a bar without a figure
CAP = 4.5  # pixels of half an end of an interval
LEAD = 1.25  # height of a line by the size of its letters


@dataclass(frozen=True)
class Bar:
    """One bar as it is drawn: its entry, ink, the text at its end and, in groups, which of the group it is."""

    entry: Entry
    ink: str
    end: str
    part: str = ""


@dataclass(frozen=True)
class Band:
    """Bars under one label."""

    label: str
    bars: list[Bar]


def bars(
    rows: Rows, t: Tongue, *, label: str, value: str, low: str | None = None, high: str | None = None,
    note: str | None = None, unit: str | None = None, digits: int | None = None, alt: str = "", color: str = "",
    color_by: str | None = None, sort: bool = True, most: float | None = None,
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, label, value, low, high, note)
    found = by_size(found) if sort else found
    soft = _have_intervals(found)
    bands = [Band(e.label, [Bar(e, _ink(e, color, color_by, 0, soft), _end(e, t, unit, digits))]) for e in found]
    return Picture(finding(alt, found, t, unit, digits), lambda w: draw(bands, w, most))


def grouped_bars(
    rows: Rows, t: Tongue, *, label: str, group: str, value: str, low: str | None = None, high: str | None = None,
    note: str | None = None, unit: str | None = None, digits: int | None = None, alt: str = "",
    color_by: str | None = None, most: float | None = None,
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, label, value, low, high, note)
    soft = _have_intervals(found)
    groups = list(dict.fromkeys(text_of(row, group, t) for row in rows))
    bands: dict[str, list[Bar]] = {}
    for e in found:
        part = text_of(e.row, group, t)
        ink = _ink(e, "", color_by, groups.index(part), soft)
        bands.setdefault(e.label, []).append(Bar(e, ink, _end(e, t, unit, digits), part))
    said = [
        Entry(f"{e.label}, {text_of(e.row, group, t)}", e.value, e.low, e.high, e.note, e.state, e.row) for e in found
    ]
    listed = [Band(name, inside) for name, inside in bands.items()]
    return Picture(finding(alt, said, t, unit, digits), lambda w: draw(listed, w, most))


def _have_intervals(found: list[Entry]) -> bool:
    return any(e.low is not None and e.high is not None for e in found)


def _ink(e: Entry, color: str, color_by: str | None, position: int, soft: bool) -> str:
    """The colour of a bar; where intervals are drawn a softer one, on which their dark lines are seen."""
    p = palette()
    ink = p.ink(str(e.row.get(color_by) or "")) if color_by else p.ink(color) if color else p.at(position)
    return softer(ink) if soft else ink


def _end(e: Entry, t: Tongue, unit: str | None, digits: int | None) -> str:
    """What is written at the end of a bar."""
    if e.state != "shown":
        return " · ".join(x for x in (unshown(e.state, t), e.note) if x)
    figure = written(e.value, unit, t, digits)
    return f"{figure} · {e.note}" if e.note else figure


def draw(bands: list[Band], size: int, most: float | None = None) -> Canvas:
    """The bars in this width: labels at the left, or above the bars on a phone."""
    c = Canvas(size)
    legend = _key(c, bands)
    first, across = _axis(c, bands, most)
    marks: dict[str, list[dict[str, Any]]] = {"bar": [], "stub": [], "whisker": [], "cap": [], "end": [], "label": []}
    y = legend
    for band in bands:
        lines = wrap(band.label, size - 4 if c.narrow else first - 12, c.size)
        tall, lead = len(band.bars) * (THICK + 3), len(lines) * c.size * LEAD
        top = y + lead + 2 if c.narrow else y + max(0, (lead - tall) / 2)
        middle = y + lead / 2 if c.narrow else y + max(lead, tall) / 2
        for i, line in enumerate(lines):
            at = middle + (i - (len(lines) - 1) / 2) * c.size * LEAD
            marks["label"].append({"x": 0 if c.narrow else first - 10, "y": at, "text": line,
                                   "fill": palette().role["text"]})  # fmt: skip
        for i, bar in enumerate(band.bars):
            _bar(c, bar, across, top + i * (THICK + 3), marks)
        y = (top + tall if c.narrow else y + max(lead, tall)) + GAP
    c.height = max(y - GAP + 4, 24)
    _lay(c, marks, across, first)
    return c


def _key(c: Canvas, bands: list[Band]) -> float:
    """The names of the parts of a group, each in its colour; returns where the first bar starts."""
    parts = {bar.part: bar.ink for band in bands for bar in band.bars if bar.part}
    return key(c, list(parts.items())) if parts else 4


def key(c: Canvas, parts: list[tuple[str, str]], top: float = 2) -> float:
    """Small squares with names, in lines; returns the pixel below them."""
    x, y, squares, names = 0.0, top + c.size * 0.7, [], []
    for name, ink in parts:
        said = wrap(name, c.width - 22, c.size, most=3)
        room = 18 + max(width(line, c.size) for line in said or [""]) + 16
        if x and x + room - 16 > c.width:
            x, y = 0, y + c.size * 1.5
        squares.append({"x": x, "x2": x + 12, "y": y - 6, "y2": y + 6, "fill": ink})
        names += [{"x": x + 18, "y": y + i * c.size * LEAD, "text": line, "fill": palette().role["text"]}
                  for i, line in enumerate(said)]  # fmt: skip
        x, y = x + room, y + (len(said) - 1) * c.size * LEAD
    c.add("rect", squares)
    c.write(names)
    return y + c.size * 1.3


def _axis(c: Canvas, bands: list[Band], most: float | None) -> tuple[float, Axis]:
    """Where the bars start, and their scale: room is left for the longest text at an end."""
    every = [bar for band in bands for bar in band.bars]
    reach = [v for b in every for v in (b.entry.value, b.entry.low, b.entry.high) if v is not None]
    top, least = max([*reach, 0.0, most or 0.0]), min([*reach, 0.0])
    end = max((width(b.end, c.size) for b in every), default=0) + 12
    longest = max((width(b.label, c.size) for b in bands), default=0)
    first = 0.0 if c.narrow else min(longest + 14, 250)
    last = max(c.width - end, first + c.width * 0.25)
    return first, Axis(least, top if top > least else least + 1, first + 1, last)


def _bar(c: Canvas, bar: Bar, across: Axis, top: float, marks: dict[str, list[dict[str, Any]]]) -> None:
    e, role, zero = bar.entry, palette().role, across.at(0)
    box = {"label": e.label, "part": bar.part, "state": e.state, "y": top, "y2": top + THICK}
    if e.state == "shown":
        marks["bar"].append({**box, "value": e.value, "low": e.low, "high": e.high, "zero": 0, "fill": bar.ink})
        reach = across.at(max(v for v in (e.value, e.high, 0.0) if v is not None))
    else:
        withheld = e.state == "withheld"
        marks["stub"].append({**box, "x": zero, "x2": zero + STUB, "fill": HATCH if withheld else role["paper"],
                              "stroke": role["withheld"] if withheld else role["missing"]})  # fmt: skip
        reach = zero + STUB
    if e.low is not None and e.high is not None:
        middle = top + THICK / 2
        marks["whisker"].append({"x": e.low, "x2": e.high, "y": middle, "stroke": role["interval"]})
        marks["cap"] += [{"x": end, "y": middle - CAP, "y2": middle + CAP, "stroke": role["interval"]}
                         for end in (e.low, e.high)]  # fmt: skip
    marks["end"].append({"x": reach + 6, "y": top + THICK / 2, "text": bar.end,
                         "fill": role["text"] if e.state == "shown" else role["muted"]})  # fmt: skip


def _lay(c: Canvas, marks: dict[str, list[dict[str, Any]]], across: Axis, first: float) -> None:
    role = palette().role
    c.add("rect", marks["bar"], across=across, fields={"x": "zero", "x2": "value"})
    c.add("rect", marks["stub"], strokeDash=[3, 2])
    c.add("rule", marks["whisker"], across=across, strokeWidth=1.75)
    c.add("rule", marks["cap"], across=across, strokeWidth=1.75)
    if not c.narrow:
        zero = across.at(0)
        c.add("rule", [{"x": zero, "y": 0, "y2": c.height, "stroke": role["axis"]}], strokeWidth=1)
    c.write(marks["label"], align="left" if c.narrow else "right")
    c.write(marks["end"])
