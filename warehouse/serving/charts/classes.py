"""Classes of a map: where the breaks lie, which colour each figure has, and the key that tells it.

Only the sorting of figures into at most five classes belongs here; both maps share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

from warehouse.serving.charts.lettering import written
from warehouse.serving.charts.palette import palette

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

MANY = 60  # from so many figures on the exact split costs more than it gives
TINY = 1e-9  # no figure is smaller, but for nought
MOST = 5  # more colours than that are not told apart


@dataclass(frozen=True)
class Classes:
    """Class i holds the figures from `breaks[i]` up to, and without, `breaks[i + 1]`; the last one holds its end too."""

    breaks: list[float]
    inks: list[str]

    def ink(self, value: float) -> str:
        """The colour of a figure."""
        inside = sum(1 for b in self.breaks[1:-1] if value >= b)
        return self.inks[inside]

    def told(self, t: Tongue, unit: str | None, digits: int | None = None) -> list[str]:
        """The breaks as they are written between the colours, least first."""
        return [written(b, unit, t, digits) for b in self.breaks]


def classes(values: list[float], color: str = "") -> Classes:
    """Breaks at round numbers in the gaps where figures lie apart: as many classes as they carry, five at most.

    Equal figures are one class. `color` is a population category whose colour the classes have.
    """
    ramp, ordered = palette().ramp(color), sorted(values)
    if not ordered or ordered[0] == ordered[-1]:
        return Classes([ordered[0], ordered[0]] if ordered else [], [ramp[2]])
    inner = [_rounded(ordered, at) for at in _natural(ordered, min(MOST, max(2, len(set(ordered)) // 2)))]
    low, high = _down(ordered[0]), _up(ordered[-1])
    breaks = [low, *sorted({b for b in inner if low < b < high}), high]
    return Classes(breaks, _spread(ramp, len(breaks) - 1))


def _natural(ordered: list[float], wanted: int) -> list[int]:
    """Where classes start, so that the figures of each lie closest to their mean (Fisher's exact split).

    Of many figures each class has equally many.
    """
    n = len(ordered)
    if n > MANY:
        return sorted({at for i in range(1, wanted) if ordered[(at := i * n // wanted) - 1] < ordered[at]})
    best: list[dict[int, tuple[float, list[int]]]] = [{i: (_spread_of(ordered[: i + 1]), []) for i in range(n)}]
    for _ in range(wanted - 1):
        before, made = best[-1], {}
        for i in range(n):
            options = [(before[j - 1][0] + _spread_of(ordered[j : i + 1]), [*before[j - 1][1], j])
                       for j in range(1, i + 1) if j - 1 in before and ordered[j - 1] < ordered[j]]  # fmt: skip
            if options:
                made[i] = min(options)
        best.append(made)
    return next((found[n - 1][1] for found in reversed(best) if n - 1 in found), [])


def _spread_of(part: list[float]) -> float:
    mean = sum(part) / len(part)
    return sum((value - mean) ** 2 for value in part)


def _spread(ramp: list[str], n: int) -> list[str]:
    return [ramp[round(i * (len(ramp) - 1) / max(n - 1, 1))] for i in range(n)]


def _rounded(ordered: list[float], at: int) -> float:
    """The roundest number above the figure before and not above the figure at a place: no figure changes its class."""
    before, after = ordered[at - 1], ordered[at]
    at_end = after == _up(ordered[-1])  # a break there would leave the highest class without any width
    step = _step(after)
    for _ in range(8):
        for part in (5, 2, 1):
            candidate = floor(after / (step * part) + 1e-9) * step * part
            if before < candidate <= after and not (at_end and candidate == after):
                return round(candidate, 10)
        step /= 10
    return after


def _down(value: float) -> float:
    step = _step(value)
    return round(floor(value / step + 1e-9) * step, 10)


def _up(value: float) -> float:
    step = _step(value)
    return round(-floor(-value / step + 1e-9) * step, 10)


def _step(value: float) -> float:
    return 10.0 ** floor(log10(abs(value))) if abs(value) > TINY else 1.0
