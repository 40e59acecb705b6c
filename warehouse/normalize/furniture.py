"""Rows that are not data: headers that stand again, totals, notes below the table, a second table on the sheet.

Finding them belongs here. They are set aside before rows are judged, each with its reason, and counted like every row.
A row of totals is left out only where every total in it is the sum of rows that it can stand for; else the round waits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from warehouse.codebooks.labels import folded_label
from warehouse.codebooks.model import Codebook
from warehouse.codebooks.parts import KEPT, has_parts, parts, tag_row
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.levels import level_totals, may_have_levels
from warehouse.normalize.prepare import counted, total_columns
from warehouse.normalize.rows import VERDICT
from warehouse.normalize.totals import judge_totals, may_have_totals
from warehouse.normalize.words import is_note

MOST_NOTES, MOST_SUSPECTS = 20, 5_000
LONG_TEXT = 40  # characters: the name of a place is shorter
NO_PEOPLE = (
    "repeated_header",
    "total_row",
    "total_row_differs",
    "note_row",
    "hxl_row",
    "other_part",
)  # rows that hold no people of their own


def furniture(frame: TextFrame, book: Codebook, findings: Findings, number: int | None = None) -> pl.DataFrame:
    """row_number, reason_code, column_label of the rows to set aside."""
    found = own_rows(frame, book, number)
    body = without(frame, list(found))
    found |= judge_totals(body, place_columns(frame, book), key_columns(frame))
    found |= level_totals(without(frame, list(found)), book, key_columns(frame), findings)
    found |= dict.fromkeys(notes(without(frame, list(found))), "note_row")
    rows = [(n, code, "") for n, code in sorted(found.items())]
    return pl.DataFrame(rows, schema=VERDICT, orient="row")


def own_rows(frame: TextFrame, book: Codebook, number: int | None) -> dict[int, str]:
    """Rows that tell by themselves that they are no data of the round: tags, headers, other parts, a second table."""
    found = _tags(frame) | _headers(frame, book)
    found = _other_parts(frame, book, number) | found
    start = min((n for n, code in found.items() if code == "second_table"), default=None)
    if start is not None:
        found |= dict.fromkeys(frame.data.filter(pl.col("row_number") >= start)["row_number"].to_list(), "second_table")
    return found


def of_whole_sheet(frame: TextFrame, book: Codebook) -> bool:
    """Whether a piece of a sheet has rows that may be totals: what they add up is in all of the sheet."""
    return may_have_totals(frame, place_columns(frame, book)) or may_have_levels(frame, book)


def _tags(frame: TextFrame) -> dict[int, str]:
    index = tag_row(frame.match) if not frame.match.shift else None
    return {} if index is None else {index + 1: "hxl_row"}


def _other_parts(frame: TextFrame, book: Codebook, number: int | None) -> dict[int, str]:
    """Rows of other rounds, operations or levels, and those that do not say for certain what they are."""
    if not has_parts(book):
        return {}
    rows = parts(frame.match, book, number)
    first = frame.match.first_row + frame.match.shift + 1
    told = {first + i: code for i, code in enumerate(rows.to_list()) if code != KEPT}
    return {n: told[n] for n in frame.data["row_number"].to_list() if n in told}


def without(frame: TextFrame, numbers: list[int]) -> TextFrame:
    """The frame without some rows."""
    return replace(frame, data=frame.data.filter(~pl.col("row_number").is_in(numbers))) if numbers else frame


def place_columns(frame: TextFrame, book: Codebook) -> list[str]:
    """The frame's columns that name places, from the coarsest level to the finest."""
    fields = [f for level in book.places.levels for f in (level.name_field, level.code_field) if f]
    return [name for f in fields if (name := frame.of(f))]


def key_columns(frame: TextFrame) -> list[str]:
    """In a sheet of long form: the columns that say what a row counts."""
    m = frame.match.sheet.measure
    fields = [m.category_field, m.item_field, m.sex_field, m.age_field] if m else []
    return [name for f in fields if f and (name := frame.of(f))]


