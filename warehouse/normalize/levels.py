"""Rows of two admin levels on one sheet: a region's own total among the rows of its districts would count people twice.

Telling such rows from rows of places belongs here. A row without a finer place that is the sum of two and more rows below
its place is a row of totals; one that is not is told, and a person decides.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.model import Codebook
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import counted


def level_totals(frame: TextFrame, book: Codebook, keys: list[str], findings: Findings) -> dict[int, str]:
    """Row number to `total_row` of rows that are the sum of the rows of finer places."""
    columns = [c.index for c in counted(frame)]
    found: dict[int, str] = {}
    for coarse, own, fine in _steps(frame, book) if columns else []:
        found |= _of_level(frame, [*coarse, *keys], own, fine, columns, findings)
    return found


def may_have_levels(frame: TextFrame, book: Codebook) -> bool:
    """Whether any row names a place and none inside it, though the sheet has columns of these."""
    steps = _steps(frame, book) if counted(frame) else []
    return any(frame.data.select(_without_finer(own, fine).any()).item() for _, own, fine in steps)


def _steps(frame: TextFrame, book: Codebook) -> list[tuple[list[str], list[str], list[str]]]:
    """From the finest level up: the columns of coarser places, of the next coarser one, and of finer ones."""
    levels = [[n for f in (x.name_field, x.code_field) if f and (n := frame.of(f))] for x in book.places.levels]
    found = []
    for i in range(len(levels) - 1, 0, -1):
        coarse, fine = [n for level in levels[:i] for n in level], [n for level in levels[i:] for n in level]
        if coarse and fine and levels[i - 1]:
            found.append((coarse, levels[i - 1], fine))
    return found


def _without_finer(own: list[str], fine: list[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(n).str.strip_chars() == "" for n in fine) & pl.any_horizontal(
        pl.col(n).str.strip_chars() != "" for n in own
    )


def _of_level(
    frame: TextFrame, group: list[str], own: list[str], fine: list[str], columns: list[int], findings: Findings
) -> dict[int, str]:
    bare = pl.all_horizontal(pl.col(n).str.strip_chars() == "" for n in fine)
    rows = frame.data.filter(_without_finer(own, fine))
    if rows.is_empty() or rows.height == frame.data.height:
        return {}
    sums = [pl.col(f"n{i}").sum().alias(f"s{i}") for i in columns]
    below = frame.data.filter(~bare).group_by(group).agg(*sums, pl.len().alias("below"))
    pairs = rows.join(below, on=group, how="inner", maintain_order="left")
    equal = pl.all_horizontal(pl.col(f"m{i}") | (pl.col(f"n{i}") == pl.col(f"s{i}")).fill_null(False) for i in columns)
    some = pl.any_horizontal((pl.col(f"n{i}") > 0).fill_null(False) for i in columns)
    totals = pairs.filter(equal & some & (pl.col("below") > 1))["row_number"].to_list()
    others = pairs.filter(some & ~pl.col("row_number").is_in(totals))["row_number"].to_list()
    if others:
        findings.add(
            "mixed_levels", "review", "rows without a finer place stand among rows of places inside theirs",
            expected="rows of one level, or totals that are the sum of their rows", rows=len(others), row_number=others[0],
            todo="make sure that these people are not counted in the finer rows too", sheet=frame.match.raw.name,
        )  # fmt: skip
    return dict.fromkeys(totals, "total_row")
