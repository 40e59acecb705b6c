"""Columns: a figure a year, with what the window cuts striped and said.

Ordered few steps of time belong here; many steps and several series are lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.bars import Band, Bar, draw, key
from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, entries, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture, striped

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

PLOT = 230  # pixels of the tallest column


def columns(
    rows: Rows, t: Tongue, *, x: str, y: str, partial: str | None = None, note: str | None = None,
    unit: str | None = None, digits: int | None = None, alt: str = "", color: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, x, y, note=note)
    cut = [bool(partial and e.row.get(partial)) for e in found]
    whole = [e for e, is_cut in zip(found, cut, strict=True) if not is_cut]
    said = finding(alt, found, t, unit, digits, beside=whole)
    years = ", ".join(e.label for e, is_cut in zip(found, cut, strict=True) if is_cut)
    said += " " + t.say("Not whole years: {years}.", years=years) if years else ""
    return Picture(said, lambda size: _draw(found, cut, t, unit, digits, color, size))


def _draw(
    found: list[Entry], cut: list[bool], t: Tongue, unit: str | None, digits: int | None, color: str, size: int
) -> Canvas:
    c, p = Canvas(size), palette()
    ink = p.ink(color) if color else p.series[0]
    ends = [written(e.value, unit, t, digits) if e.state == "shown" else unshown(e.state, t) for e in found]
    texts = [e.label for e in found] + [end for e, end in zip(found, ends, strict=True) if e.state == "shown"]
    widest = max((width(text, c.size) for text in texts), default=0)
    if found and size / len(found) < widest + 4:
        return _as_bars(found, cut, ends, ink, size)  # more years than there is room for side by side
    top = key(c, [(t.say("whole year"), ink), (t.say("part of a year"), striped(ink))]) + 8 if any(cut) else 4.0
    top += c.size * 1.4
    foot = top + (PLOT if found else 20)
    up = Axis(0, max([e.value or 0 for e in found], default=0) or 1, foot, top)
    step = size / max(len(found), 1)
    thick = min(step * 0.7, 90)
    drawn: dict[str, list[dict[str, Any]]] = {"bar": [], "stub": [], "end": [], "label": [], "note": []}
    for i, (e, is_cut) in enumerate(zip(found, cut, strict=True)):
        _column(c, e, (i + 0.5) * step, thick, step, up, foot, (ink, is_cut), drawn, ends[i])
    c.height = (
        foot + c.size * 2 + max((len(wrap(e.note, step - 4, c.size - 2)) for e in found), default=0) * c.size * 1.2
    )
    c.add("rect", drawn["bar"], up=up, fields={"y": "value", "y2": "zero"})
    c.add("rect", drawn["stub"], strokeDash=[3, 2])
    c.add("rule", [{"x": 0, "x2": size, "y": foot, "stroke": p.role["axis"]}], strokeWidth=1)
    c.write(drawn["end"], align="center")
    c.write(drawn["label"], align="center")
    c.add("text", drawn["note"], align="center", baseline="middle", fontSize=c.size - 2)
    return c


def _as_bars(found: list[Entry], cut: list[bool], ends: list[str], ink: str, size: int) -> Canvas:
    return draw([Band(e.label, [Bar(e, striped(ink) if is_cut else ink, " · ".join(x for x in (end, e.note) if x))])
                 for e, is_cut, end in zip(found, cut, ends, strict=True)], size)  # fmt: skip


def _column(
    c: Canvas, e: Entry, middle: float, thick: float, step: float, up: Axis, foot: float,
    look: tuple[str, bool], drawn: dict[str, list[dict[str, Any]]], end: str,
) -> None:  # fmt: skip
    role, (ink, is_cut) = palette().role, look
    box = {"label": e.label, "state": e.state, "x": middle - thick / 2, "x2": middle + thick / 2}
    head = up.at(e.value or 0)
    if e.state == "shown":
        drawn["bar"].append(
            {**box, "value": e.value, "zero": 0, "fill": striped(ink) if is_cut else ink, "stroke": ink}
        )
    else:
        head = foot - 36
        drawn["stub"].append({**box, "y": head, "y2": foot, "fill": HATCH if e.state == "withheld" else role["paper"],
                              "stroke": role["withheld"]})  # fmt: skip
    small = width(end, c.size) > step  # a figure wider than its column's step stands in two lines
    for i, line in enumerate(reversed(wrap(end, step, c.size)) if small else [end]):
        drawn["end"].append({"x": middle, "y": head - c.size * (0.75 + 1.15 * i), "text": line, "fill": role["text"]})
    drawn["label"].append({"x": middle, "y": foot + c.size, "text": e.label, "fill": role["text"]})
    for i, line in enumerate(wrap(e.note, step - 4, c.size - 2)):
        drawn["note"].append({"x": middle, "y": foot + c.size * (2.2 + 1.15 * i), "text": line, "fill": role["muted"]})