def _headers(frame: TextFrame, book: Codebook) -> dict[int, str]:
    """Rows that read like a header: the sheet's own again, or that of another table."""
    own = [
        dict(enumerate(map(folded_label, frame.match.raw.texts(i))))
        for i in range(frame.match.header_index, frame.match.first_row)
    ]
    known = {folded_label(label) for c in frame.match.sheet.columns for label in c.labels}
    known |= {text for row in own for text in row.values() if text}
    texts = [c for c in frame.match.columns if f"c{c.index}" in frame.data.columns]
    found: dict[int, str] = {}
    for row in _suspects(frame, known).head(MOST_SUSPECTS).iter_rows(named=True):
        cells = {c.index: folded_label(t) for c in texts if (t := row[f"c{c.index}"]).strip()}
        again = max(sum(line.get(i) == text for i, text in cells.items()) for line in own)
        if again >= min(2, len(texts)) and again * 2 > len(cells):
            found[row["row_number"]] = "second_table" if row["gap"] else "repeated_header"
            if row["gap"]:  # below blank rows the same header begins another table, perhaps of another round
                break
        elif _other_header(frame, book, row, cells, known):
            found[row["row_number"]] = "second_table"
            break
    return found


def _suspects(frame: TextFrame, known: set[str]) -> pl.DataFrame:
    """Rows worth a closer look: a label of a header in a required column, or a total that is a text."""
    columns = [c for c in frame.match.columns if f"c{c.index}" in frame.data.columns]
    keys = [c for c in columns if c.column.required and not c.column.measure] or columns[:3]
    masks = [pl.lit(value=False)]
    for c in keys:
        hits = [t for t in frame.data[f"c{c.index}"].unique().to_list() if t and folded_label(t) in known]
        masks.append(pl.col(f"c{c.index}").is_in(hits))
    for c in total_columns(frame):
        masks.append(
            ~pl.col(f"m{c.index}") & pl.col(f"n{c.index}").is_null() & ~pl.col(f"c{c.index}").str.contains(r"\d")
        )
    gap = (pl.col("row_number") - pl.col("row_number").shift(1)).fill_null(1) > 1
    return frame.data.with_columns(gap.alias("gap")).filter(pl.any_horizontal(masks))


def _other_header(
    frame: TextFrame, book: Codebook, row: dict[str, Any], cells: dict[int, str], known: set[str]
) -> bool:
    """A header of another layout: half its cells are labels; or words stand where counts belong, below a label or a gap."""
    labels = sum(text in known for text in cells.values())
    if labels >= 2 and labels * 2 >= len(cells):
        return True
    totals = [c for c in total_columns(frame) if not row[f"m{c.index}"]]
    words = bool(totals) and all(row[f"n{c.index}"] is None for c in totals)
    figures = any(any(sign.isdigit() for sign in text) for text in cells.values())
    place = any(folded_label(row[name]) in known for name in place_columns(frame, book) if row[name].strip())
    return words and not figures and len(cells) > 1 and (place or row["gap"])


def notes(frame: TextFrame) -> list[int]:
    """Single cells below the last row of data that read like a note, with no count beside them."""
    found: list[int] = []
    names = [f"m{c.index}" for c in counted(frame)]
    texts = [c for c in frame.data.columns if c.startswith("c")]
    for row in frame.data.tail(MOST_NOTES).reverse().iter_rows(named=True):
        filled = [text for text in frame.match.raw.texts(row["row_number"] - 1 - frame.match.shift) if text.strip()]
        if len(filled) != 1 or not all(row[name] for name in names):
            break
        in_field = any(row[name] == filled[0] for name in texts)
        if is_note(filled[0]) or len(filled[0]) > LONG_TEXT or not in_field:
            found.append(row["row_number"])
    return found
