"""Lines over rounds or years, cut where a definition or a window changed, with the words for it.

Only series over time belong here. Nothing is joined across a break, a withheld figure or one that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from warehouse.serving.charts.bars import key
from warehouse.serving.charts.canvas import Axis, Canvas
from warehouse.serving.charts.entries import Entry, Row, Rows, entries, text_of, unshown
from warehouse.serving.charts.findings import finding
from warehouse.serving.charts.ladder import tick_digits, ticks
from warehouse.serving.charts.lettering import width, wrap, written
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import HATCH, Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

PLOT = 240  # pixels of the plot's height


@dataclass(frozen=True)
class Series:
    """One line: its name, ink, and its entries by step (None: the series has no row there)."""

    name: str
    ink: str
    entries: list[Entry | None]


def lines(
    rows: Rows, t: Tongue, *, x: str, y: str, series: str | None = None, low: str | None = None,
    high: str | None = None, breaks: Sequence[Row] = (), color_by: str | None = None, unit: str | None = None,
    digits: int | None = None, alt: str = "",
) -> Picture:  # fmt: skip
    """See the package."""
    found = entries(rows, t, x, y, low, high)
    steps = list(dict.fromkeys(e.label for e in found))
    listed = _series(found, steps, t, series, color_by)
    cuts = [(str(cut["before"]), text_of(cut, "text", t)) for cut in breaks if str(cut["before"]) in steps[1:]]
    said = [Entry(", ".join(v for v in (text_of(e.row, series, t), e.label) if v), e.value, e.low, e.high, "", e.state, e.row)
            for e in found]  # fmt: skip
    alts = [finding(alt, said, t, unit, digits),
            *(t.say("Not comparable before {step}: {reason}.", step=step, reason=why.rstrip(".")) for step, why in cuts)]  # fmt: skip
    return Picture(" ".join(alts), lambda size: _Drawing(Canvas(size), steps, listed, cuts, t, unit, digits).made())


def _series(found: list[Entry], steps: list[str], t: Tongue, series: str | None, color_by: str | None) -> list[Series]:
    by_name: dict[str, dict[str, Entry]] = {}
    for e in found:
        by_name.setdefault(text_of(e.row, series, t), {})[e.label] = e
    p, made = palette(), []
    for i, (name, cells) in enumerate(by_name.items()):
        first = next(iter(cells.values())).row
        ink = p.ink(str(first.get(color_by) or "")) if color_by else p.at(i)
        made.append(Series(name, ink, [cells.get(step) for step in steps]))
    return made


@dataclass
class _Drawing:
    """The lines in one width."""

    c: Canvas
    steps: list[str]
    listed: list[Series]
    cuts: list[tuple[str, str]]
    t: Tongue
    unit: str | None
    digits: int | None

    def made(self) -> Canvas:
        c = self.c
        named = len(self.listed) > 1
        top = key(c, [(s.name, s.ink) for s in self.listed]) + 8 if named and c.narrow else 8.0
        top += c.size
        self.up = self._up(top)
        self.left = max(width(written(m, self.unit, self.t, self._digits()), c.size - 1) for m in self._ticks()) + 8
        room = 0.0 if c.narrow or not named else min(max(width(s.name, c.size) for s in self.listed) + 12, 190)
        self.right = c.width - max(room, 34)
        self._grid()
        self._cuts(top)
        for s in self.listed:
            self._line(s)
        self._points(not named)
        if named and not c.narrow:
            self._names()
        c.height = self._foot()
        return c

    def _up(self, top: float) -> Axis:
        reach = [v for s in self.listed for e in s.entries if e for v in (e.value, e.high) if v is not None]
        most = max(reach, default=1) or 1
        marks = ticks(0, most, 4)
        if marks[-1] < most and len(marks) > 1:  # to the round number above: nothing stands over the last line
            most = marks[-1] + marks[1] - marks[0]
        return Axis(0, most, top + PLOT, top)

    def _ticks(self) -> list[float]:
        return ticks(self.up.low, self.up.high, 4)

    def _digits(self) -> int:
        return tick_digits(self._ticks(), self.unit)

    def at(self, i: int) -> float:
        """The pixel of a step: numbers (years) by their distance, rounds evenly."""
        first, last = self.left + 22, self.right - 6
        if len(self.steps) < 2:
            return (first + last) / 2
        if all(s.isdigit() for s in self.steps):
            numbers = [int(s) for s in self.steps]
            span = max(numbers) - min(numbers) or 1
            return first + (numbers[i] - min(numbers)) / span * (last - first)
        return first + i * (last - first) / (len(self.steps) - 1)

    def _grid(self) -> None:
        role, c = palette().role, self.c
        c.add("rule", [{"x": self.left, "x2": self.right, "y": m, "stroke": role["axis" if m == 0 else "grid"]}
                       for m in self._ticks()], up=self.up, strokeWidth=1)  # fmt: skip
        c.write([{"x": self.left - 6, "y": self.up.at(m), "text": written(m, self.unit, self.t, self._digits()),
                  "fill": role["muted"]} for m in self._ticks()], align="right", small=True)  # fmt: skip

    def _cuts(self, top: float) -> None:
        role = palette().role
        for n, (step, _) in enumerate(self.cuts):
            i = self.steps.index(step)
            x = (self.at(i - 1) + self.at(i)) / 2
            self.c.add("rule", [{"x": x, "y": top - 4, "y2": self.up.first, "stroke": role["break"]}],
                       strokeWidth=1.5, strokeDash=[4, 3])  # fmt: skip
            self.c.write([{"x": x, "y": top - self.c.size * 0.9, "text": _letter(n), "fill": role["break"]}],
                         align="center", bold=True)  # fmt: skip

    def _line(self, s: Series) -> None:
        """Pieces of a line: none goes across a break or a step without a figure."""
        begins = {self.steps.index(step) for step, _ in self.cuts}
        piece, data = 0, []
        for i, e in enumerate(s.entries):
            piece += i in begins
            if e is None or e.value is None:
                piece += 1
                continue
            data.append({"series": s.name, "label": e.label, "x": self.at(i), "value": e.value, "order": i,
                         "line": f"{s.name}/{piece}"})  # fmt: skip
        self.c.add("line", data, up=self.up, fields={"y": "value"}, stroke=s.ink, strokeWidth=2.5, strokeCap="round")

    def _points(self, figures: bool) -> None:
        every = [(s, i, e) for s in self.listed for i, e in enumerate(s.entries) if e]
        shown = [{"series": s.name, "label": e.label, "state": e.state, "x": self.at(i), "value": e.value, "low": e.low,
                  "high": e.high, "fill": s.ink, "stroke": s.ink} for s, i, e in every if e.state == "shown"]  # fmt: skip
        spans = [m for m in shown if m["low"] is not None and m["high"] is not None]
        self.c.add("rule", spans, up=self.up, fields={"y": "low", "y2": "high"}, strokeWidth=3, opacity=0.35)
        self.c.add("point", shown, up=self.up, fields={"y": "value"}, size=55, filled=True, opacity=1)
        if figures:
            for s in self.listed:
                self._figures(s)
        self._gone(sorted({(i, e.state) for _, i, e in every if e.state != "shown"}))

    def _figures(self, s: Series) -> None:
        """The figure of each point, on the side where the line does not pass."""
        said: dict[str, list[dict[str, Any]]] = {"left": [], "center": [], "right": []}
        values = [e.value if e else None for e in s.entries]
        widest = max(
            (width(written(v, self.unit, self.t, self.digits), self.c.size) for v in values if v is not None), default=0
        )
        close = widest + 6 > self._step()  # then only the last and the largest are written
        told = {max((i for i, v in enumerate(values) if v is not None), default=0)}
        told |= {max((i for i, v in enumerate(values) if v is not None), key=lambda i: values[i] or 0, default=0)}
        told = {i for i in told if i == max(told) or (self.at(max(told)) - self.at(i)) > widest + 6}
        for i, e in enumerate(s.entries):
            if e is None or e.value is None or (close and i not in told):
                continue
            before = values[i - 1] if i else None
            after = values[i + 1] if i + 1 < len(values) else None
            climbs = (before is None or before < e.value) and (after is not None and after > e.value)
            falls = (before is not None and before > e.value) and (after is None or after < e.value)
            dips = before is not None and after is not None and before > e.value < after
            below = dips and self.up.at(e.low or e.value) < self.up.first - self.c.size * 2
            side = "right" if climbs and i else "left" if falls and after is not None else "center"
            y = self.up.at(e.low or e.value) + self.c.size if below else self.up.at(e.high or e.value) - self.c.size
            room = self.up.at(e.value) < self.up.first - self.c.size * 2  # over the names of the steps
            if not below and falls and after is None and e.high is None and room:  # the line comes from above
                y = self.up.at(e.value) + self.c.size
            said[side].append({"x": self.at(i) + {"left": 4, "right": -4, "center": 0}[side], "y": y,
                               "text": written(e.value, self.unit, self.t, self.digits), "fill": palette().role["text"]})  # fmt: skip
        for side, texts in said.items():
            self.c.write(texts, align=side, rim=True)

    def _gone(self, some: list[tuple[int, Any]]) -> None:
        role, foot = palette().role, self.up.first
        self.c.add("rect", [{"state": state, "x": self.at(i) - 7, "x2": self.at(i) + 7, "y": foot - 16, "y2": foot - 2,
                             "fill": HATCH if state == "withheld" else role["paper"], "stroke": role["withheld"]}
                            for i, state in some], strokeDash=[3, 2])  # fmt: skip
        said, size, room = [], self.c.size - 1, self._step() - 6
        for i, state in some:
            lines = wrap(unshown(state, self.t), max(room, 40), size)
            half = max(width(line, size) for line in lines) / 2
            if half * 2 <= room + 1:  # where steps are close the mark stands alone, and the words are in the alt text
                x = min(max(self.at(i), half), self.c.width - half)
                said += [{"x": x, "y": foot - 26 - (len(lines) - 1 - n) * size * 1.2, "text": line, "fill": role["muted"]}
                         for n, line in enumerate(lines)]  # fmt: skip
        self.c.write(said, align="center", small=True)

    def _step(self) -> float:
        """Pixels between the two closest steps."""
        every = sorted(self.at(i) for i in range(len(self.steps)))
        return min((b - a for a, b in pairwise(every)), default=self.right - self.left)

    def _names(self) -> None:
        """The name of each line at its end, pushed apart where they would overlap."""
        size, last = self.c.size, []
        for s in self.listed:
            ends = [(i, e) for i, e in enumerate(s.entries) if e and e.value is not None]
            if ends:
                value = ends[-1][1].value
                last.append((self.up.at(value or 0), s, written(value, self.unit, self.t, self.digits)))
        blocks = []
        for at, s, figure in sorted(last, key=lambda item: (item[0], item[1].name)):
            words = [*wrap(s.name, self.c.width - self.right - 8, size, most=2), figure]
            blocks.append((at - (len(words) - 1) * size * 0.6, len(words) * size * 1.2 + 3, words, s.ink))
        told = []
        for y, (_, _, words, ink) in zip(_apart([b[:2] for b in blocks], self.up.first), blocks, strict=True):
            told += [
                {"x": self.right + 6, "y": y + i * size * 1.2, "text": w, "fill": ink} for i, w in enumerate(words)
            ]
        self.c.write(told, bold=True)

    def _foot(self) -> float:
        """The names of the steps, then what each break means."""
        role, c = palette().role, self.c
        room = max((self.right - self.left) / max(len(self.steps), 1) + 8, 34)
        y, deepest = self.up.first + c.size * 1.1, 1
        told = []
        every = max((width(step, c.size - 1) for step in self.steps if len(step) < 7), default=0) + 6
        often = max(1, ceil(every / self._step()))  # short names (years) that stand close: every second, every third
        for i, step in enumerate(self.steps):
            if (len(self.steps) - 1 - i) % often:
                continue
            words = wrap(step, room, c.size - 1, most=3)
            deepest = max(deepest, len(words))
            told += [
                {"x": self.at(i), "y": y + n * c.size * 1.15, "text": w, "fill": role["text"]}
                for n, w in enumerate(words)
            ]
        c.write(told, align="center", small=True)
        y += deepest * c.size * 1.15 + c.size * 0.5
        notes = []
        for n, (_, why) in enumerate(self.cuts):
            for w in wrap(f"{_letter(n)}: {why}", c.width - 4, c.size - 1, most=6):
                notes.append({"x": 0, "y": y, "text": w, "fill": role["break"]})
                y += c.size * 1.25
        c.write(notes, small=True)
        return y


def _apart(blocks: list[tuple[float, float]], foot: float) -> list[float]:
    """The tops of blocks (wanted top, height), pushed down where they would overlap, then up from the foot."""
    tops: list[float] = []
    for i, (wanted, _) in enumerate(blocks):
        tops.append(max(wanted, tops[-1] + blocks[i - 1][1]) if tops else wanted)
    limit = foot
    for i in range(len(tops) - 1, -1, -1):
        tops[i] = min(tops[i], limit - blocks[i][1] + 8)
        limit = tops[i] - 8
    return tops


def _letter(n: int) -> str:
    return "ABCDEFGH"[n % 8]
