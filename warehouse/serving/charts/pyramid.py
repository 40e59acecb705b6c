"""The pyramid: a row an age group, one sex to the left, the other to the right, both on one scale.

Only sex by age belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, entries, text_of, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.lettering import width, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

TALL, GAP = 24, 6


def pyramid(
    rows: Rows, t: Tongue, *, age: str = "age_group", side: str = "sex", left: str = "male", right: str = "female",
    value: str = "individuals", left_name: str = "", right_name: str = "", unit: str | None = None,
    digits: int | None = None, alt: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    names = {left: left_name or t.say("Men"), right: right_name or t.say("Women")}
    kept = [row for row in rows if str(row.get(side)) in names]
    found = entries(kept, t, age, value)
    said = [Entry(f"{names[str(e.row[side])]}, {e.label}", e.value, None, None, "", e.state, e.row) for e in found]
    ages = list(dict.fromkeys(text_of(row, age, t) for row in kept))
    cells = {(str(e.row[side]), e.label): e for e in found}
    return Picture(
        finding(alt, said, t, unit, digits), lambda w: _draw(ages, cells, (left, right), names, t, unit, digits, w)
    )


def _draw(
    ages: list[str], cells: dict[tuple[str, str], Entry], sides: tuple[str, str], names: dict[str, str], t: Tongue,
    unit: str | None, digits: int | None, size: int,
) -> Canvas:  # fmt: skip
    c, role = Canvas(size), palette().role
    middle = max([width(a, c.size) for a in ages], default=0) / 2 + 8
    ends = {
        at: written(e.value, unit, t, digits) if e.state == "shown" else unshown(e.state, t) for at, e in cells.items()
    }
    room = max([width(text, c.size) for text in ends.values()], default=0) + 10
    top = max([e.value or 0 for e in cells.values()], default=0) or 1
    reach = max(size / 2 - middle - room, 40)
    head = c.size * 2.0
    marks: dict[str, list[dict[str, Any]]] = {"bar": [], "stub": [], "text": []}
    for way, side in ((-1, sides[0]), (1, sides[1])):
        start = size / 2 + way * middle
        across = Axis(0, top, start, start + way * reach)
        for i, age in enumerate(ages):
            if (side, age) in cells:
                y = head + i * (TALL + GAP)
                _cell(cells[side, age], ends[side, age], side, way, across, y, marks)
        shown = [mark for mark in marks["bar"] if mark["side"] == side]
        c.add("rect", shown, across=across, fields={"x": "zero", "x2": "value"})
        c.write([{"x": start + way * 2, "y": c.size * 0.8, "text": names[side], "fill": palette().ink(side)}],
                align="right" if way < 0 else "left", bold=True)  # fmt: skip
        c.write([mark for mark in marks["text"] if mark["way"] == way], align="right" if way < 0 else "left")
    c.add("rect", marks["stub"], strokeDash=[3, 2])
    c.write([{"x": size / 2, "y": head + i * (TALL + GAP) + TALL / 2, "text": age, "fill": role["text"]}
             for i, age in enumerate(ages)], align="center")  # fmt: skip
    c.height = head + len(ages) * (TALL + GAP)
    return c


def _cell(
    e: Entry, end: str, side: str, way: int, across: Axis, y: float, marks: dict[str, list[dict[str, Any]]]
) -> None:
    role = palette().role
    box = {"label": e.label, "side": side, "state": e.state, "y": y, "y2": y + TALL}
    tip = across.at(e.value or 0)
    if e.state == "shown":
        marks["bar"].append({**box, "value": e.value, "zero": 0, "fill": palette().ink(side)})
    else:
        tip = across.first + way * 30
        marks["stub"].append({**box, "x": min(across.first, tip), "x2": max(across.first, tip), "stroke": role["withheld"],
                              "fill": HATCH if e.state == "withheld" else role["paper"]})  # fmt: skip
    marks["text"].append({"x": tip + way * 6, "y": y + TALL / 2, "text": end, "way": way,
                          "fill": role["text" if e.state == "shown" else "muted"]})  # fmt: skip
