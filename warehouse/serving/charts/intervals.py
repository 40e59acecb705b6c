"""Estimates with their intervals: a point and a line a row, the figure and its interval written at the right.

Estimates of one round belong here; a round beside the one before are dots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, by_size, entries, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.ladder import Ladder, ends_of, ladder, scale, spans
from warehouse.serving.charts.lettering import width, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

TALL = 22  # pixels of a row's marks


def intervals(
    rows: Rows, t: Tongue, *, label: str, value: str, low: str, high: str, note: str | None = None,
    unit: str | None = None, digits: int | None = None, alt: str = "", color: str = "", sort: bool = False,
    reference: float | None = None, reference_name: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, label, value, low, high, note)
    found = by_size(found) if sort else found
    said = finding(alt, found, t, unit, digits)
    line = (reference, reference_name) if reference is not None else None
    if line and reference_name:
        said += " " + t.say("{top}: {top_value}.", top=reference_name, top_value=written(reference, unit, t, digits))
    return Picture(said, lambda size: _draw(found, t, unit, digits, color, line, size))


def interval_text(e: Entry, t: Tongue, unit: str | None, digits: int | None) -> str:
    """`34 % (30–38)`, with the note after it; the word where there is no figure."""
    if e.state != "shown":
        return " · ".join(x for x in (unshown(e.state, t), e.note) if x)
    text = written(e.value, unit, t, digits)
    if e.low is not None and e.high is not None:
        factor, small = (100, 0) if unit == "share" else (1, 1 if unit == "number" else 0)
        shown = digits if digits is not None else small
        text += f" ({t.number(e.low * factor, shown)}–{t.number(e.high * factor, shown)})"
    return f"{text} · {e.note}" if e.note else text


def _draw(
    found: list[Entry], t: Tongue, unit: str | None, digits: int | None, color: str,
    line: tuple[float, str] | None, size: int,
) -> Canvas:  # fmt: skip
    c, p = Canvas(size), palette()
    ends = [interval_text(e, t, unit, digits) for e in found]
    top = c.size * 1.6 if line else 4.0
    low, high = ends_of(
        [v for e in found for v in (e.value, e.low, e.high) if v is not None] + ([line[0]] if line else [])
    )
    place = ladder(c, [e.label for e in found], ends, top, TALL)
    across = Axis(low, high, place.left + 2, place.right)
    c.height = scale(c, across, place, TALL, t, unit)
    if line:
        _reference(c, line, across, place)
    ink = p.ink(color) if color else p.series[0]
    points: list[dict[str, Any]] = []
    for e, y in zip(found, place.at, strict=True):
        if e.state == "shown":
            points.append({"label": e.label, "state": e.state, "value": e.value, "low": e.low, "high": e.high, "y": y,
                           "fill": ink, "stroke": ink})  # fmt: skip
    ranges = [point for point in points if point["low"] is not None and point["high"] is not None]
    c.add("rule", ranges, across=across, fields={"x": "low", "x2": "high"}, strokeWidth=3, opacity=0.45)
    c.add("point", points, across=across, fields={"x": "value"}, size=80, filled=True, opacity=1)
    stubs(c, [(e, y) for e, y in zip(found, place.at, strict=True) if e.state != "shown"], across.first)
    return c


def stubs(c: Canvas, some: list[tuple[Entry, float]], first: float) -> None:
    """The hatched or hollow mark of the rows that have no figure to show."""
    role = palette().role
    c.add("rect", [{"label": e.label, "state": e.state, "x": first, "x2": first + 40, "y": y - 7, "y2": y + 7,
                    "fill": HATCH if e.state == "withheld" else role["paper"], "stroke": role["withheld"]}
                   for e, y in some], strokeDash=[3, 2])  # fmt: skip


def _reference(c: Canvas, line: tuple[float, str], across: Axis, place: Ladder) -> None:
    """A line through all rows, its name above it."""
    role, half = palette().role, width(line[1], c.size - 1) / 2
    c.add("rule", [{"x": line[0], "y": y, "y2": y2, "stroke": role["muted"]} for y, y2 in spans(c, place, TALL)],
          across=across, strokeWidth=1.5, strokeDash=[4, 3])  # fmt: skip
    x = min(max(across.at(line[0]), half), c.width - half)
    c.write([{"x": x, "y": c.size * 0.6, "text": line[1], "fill": role["muted"]}], align="center", small=True)
