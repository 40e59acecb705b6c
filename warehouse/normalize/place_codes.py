"""Codes of places that nobody can look up: those of other systems beside names, and those that only the delivery knows.

Telling of codes (`more_codes` of a level) that stand at two places, and of codes built unlike all others, belongs here; finding
places does not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

import polars as pl

from warehouse.codebooks.model import Codebook
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.names import plain, skeleton
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.values import missing_mask

ENOUGH = 30  # codes, before a rare way of building one says anything
SELDOM = 2  # rows: of a kind of code that is meant there are more


def note_more_codes(frame: TextFrame, book: Codebook, places: RowPlaces, findings: Findings) -> None:
    """A finding for each code that stands at several places: the rows of those where it stands seldom."""
    for level, field in ((x.level, f) for x in book.places.levels for f in x.more_codes):
        name = frame.of(field)
        rows = sorted(n for code in _spots(frame, book, places, level, field).values() for n in _seldom(code))
        if name and rows:
            findings.add(
                "place_code_differs", "review", "a place's code stands in most rows beside the name of another place",
                expected="a code and a name of one place", todo="correct the code or the name and deliver again; names decide here",
                sheet=frame.match.raw.name, row_number=rows[0], column_label=frame.label(name), rows=len(rows),
            )  # fmt: skip


def _spots(
    frame: TextFrame, book: Codebook, places: RowPlaces, level: int, field: str
) -> dict[str, dict[tuple[str, str], list[int]]]:
    """Folded code to place (parent and name) to row numbers."""
    found: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    name, column = frame.of(field), frame.match.find(field)
    if name is None or column is None:
        return found
    coded = frame.data.select("row_number", name)
    coded = coded.filter(~missing_mask(coded[name], [*book.missing, *column.column.missing]))
    rows = coded.join(places.rows.select("row_number", "combination"), on="row_number", maintain_order="left")
    stand = places.found.at(level).gather(rows["combination"]).alias("place")
    rows = rows.with_columns(stand).drop_nulls("place").group_by(name, "place", maintain_order=True).agg("row_number")
    named = places.found.places[rows["place"]].select(pl.col("parent").fill_null(""), "name_en")
    for (text, _, numbers), (parent, shown) in zip(rows.iter_rows(), named.iter_rows(), strict=True):
        found[fold_code(text)][parent, skeleton(plain(shown))] += numbers
    return found


def _seldom(places: dict[tuple[str, str], list[int]]) -> list[int]:
    return [n for rows in sorted(places.values(), key=len)[:-1] for n in rows]


def note_odd_codes(frame: TextFrame, book: Codebook, places: RowPlaces, findings: Findings) -> None:
    """A finding for codes that only the delivery knows and that are built like no other of their column."""
    for level in (x for x in book.places.levels if x.code_field):
        name, column = frame.of(level.code_field or ""), frame.match.find(level.code_field or "")
        if name is None or column is None:
            continue
        known = places.found.places.select((pl.col("level") == level.level) & pl.col("in_gazetteer")).to_series()
        coded = frame.data.select("row_number", name)
        if known.any():
            listed = places.found.combinations(known)
            own = places.rows.filter(~pl.col("combination").is_in(listed.implode())).select("row_number")
            coded = coded.join(own, on="row_number", how="semi", maintain_order="left")
        odd = _odd(coded.filter(~missing_mask(coded[name], [*book.missing, *column.column.missing])))
        if odd:
            findings.add(
                "odd_place_code", "review", "a place code is built unlike all others of its column, or holds letters that look alike",
                expected="codes of one kind", todo="correct the code and deliver again: its place may be counted apart",
                sheet=frame.match.raw.name, row_number=odd[0], column_label=frame.label(name), rows=len(odd),
            )  # fmt: skip


def _odd(coded: pl.DataFrame) -> list[int]:
    """Numbers of rows whose code is built like hardly another one. `coded`: row_number and code."""
    shapes = [_shape(code) for code in coded.to_series(1).to_list()]
    like = Counter(shapes)
    odd = [n for n, shape in zip(coded["row_number"].to_list(), shapes, strict=True) if like[shape] <= SELDOM]
    return odd if len(shapes) >= ENOUGH and len(odd) <= SELDOM else []


@lru_cache(maxsize=50_000)
def _shape(code: str) -> str:
    """How a code is built: its runs of digits, of Latin letters and of other signs."""
    digits = re.sub(r"[0-9]+", "9", code.strip())
    return re.sub(r"[^\x00-\x7f]+", "?", re.sub(r"[A-Za-z]+", "A", digits))
