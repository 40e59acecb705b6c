"""Two rounds side by side: a hollow point before, a full one now, a line between where the two may be compared.

A change between two rounds belongs here; whether it may be drawn as one is what the marts say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.serving.charts.bars import key
from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Rows, entries, unshown
from warehouse.serving.charts.intervals import stubs
from warehouse.serving.charts.ladder import Ladder, ends_of, ladder, scale
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

TALL = 26  # pixels of a row's marks: the round before above, this one below
BETWEEN = "    "  # between the two figures of a row
APART = 5  # pixels between the two lines of a row


@dataclass(frozen=True)
class Pair:
    """One row in both rounds, and whether the two may be compared."""

    before: Entry
    after: Entry
    comparable: bool


def dots(
    rows: Rows, t: Tongue, *, label: str, before: str, after: str, before_name: str, after_name: str,
    before_low: str | None = None, before_high: str | None = None, low: str | None = None, high: str | None = None,
    comparability: str | None = "comparability", unit: str | None = None, digits: int | None = None, alt: str = "",
    color: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    pairs = [
        Pair(b, a, not comparability or str(a.row.get(comparability) or "comparable") != "not_comparable")
        for b, a in zip(
            entries(rows, t, label, before, before_low, before_high), entries(rows, t, label, after, low, high),
            strict=True)
    ]  # fmt: skip
    said = _finding(alt, pairs, t, (before_name, after_name), unit, digits)
    return Picture(said, lambda size: _draw(pairs, t, (before_name, after_name), unit, digits, color, size))


def _text(pair: Pair, t: Tongue, unit: str | None, digits: int | None) -> str:
    """`30 % → 34 %`; the word where one of the two has no figure."""
    shown = [written(e.value, unit, t, digits) if e.state == "shown" else unshown(e.state, t)
             for e in (pair.before, pair.after)]  # fmt: skip
    return (
        shown[0] if _both_gone(pair) else f"{shown[0]} → {shown[1]}" if pair.comparable else f"{shown[0]}, {shown[1]}"
    )


def _both_gone(pair: Pair) -> bool:
    return pair.before.state != "shown" and pair.before.state == pair.after.state


def _finding(
    alt: str, pairs: list[Pair], t: Tongue, names: tuple[str, str], unit: str | None, digits: int | None
) -> str:
    told = "; ".join(f"{p.after.label}: {_text(p, t, unit, digits)}" for p in pairs)
    parts = [alt.rstrip(".") + "." if alt else "", t.say("{before} and {after}.", before=names[0], after=names[1]),
             told + "." if told else t.say("No figure can be shown.")]  # fmt: skip
    apart = [p.after.label for p in pairs if not p.comparable]
    if apart and len(apart) == len(pairs):
        parts.append(t.say("The two rounds can't be compared."))
    elif apart:
        parts.append(t.say("Not comparable: {names}.", names=", ".join(apart)))
    return " ".join(part for part in parts if part)


def _draw(
    pairs: list[Pair], t: Tongue, names: tuple[str, str], unit: str | None, digits: int | None, color: str, size: int
) -> Canvas:
    c, p = Canvas(size), palette()
    ink = p.ink(color) if color else p.series[0]
    top = key(c, [(names[0], p.role["previous"]), (names[1], ink)]) + 6
    values = [v for pair in pairs for e in (pair.before, pair.after) for v in (e.value, e.low, e.high) if v is not None]
    if pairs and not any(pair.comparable for pair in pairs):
        for line in wrap(t.say("The two rounds can't be compared."), size - 4, c.size):
            c.write([{"x": 0, "y": top + c.size * 0.4, "text": line, "fill": p.role["break"]}])
            top += c.size * 1.5
    place = ladder(
        c, _labels(pairs, t), [_room(pair, t, unit, digits) for pair in pairs], top, TALL, written_by_caller=True
    )
    _figures(c, pairs, place, t, unit, digits, ink)
    across = Axis(*ends_of(values), place.left + 2, place.right)
    c.height = scale(c, across, place, TALL, t, unit)
    _marks(c, pairs, place, across, ink)
    return c


def _labels(pairs: list[Pair], t: Tongue) -> list[str]:
    """The names; where only some can be compared, the others say so."""
    some = any(pair.comparable for pair in pairs)
    apart = t.say("not comparable")
    return [pair.after.label if pair.comparable or not some else f"{pair.after.label} ({apart})" for pair in pairs]


def _room(pair: Pair, t: Tongue, unit: str | None, digits: int | None) -> str:
    """As wide as both figures of a row together."""
    return _text(pair, t, unit, digits).replace(" → ", BETWEEN).replace(", ", BETWEEN)


def _figures(
    c: Canvas, pairs: list[Pair], place: Ladder, t: Tongue, unit: str | None, digits: int | None, ink: str
) -> None:
    """Both figures at the right, each in the colour of its round."""
    grey, old, new = palette().role["previous"], [], []
    for pair, y in zip(pairs, place.told, strict=True):
        shown = [written(e.value, unit, t, digits) if e.state == "shown" else unshown(e.state, t)
                 for e in (pair.before, pair.after)]  # fmt: skip
        new.append({"x": c.width, "y": y, "text": shown[1], "fill": ink if pair.after.state == "shown" else grey})
        if not _both_gone(pair):
            old.append({"x": c.width - width(shown[1] + BETWEEN, c.size), "y": y, "text": shown[0], "fill": grey})
    c.write(old, align="right")
    c.write(new, align="right", bold=True)


def _marks(c: Canvas, pairs: list[Pair], place: Ladder, across: Axis, ink: str) -> None:
    grey = palette().role["previous"]
    sides = [(side, e, y + shift) for pair, y in zip(pairs, place.at, strict=True)
             for side, e, shift in (("before", pair.before, -APART), ("after", pair.after, APART))]  # fmt: skip
    joined = [{"x": pair.before.value, "x2": pair.after.value, "y": y - APART, "y2": y + APART, "stroke": grey}
              for pair, y in zip(pairs, place.at, strict=True)
              if pair.comparable and pair.before.value is not None and pair.after.value is not None]  # fmt: skip
    c.add("rule", joined, across=across, strokeWidth=1.5)
    for name, stroke in (("before", grey), ("after", ink)):
        shown = [{"label": e.label, "side": side, "state": e.state, "value": e.value, "low": e.low, "high": e.high,
                  "y": y, "fill": stroke, "stroke": stroke}
                 for side, e, y in sides if side == name and e.state == "shown"]  # fmt: skip
        spans = [mark for mark in shown if mark["low"] is not None and mark["high"] is not None]
        c.add("rule", spans, across=across, fields={"x": "low", "x2": "high"}, strokeWidth=3, opacity=0.4)
        c.add("point", shown, across=across, fields={"x": "value"}, size=75, filled=True, opacity=1)
    gone = [(e, y) for side, e, y in sides if side == "after" and e.state != "shown"]
    stubs(c, gone, across.first)
