"""The tile map: a square for each place, where it lies in the country, with its name and figure.

Only the drawing belongs here; where each tile stands is data of the operation (`tiles.yml`, read by `layout.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.gazetteer.tiles import Tiles
from warehouse.serving.charts.bars import key
from warehouse.serving.charts.canvas import Canvas
from warehouse.serving.charts.classes import Classes, classes
from warehouse.serving.charts.entries import Entry, Rows, entries, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

GAP = 5  # pixels between tiles


def tile_map(
    tiles: Tiles, rows: Rows, t: Tongue, *, value: str, code: str = "place_code", note: str | None = None,
    unit: str | None = None, digits: int | None = None, alt: str = "", color: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    by_code = {str(row[code]): row for row in rows}
    listed = [{**by_code.get(tile.place_code, {}), "tile": tile.name(t.lang)} for tile in tiles.tiles]
    found = entries(listed, t, "tile", value, note=note)
    made = classes([e.value for e in found if e.value is not None], color)
    return Picture(finding(alt, found, t, unit, digits), lambda w: _draw(tiles, found, made, t, unit, digits, w))


def _draw(
    tiles: Tiles, found: list[Entry], made: Classes, t: Tongue, unit: str | None, digits: int | None, size: int
) -> Canvas:
    c, role = Canvas(size), palette().role
    head = map_key(c, made, found, t, unit, digits) + 4
    side = (size - GAP * (tiles.columns - 1)) / tiles.columns
    tall = min(side, 92.0)
    marks: dict[str, list[dict[str, Any]]] = {"tile": [], "hollow": [], "name": [], "figure": []}
    for tile, e in zip(tiles.tiles, found, strict=True):
        x, y = (tile.column - 1) * (side + GAP), head + (tile.row - 1) * (tall + GAP)
        fill = made.ink(e.value) if e.value is not None else HATCH if e.state == "withheld" else role["paper"]
        box = {"label": e.label, "state": e.state, "x": x, "x2": x + side, "y": y, "y2": y + tall, "fill": fill}
        if e.value is not None:
            marks["tile"].append({**box, "value": e.value})
        else:
            marks["hollow"].append({**box, "stroke": role["missing"]})
        _words(c, e, x, y, side, tall, written(e.value, unit, t, digits) if e.value is not None else unshown(e.state, t),
               palette().on(fill) if e.value is not None else role["text"], marks)  # fmt: skip
    c.height = head + tiles.rows * (tall + GAP)
    c.add("rect", marks["tile"])
    c.add("rect", marks["hollow"], strokeDash=[3, 2])
    c.write(marks["name"], align="center", small=True)
    c.write(marks["figure"], align="center", bold=True, small=True)
    return c


def _words(
    c: Canvas, e: Entry, x: float, y: float, side: float, tall: float, figure: str, ink: str,
    marks: dict[str, list[dict[str, Any]]],
) -> None:  # fmt: skip
    """The name and the figure in the middle of a tile; on a hatch they stand on paper of their own."""
    size = c.size - 1
    names, figures = wrap(e.label, side - 6, size, most=2), wrap(figure, side - 4, size, most=2)
    lead = size * 1.25
    top = y + tall / 2 - (len(names) + len(figures) - 1) * lead / 2
    if e.state == "withheld":
        wide = max(width(line, size, bold=True) for line in [*names, *figures]) / 2 + 4
        at, deep = x + side / 2, (len(names) + len(figures)) * lead / 2 + 2
        marks["hollow"].append({"x": at - wide, "x2": at + wide, "y": y + tall / 2 - deep, "y2": y + tall / 2 + deep,
                                "fill": palette().role["paper"], "stroke": palette().role["paper"]})  # fmt: skip
    for i, line in enumerate([*names, *figures]):
        kind = "name" if i < len(names) else "figure"
        marks[kind].append({"x": x + side / 2, "y": top + i * lead, "text": line, "fill": ink})


def map_key(c: Canvas, made: Classes, found: list[Entry], t: Tongue, unit: str | None, digits: int | None) -> float:
    """The classes as one strip with a number at each break, and the word for what is withheld; returns the pixel below."""
    below = _strip(c, made, made.told(t, unit, digits)) if len(made.inks) > 1 else 2.0
    if any(e.state == "withheld" for e in found):
        return key(c, [(t.say("withheld"), HATCH)], below)
    return below + 2


def _strip(c: Canvas, made: Classes, told: list[str]) -> float:
    """Colours side by side, the least at the left; where two meet stands the number that parts them."""
    widest = max(width(text, c.size - 1) for text in told)
    step = min(max(widest + 14, 56.0), (c.width - widest) / len(made.inks))
    first = width(told[0], c.size - 1) / 2  # the outer numbers stand in the middle of their edge too
    c.add("rect", [{"x": first + i * step, "x2": first + (i + 1) * step, "y": 2, "y2": 14, "fill": ink}
                   for i, ink in enumerate(made.inks)])  # fmt: skip
    y, every = 14 + c.size * 0.9, 1 if step > widest + 6 else 2  # long numbers: every second one
    c.write([{"x": first + i * step, "y": y, "text": text, "fill": palette().role["muted"]} for i, text in enumerate(told) if i % every == 0],
            align="center", small=True)  # fmt: skip
    return y + c.size * 0.9
