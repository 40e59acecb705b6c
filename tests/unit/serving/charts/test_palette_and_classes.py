"""Colours can be read and told apart, also with colour blindness; classes of a map hold their figures."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.serving.charts.classes import classes
from warehouse.serving.charts.lettering import width, wrap
from warehouse.serving.charts.palette import contrast, palette

PALE = {"grid", "paper", "hatch_paper", "axis", "missing"}  # areas and lines, never ink of a text
# How an eye without one kind of cones sees linear red, green, blue (Machado and others 2009, severity 1).
BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b*, D65."""
    r, g, b = (min(max(v, 0.0), 1.0) for v in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, kind: str) -> float:
    seen = [
        lab([sum(m * v for m, v in zip(line, linear(c), strict=True)) for line in BLIND[kind]]) for c in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_every_ink_can_be_read_on_paper() -> None:
    p = palette()
    inks = [*p.category.values(), *p.sex.values(), *p.series, *(c for name, c in p.role.items() if name not in PALE)]
    assert all(contrast(ink, p.role["paper"]) >= 4.5 for ink in inks)
    assert all(contrast(p.on(fill), fill) >= 4.5 for fill in [*p.sequential, *p.series])


@pytest.mark.parametrize("kind", BLIND)
def test_colours_that_stand_together_are_told_apart(kind: str) -> None:
    p = palette()
    together = [
        p.series[:5],
        list(p.sex.values()),
        [p.category[c] for c in ("returned", "emigrant", "international", "internal")],
    ]
    for inks in together:
        assert min(apart(a, b, kind) for a, b in combinations(inks, 2)) > 10
    for ramp in (p.sequential, *(p.ramp(category) for category in p.category)):
        assert min(apart(a, b, kind) for a, b in pairwise(ramp)) > 10


def test_classes_of_a_category_have_its_colour_from_pale_to_dark() -> None:
    p = palette()
    for category in p.category:
        ramp = p.ramp(category)
        against_paper = [contrast(ink, p.role["paper"]) for ink in ramp]
        assert against_paper == sorted(against_paper), "the more, the darker"
        assert all(contrast(p.on(fill), fill) >= 4.5 for fill in ramp), "figures can be read on them"


@given(
    st.lists(st.one_of(st.integers(0, 200_000), st.floats(0, 1).map(lambda v: round(v, 6))), min_size=1, max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_each_figure_lies_in_its_class(values: list[float]) -> None:
    made = classes([float(v) for v in values])
    assert made.breaks == sorted(made.breaks) and 1 <= len(made.inks) <= 5
    assert (made.breaks[0] <= min(values) and max(values) <= made.breaks[-1]) or len(made.inks) == 1
    order = [made.inks.index(made.ink(float(v))) for v in sorted(values)]
    assert order == sorted(order)
    assert all(made.ink(float(v)) == made.ink(float(values[0])) for v in values if v == values[0])


@given(st.text(alphabet="абвгд ңөү-Wi", min_size=1, max_size=80), st.floats(40, 300))
@settings(max_examples=60, deadline=None)
def test_lines_fit_and_lose_nothing(text: str, room: float) -> None:
    lines = wrap(text, room, 13, most=99)
    assert all(width(line, 13) <= room for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace("-", "").replace(" ", "")
