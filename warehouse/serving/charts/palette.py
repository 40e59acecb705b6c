"""The colours of `look/palette.yml`, read once: by population category, sex, position, role and class of a map.

Reading them and choosing readable ink for a filled area belongs here; which colours there are stands in the file.
"""

from __future__ import annotations

from functools import cache
from math import floor
from pathlib import Path

from warehouse.operation_files import Strict, read_yaml

FILE = Path(__file__).parents[1] / "look" / "palette.yml"
# Shares of white (above 0) or black (below) in the classes of a map. An ink of more contrast than DEEP is the darkest itself.
DEEP = 8.0
LIGHT = (0.84, 0.62, 0.36, 0.04, -0.32)
DARK = (0.86, 0.68, 0.48, 0.18, -0.2)


class Palette(Strict):
    """The keys of `palette.yml`; colours are `#rrggbb`."""

    font: str
    category: dict[str, str]
    sex: dict[str, str]
    series: list[str]
    role: dict[str, str]
    sequential: list[str]

    def ink(self, name: str) -> str:
        """The colour of a category, a sex or a role; a `#rrggbb` is itself; the first of the series for another name."""
        if name.startswith("#"):
            return name
        return self.category.get(name) or self.sex.get(name) or self.role.get(name) or self.series[0]

    def at(self, position: int) -> str:
        """The colour of a position; after the last one all come again, half way to paper."""
        ink = self.series[position % len(self.series)]
        return ink if position < len(self.series) else paler(ink)

    def ramp(self, name: str) -> list[str]:
        """Five classes of a map in the colour of a category, least to most; without a name, the neutral ones."""
        if not name:
            return self.sequential
        ink = self.ink(name)
        steps = DARK if contrast(ink, "#ffffff") > DEEP else LIGHT
        return [mixed(ink, "#ffffff" if step > 0 else "#000000", abs(step)) for step in steps]

    def on(self, fill: str) -> str:
        """The ink to write with on a filled area: whichever of text and paper has more contrast."""
        return max((self.role["text"], self.role["paper"]), key=lambda ink: contrast(ink, fill))


@cache
def palette() -> Palette:
    """The palette. Raises MtmError where the file is wrong."""
    return read_yaml(FILE, Palette)


def paler(ink: str) -> str:
    """A colour half way to white."""
    return mixed(ink, "#ffffff", 0.5)


def softer(ink: str) -> str:
    """A colour on which a dark line is seen, and which still stands out from paper."""
    return mixed(ink, "#ffffff", 0.35)


def mixed(ink: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it."""
    parts = [(int(ink[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{floor(a + (b - a) * share + 0.5):02x}" for a, b in parts)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
