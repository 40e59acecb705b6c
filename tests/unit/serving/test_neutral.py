"""Formulas in exports: what a spreadsheet would run is marked, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.serving.neutral import neutral, plain

DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd|x!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a", " =1",
             "\u00a0=1", "\ufeff=1", "\u200b@x", "'=1", "''=1", "-a", "\tx"]  # fmt: skip
HARMLESS = [
    "",
    "a",
    "1",
    "-5",
    "+3",
    "-1.5",
    "-2,5",
    "-",
    "--",
    "'Ain",
    "a=b",
    "12-05-2024",
    "x@y",
    "'",
    None,
    5,
    -5,
    1.5,
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_is_marked(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert plain(neutral(text)) == text


@pytest.mark.parametrize("cell", HARMLESS)
def test_the_rest_is_left_alone(cell: object) -> None:
    assert neutral(cell) == cell
    if isinstance(cell, str):
        assert plain(cell) == cell


@settings(max_examples=300)
@given(st.text(alphabet="'=+-@＝ \t\r\n\u200b\u00a0a1.,", max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert plain(neutral(text)) == text
    shown = neutral(text)
    assert not shown.lstrip(" \t\r\n\u00a0\u200b").startswith(("=", "@", "＝"))
