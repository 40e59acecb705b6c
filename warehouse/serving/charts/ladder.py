"""Rungs: a label for each row and the pixels where its marks stand, and the scale under them.

What charts with a row of marks a label share (intervals, dots, stacks) belongs here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

LEAD = 1.25  # height of a line by the size of its letters
WIDEST = 250  # pixels that labels at the left may take


@dataclass(frozen=True)
class Ladder:
    """Where each row's marks stand (`at`, their middle) and its text (`told`), where the plot begins and ends, and the pixel below it."""

    at: list[float]
    told: list[float]
    left: float
    right: float
    top: float
    bottom: float


def ladder(
    c: Canvas, labels: list[str], ends: list[str], top: float, tall: float, *, written_by_caller: bool = False
) -> Ladder:
    """Writes the labels (at the left, above the marks on a phone) and the texts at the right end of each row.

    With `written_by_caller` the texts only get their room.
    """
    longest = max((width(label, c.size) for label in labels), default=0)
    left = 6.0 if c.narrow else min(longest + 14, WIDEST)
    room = max((width(end, c.size) for end in ends), default=0)
    y, at = top, []
    names: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    ink = palette().role
    for label, end in zip(labels, ends, strict=True):
        lines = wrap(label, c.width - (room + 12 if c.narrow else 0) if c.narrow else left - 12, c.size)
        lead = len(lines) * c.size * LEAD
        middle = y + lead / 2 if c.narrow else y + max(lead, tall) / 2
        at.append(y + lead + tall / 2 if c.narrow else middle)
        names += [{"x": 0 if c.narrow else left - 10, "y": middle + (i - (len(lines) - 1) / 2) * c.size * LEAD,
                   "text": line, "fill": ink["text"]} for i, line in enumerate(lines)]  # fmt: skip
        told.append(
            {"x": c.width, "y": y + c.size * LEAD / 2 if c.narrow else middle, "text": end, "fill": ink["text"]}
        )
        y += (lead + tall if c.narrow else max(lead, tall)) + 8
    right = c.width - 8 if c.narrow else max(c.width - room - 18, left + 120)
    c.write(names, align="left" if c.narrow else "right")
    if not written_by_caller:
        c.write([mark for mark in told if mark["text"]], align="right")
    return Ladder(at, [mark["y"] for mark in told], left, right, top, y)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, about so many."""
    span = high - low
    if span <= 0:
        return [low]
    rough = span / wanted
    step = 10.0 ** floor(log10(rough))
    step *= next(part for part in (1, 2, 2.5, 5, 10) if part * step >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, floor(high / step + 1e-9) + 1)]


def ends_of(values: list[float], *, zero: bool = True) -> tuple[float, float]:
    """The ends of a scale that holds these numbers, and zero; never of no length."""
    low, high = (
        min([*values, *([0.0] if zero else [])], default=0.0),
        max([*values, *([0.0] if zero else [])], default=1.0),
    )
    return (low, high) if high > low else (low, low + 1)


def spans(c: Canvas, place: Ladder, tall: float) -> list[tuple[float, float]]:
    """Where lines through the rows may be drawn: on a phone not across the labels."""
    if not c.narrow:
        return [(place.top, place.bottom)]
    return [(y - tall / 2, y + tall / 2) for y in place.at]


def scale(c: Canvas, across: Axis, place: Ladder, tall: float, t: Tongue, unit: str | None) -> float:
    """Faint lines with their numbers below; returns the pixel under the numbers."""
    role, marks, bottom = palette().role, ticks(across.low, across.high, 3 if c.narrow else 5), place.bottom
    c.add("rule", [{"x": m, "y": y, "y2": y2, "stroke": role["axis" if m == 0 else "grid"]} for m in marks
                   for y, y2 in spans(c, place, tall)], across=across, strokeWidth=1)  # fmt: skip
    digits = tick_digits(marks, unit)
    said: list[dict[str, Any]] = []
    for m in marks:
        text = written(m, unit, t, digits)
        half = width(text, c.size - 1) / 2
        said.append({"x": min(max(across.at(m), half), c.width - half), "y": bottom + c.size * 0.9, "text": text,
                     "fill": role["muted"]})  # fmt: skip
    c.write(said, align="center", small=True)
    return bottom + c.size * 1.7


def tick_digits(marks: list[float], unit: str | None) -> int:
    """As many digits as the steps between round numbers need."""
    step = (marks[1] - marks[0]) * (100 if unit == "share" else 1) if len(marks) > 1 else 1.0
    return 0 if step >= 1 and float(step).is_integer() else max(1, -floor(log10(step)))
