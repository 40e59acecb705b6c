"""Shares of a whole: one bar of 100 % a group, its parts side by side, each with its share where there is room.

Parts of one whole belong here; answers of which several may be given are bars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.bars import key
from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, entries, text_of
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.ladder import ladder
from warehouse.serving.charts.lettering import width, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

TALL = 26  # pixels of a bar
SLACK = 1e-6  # of the whole: what rounding leaves open


def stacked(
    rows: Rows, t: Tongue, *, part: str, value: str, group: str | None = None, color_by: str | None = None,
    unit: str = "share", digits: int | None = None, alt: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, part, value)
    names = list(dict.fromkeys(e.label for e in found))
    inks = {e.label: _ink(e, names.index(e.label), color_by) for e in found}
    groups: dict[str, list[Entry]] = {}
    for e in found:
        groups.setdefault(text_of(e.row, group, t), []).append(e)
    said = [Entry(", ".join(x for x in (text_of(e.row, group, t), e.label) if x), e.value, None, None, "", e.state, e.row)
            for e in found]  # fmt: skip
    return Picture(finding(alt, said, t, unit, digits), lambda size: _draw(groups, inks, t, unit, digits, size))


def _ink(e: Entry, position: int, color_by: str | None) -> str:
    p = palette()
    return p.ink(str(e.row.get(color_by) or "")) if color_by else p.at(position)


def _draw(
    groups: dict[str, list[Entry]], inks: dict[str, str], t: Tongue, unit: str, digits: int | None, size: int
) -> Canvas:
    c = Canvas(size)
    gone = any(e.state == "withheld" for inside in groups.values() for e in inside)
    top = key(c, [*inks.items(), *([(t.say("withheld"), HATCH)] if gone else [])]) + 6
    place = ladder(c, list(groups), [""] * len(groups), top, TALL)
    sums = [sum(e.value or 0 for e in inside) for inside in groups.values()]
    whole = max([1.0 if unit == "share" else 100.0, *sums])  # rounded shares may come to a little more
    across = Axis(0, whole, 0 if c.narrow else place.left, c.width - 1 if c.narrow else c.width - 4)
    parts: list[dict[str, Any]] = []
    rests: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for inside, y in zip(groups.values(), place.at, strict=True):
        _stack(c, inside, y, across, inks, t, unit, digits, parts, rests, texts)
    c.add(
        "rect",
        parts,
        across=across,
        fields={"x": "start", "x2": "end"},
        stroke=palette().role["paper"],
        strokeWidth=1.5,
    )
    c.add("rect", rests, across=across, fields={"x": "start", "x2": "end"})
    c.write(texts, align="center", bold=True, small=True)
    c.height = place.bottom
    return c


def _stack(
    c: Canvas, inside: list[Entry], y: float, across: Axis, inks: dict[str, str], t: Tongue, unit: str,
    digits: int | None, parts: list[dict[str, Any]], rests: list[dict[str, Any]], texts: list[dict[str, Any]],
) -> None:  # fmt: skip
    """One bar; what its withheld parts leave open is hatched as one, so that none of them has a width."""
    at = 0.0
    for e in (e for e in inside if e.value is not None):
        end = at + (e.value or 0)
        parts.append({"label": e.label, "state": e.state, "value": e.value, "start": at, "end": end, "y": y - TALL / 2,
                      "y2": y + TALL / 2, "fill": inks[e.label]})  # fmt: skip
        text = written(e.value, unit, t, digits)
        if width(text, c.size - 1, bold=True) + 6 <= across.at(end) - across.at(at):
            texts.append({"x": (across.at(at) + across.at(end)) / 2, "y": y, "text": text,
                          "fill": palette().on(inks[e.label])})  # fmt: skip
        at = end
    if across.high - at > across.high * SLACK and any(e.state == "withheld" for e in inside):
        rests.append({"state": "withheld", "start": at, "end": across.high, "y": y - TALL / 2, "y2": y + TALL / 2,
                      "fill": HATCH})  # fmt: skip
