"""Rows of totals among the rows of data: which ones there are, and whether they are the sum of the rows they stand for.

Recognising and adding up belong here; setting the rows aside does not (`furniture.py`).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from warehouse.codebooks.folding import fold
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import counted
from warehouse.normalize.words import begins_total, is_total_word

MOST_BLANK = 500  # rows without a place that are looked at one by one


def judge_totals(frame: TextFrame, places: list[str], keys: list[str]) -> dict[int, str]:
    """Row number to `total_row` or `total_row_differs`. `places`, `keys`: columns that say what a row stands for."""
    columns = [c.index for c in counted(frame)]
    rows = _total_rows(frame, places, columns)
    if rows.is_empty():
        return {}
    base = frame.data.filter(~pl.col("row_number").is_in(rows["row_number"].to_list()))
    numbers = rows["row_number"].to_list()
    return {
        row["row_number"]: "total_row"
        if _adds_up(row, base, numbers, columns, [*places, *keys])
        else "total_row_differs"
        for row in rows.iter_rows(named=True)
    }


def may_have_totals(frame: TextFrame, places: list[str]) -> bool:
    """Whether any row looks like a row of totals."""
    return not _total_rows(frame, places, [c.index for c in counted(frame)]).is_empty()


def _total_rows(frame: TextFrame, places: list[str], columns: list[int]) -> pl.DataFrame:
    """Rows with a count whose place is a word for totals, or that name no place and have such a word elsewhere."""
    if not columns or not places:
        return frame.data.clear()
    named = pl.any_horizontal(
        pl.col(name).is_in([t for t in frame.data[name].unique().to_list() if t and begins_total(t)]) for name in places
    )
    filled = pl.any_horizontal(~pl.col(f"m{i}") for i in columns)
    nowhere = pl.all_horizontal(pl.col(name).str.strip_chars() == "" for name in places)
    rows = frame.data.filter(filled & (named | nowhere)).with_columns(named.alias("named"))
    blank = rows.filter(~pl.col("named"))["row_number"].to_list()
    loose = [
        n for i, n in enumerate(blank)
        if i >= MOST_BLANK or not any(is_total_word(text) for text in frame.match.raw.texts(n - 1 - frame.match.shift) if text)
    ]  # fmt: skip
    return rows.filter(~pl.col("row_number").is_in(loose))


def _adds_up(row: dict[str, Any], base: pl.DataFrame, numbers: list[int], columns: list[int], keys: list[str]) -> bool:
    """Whether every count of the row is the sum of one set of rows that it can stand for."""
    filled = [i for i in columns if not row[f"m{i}"]]
    wanted = [row[f"n{i}"] for i in filled]
    if None in wanted:
        return False
    sums = [pl.col(f"n{i}").sum() for i in filled]
    sets = (base.filter(mask) for mask in _sets(row, base, numbers, keys))
    return any(list(part.select(sums).row(0)) == wanted for part in sets if part.height)


def _sets(row: dict[str, Any], base: pl.DataFrame, numbers: list[int], keys: list[str]) -> list[pl.Expr]:
    """The rows that a row of totals can stand for: its group, those since the last totals, all above, all below, all."""
    n, at = row["row_number"], pl.col("row_number")
    before = max((x for x in numbers if x < n), default=0)
    after = min((x for x in numbers if x > n), default=10**9)
    sets = [at.is_between(before, n, closed="none"), at < n, at.is_between(n, after, closed="none"), pl.lit(value=True)]
    same = [pl.col(k) == row[k] for k in keys if row[k].strip() and not begins_total(row[k])]
    if same:
        sets.insert(0, pl.all_horizontal(same))
    return sets + [_of_name(base, keys, row[k]) for k in keys if begins_total(row[k]) and not is_total_word(row[k])]


def _of_name(base: pl.DataFrame, keys: list[str], text: str) -> pl.Expr:
    """Rows of the place that a text such as "Total North" names."""
    folded = fold(text)
    hits = {k: [t for t in base[k].unique().to_list() if t and folded.endswith(" " + fold(t))] for k in keys}
    return pl.any_horizontal(pl.col(k).is_in(found) for k, found in hits.items())
