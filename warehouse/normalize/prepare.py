"""Preparing a text frame: columns of one field become one, and count columns get their numbers beside their texts.

`n<index>` is the count of `c<index>` (null where it is none, or negative), `m<index>` tells whether the cell is missing.
Numbers are read once, over the whole column, for all steps that follow. Judging rows does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.model import Codebook, Column, Measure
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.numbers import Style, all_whole_numbers
from warehouse.normalize.values import missing_masks


def prepare(match: SheetMatch, book: Codebook, findings: Findings) -> TextFrame:
    """The frame of a matched sheet, ready to be judged."""
    frame = _merged(text_frame(match), findings)
    names = {f"c{c.index}": c.column for c in counted(frame)}
    texts, styles = [frame.data[n] for n in names], [frame.style(n) for n in names]
    numbers = _numbers(texts, [words(book, column) for column in names.values()], styles)
    return replace(frame, data=frame.data.with_columns(numbers))


def narrow(
    match: SheetMatch, book: Codebook, fields: set[str], numbers_of: Callable[[TextFrame], list[MappedColumn]]
) -> TextFrame:
    """A frame of all rows of a large sheet with few columns: the texts of `fields`, and the numbers alone of others.

    Rows without any content are in it only where nothing of them is asked for.
    """
    merged = {c.index: m for m in match.merged for c in m[:1]}
    own = [c for c in match.columns if c.column.field in fields and c.column.column_class != "identifier"]
    names = {f"c{m.index}" for c in own for m in merged.get(c.index, [c])}
    frame = _merged(text_frame(match, names), Findings("", ""))
    for column in numbers_of(frame):
        alone = _merged(
            text_frame(match, {f"c{m.index}" for m in merged.get(column.index, [column])}), Findings("", "")
        )
        name = frame.name(column)
        style = frame.match.piece.habits.style(column.index) if frame.match.piece else None
        frame = replace(
            frame, data=frame.data.with_columns(_numbers([alone.data[name]], [words(book, column.column)], [style]))
        )
    return frame


def blanked(frame: TextFrame, book: Codebook, names: list[str]) -> TextFrame:
    """The frame with words for missing as blank cells in some columns: "n/a" is no place."""
    columns = {f"c{c.index}": c.column for c in frame.match.columns if f"c{c.index}" in names}
    found = missing_masks([frame.data[n] for n in columns], [words(book, column) for column in columns.values()])
    masks = dict(zip(columns, found, strict=True))
    return replace(
        frame, data=frame.data.with_columns([frame.data[n].set(mask, "") for n, mask in masks.items() if mask.any()])
    )


def words(book: Codebook, column: Column) -> list[str]:
    """The words for missing in a column."""
    return [*book.missing, *column.missing]


def measured(column: MappedColumn) -> Measure | None:
    """The measure of a column with the groups of its pattern filled in."""
    measure = column.column.measure
    if measure is None or not column.groups:
        return measure
    filled = {k: v.format(**column.groups) if isinstance(v, str) else v for k, v in measure.model_dump().items()}
    return Measure.model_validate(filled)


def counted(frame: TextFrame) -> list[MappedColumn]:
    """Columns whose cells are counts: with a measure of people or households, or the value column of a long sheet."""
    value = frame.match.sheet.measure.value_field if frame.match.sheet.measure else None
    return [
        c
        for c in frame.match.columns
        if c.column.column_class != "identifier"
        and ((c.column.measure and c.column.measure.unit != "share") or (value and c.column.field == value))
    ]


def total_columns(frame: TextFrame) -> list[MappedColumn]:
    """The columns that carry a category's total, and in long form the value: a row whose total can't be read is not used."""
    measure = frame.match.sheet.measure
    if measure:
        return [c for c in counted(frame) if c.column.field == measure.value_field]
    return [c for c in counted(frame) if c.column.measure and c.column.measure.dimension == "total" and not c.member]


def _numbers(texts: list[pl.Series], sentinels: list[list[str]], styles: list[Style | None]) -> list[pl.Series]:
    """`n<index>` and `m<index>` of each column of texts."""
    indexes = [column.name[1:] for column in texts]
    counts, missing = all_whole_numbers(texts, styles), missing_masks(texts, sentinels)
    frame = pl.DataFrame([
        column for i, n, m in zip(indexes, counts, missing, strict=True) for column in (n.alias(f"n{i}"), m.alias(f"m{i}"))
    ])  # fmt: skip
    kept = [pl.when(~((pl.col(f"n{i}") < 0) | pl.col(f"m{i}"))).then(pl.col(f"n{i}")) for i in indexes]
    return frame.with_columns(kept).get_columns()


def _merged(frame: TextFrame, findings: Findings) -> TextFrame:
    """Columns of older and newer forms as one: no row fills two of them."""
    data, gone = frame.data, set()
    for columns in frame.match.merged:
        first, *rest = [f"c{c.index}" for c in columns if f"c{c.index}" in data.columns] or [""]
        for name in rest if first else []:
            data = data.with_columns(
                pl.when(pl.col(first).str.strip_chars() == "").then(name).otherwise(first).alias(first)
            )
        gone |= {c.index for c in columns[1:]}
        if columns[0].column.field != "form_version" and not frame.match.shift:
            findings.add(
                "merged_columns", "note", f"{len(columns)} columns carry {columns[0].column.field}, never in one row: read as one",
                expected="one column", todo="nothing, if the form was changed during the round", sheet=frame.match.raw.name,
                row_number=frame.match.header_index + 1, column_label=columns[0].label.strip(), rows=len(columns),
            )  # fmt: skip
    match = replace(frame.match, columns=[c for c in frame.match.columns if c.index not in gone])
    return replace(frame, match=match, data=data)
