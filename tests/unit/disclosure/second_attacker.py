"""A second attacker, for the tests only: it shares no code with `warehouse/disclosure` and uses no linear programme.

Facts are read from small marts written by hand; hidden cells are solved in exact fractions: equations by elimination, what is left
by taking away one unknown after the other (Fourier and Motzkin).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

Row = tuple[dict[str, Fraction], Fraction]  # Σ factor · cell + constant


@dataclass
class Reader:
    """What somebody who only reads knows: figures that are shown, sums that must add up, intervals from rounded shares."""

    shown: dict[str, Fraction] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    equal: list[Row] = field(default_factory=list)  # = 0
    least: list[Row] = field(default_factory=list)  # ≥ 0

    def cell(self, name: str, value: int | None) -> None:
        """A cell of a mart: a figure, or hidden (None). Shown anywhere, also in an older release, it is known."""
        if value is not None:
            self.shown[name] = Fraction(value)
        elif name not in self.unknown:
            self.unknown.add(name)
            self.least.append(({name: Fraction(1)}, Fraction(0)))

    def total(self, whole: str, parts: list[str]) -> None:
        """A total beside its parts."""
        self.equal.append(({whole: Fraction(-1)} | {p: Fraction(1) for p in parts}, Fraction(0)))

    def percent(self, part: str, base: str, percent: str) -> None:
        """`part` is `percent` of `base`, rounded half up to as many digits as are printed."""
        printed = Fraction(percent) / 100
        half = Fraction(1, 2) / 10 ** len(percent.partition(".")[2]) / 100
        self.least.append(({part: Fraction(1), base: -(printed - half)}, Fraction(0)))
        self.least.append(({part: Fraction(-1), base: printed + half}, Fraction(0)))

    def change(self, name: str, before: str, after: str, difference: int) -> None:
        """A published change between two cells."""
        del name
        self.equal.append(({after: Fraction(1), before: Fraction(-1)}, Fraction(-difference)))

    def interval(self, name: str) -> tuple[Fraction, Fraction | None]:
        """Smallest and largest value of a cell; None where it has no largest."""
        equal, least = [self._put_in(r) for r in self.equal], [self._put_in(r) for r in self.least]
        free = ({name: Fraction(-1), "?": Fraction(1)}, Fraction(0))
        equal = [*equal, self._put_in(free)]
        for row in _eliminated(equal):
            pivot = next(k for k in sorted(row[0]) if k != "?") if set(row[0]) - {"?"} else None
            if pivot is None:
                if row[0]:
                    return (-row[1] / row[0]["?"],) * 2
                assert row[1] == 0, "the marts contradict each other"
                continue
            least = [_without(r, row, pivot) for r in least]
        for unknown in sorted({k for r in least for k in r[0]} - {"?"}):
            least = _taken_away(least, unknown)
        lows = [-c / f["?"] for f, c in least if f.get("?", 0) > 0]
        highs = [-c / f["?"] for f, c in least if f.get("?", 0) < 0]
        return max(lows), min(highs) if highs else None

    def _put_in(self, row: Row) -> Row:
        factors, constant = row
        constant += sum((f * self.shown[k] for k, f in factors.items() if k in self.shown), Fraction(0))
        return {k: f for k, f in factors.items() if k not in self.shown}, constant


def _eliminated(rows: list[Row]) -> list[Row]:
    """The equations in steps: no pivot of one stands in a later one. "?" is a pivot only where nothing else is left."""
    done: list[Row] = []
    for row in rows:
        for before in done:
            pivot = next((k for k in sorted(before[0]) if k != "?"), "?")
            row = _without(row, before, pivot)
        if not row[0]:
            assert row[1] == 0, "the marts contradict each other"
            continue
        pivot = next((k for k in sorted(row[0]) if k != "?"), "?")
        done = [_without(before, row, pivot) for before in done] + [row]
    return done


def _without(row: Row, pivot_row: Row, pivot: str) -> Row:
    if not row[0].get(pivot):
        return row
    times = row[0][pivot] / pivot_row[0][pivot]
    keys = set(row[0]) | set(pivot_row[0])
    factors = {k: row[0].get(k, Fraction(0)) - times * pivot_row[0].get(k, Fraction(0)) for k in keys}
    return {k: f for k, f in factors.items() if f}, row[1] - times * pivot_row[1]


def _taken_away(rows: list[Row], unknown: str) -> list[Row]:
    up = [r for r in rows if r[0].get(unknown, 0) > 0]
    down = [r for r in rows if r[0].get(unknown, 0) < 0]
    kept = {_key(r): r for r in rows if not r[0].get(unknown)}
    for a in up:
        for b in down:
            row = _without(a, b, unknown)
            kept[_key(row)] = row
    best: dict[object, Row] = {}
    for row in kept.values():  # of parallel facts the tightest
        direction, size = _direction(row)
        if not direction:
            assert row[1] >= 0, "the marts contradict each other"
            continue
        if direction not in best or row[1] / size < best[direction][1] / _direction(best[direction])[1]:
            best[direction] = row
    return list(best.values())


def _key(row: Row) -> object:
    direction, size = _direction(row)
    return direction, row[1] / size if size else row[1]


def _direction(row: Row) -> tuple[tuple[tuple[str, Fraction], ...], Fraction]:
    """Its factors with the first one made 1 or -1, and what they were divided by."""
    if not row[0]:
        return (), Fraction(0)
    first = abs(row[0][min(row[0])])
    return tuple(sorted((k, f / first) for k, f in row[0].items())), first
