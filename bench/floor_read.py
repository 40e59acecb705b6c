"""The floor's reading: a delivery's sheets as Polars frames of text, their columns called by the codebook's fields.

Only reading and naming belong here. One pass by calamine, no look at types: what a column is, the codebook says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.codebooks.folding import fold, fold_label, in_rounds, matches_any
from warehouse.codebooks.model import Codebook, Column, Measure, Sheet


@dataclass(frozen=True)
class Read:
    """One sheet: text columns called by field; `measures`: column → what it counts; `flags`: column → (question, option)."""

    sheet: Sheet
    name: str
    frame: pl.DataFrame
    measures: dict[str, Measure]
    flags: dict[str, tuple[str, str]]


def read(path: Path, book: Codebook, number: int) -> list[Read]:
    """The sheets of a delivery (xlsx or csv) that the codebook reads, the main one first."""
    named = _csv(path) if path.suffix == ".csv" else _workbook(path, book)
    found = [_named(frame, name, sheet, book, number) for name, sheet, frame in named]
    return sorted(found, key=lambda r: r.sheet.role != "main")


def _workbook(path: Path, book: Codebook) -> list[tuple[str, Sheet | None, pl.DataFrame]]:
    import fastexcel

    workbook = fastexcel.read_excel(path)
    chosen = [(name, sheet) for name in workbook.sheet_names if (sheet := _sheet(book, name)) is not None]
    return [(name, sheet, workbook.load_sheet(name, dtypes="string").to_polars()) for name, sheet in chosen]


def _csv(path: Path) -> list[tuple[str, Sheet | None, pl.DataFrame]]:
    return [(path.stem, None, pl.read_csv(path, infer_schema=False, glob=False))]


def _sheet(book: Codebook, name: str) -> Sheet | None:
    found = next((s for s in book.sheets if matches_any(name, s.patterns)), None)
    return found if found and found.role in ("main", "repeat") else None


def _named(frame: pl.DataFrame, name: str, sheet: Sheet | None, book: Codebook, number: int) -> Read:
    sheet = sheet or book.main
    columns = [c for c in sheet.columns if in_rounds(c.rounds, number)]
    whole = {fold_label(label): c for c in columns for label in c.labels}
    patterns = [(re.compile(c.pattern), c) for c in columns if c.pattern]
    options = {label: (c.field, code) for c in columns for label, code in _option_labels(book, c)}
    names: dict[str, str] = {}
    measures: dict[str, Measure] = {}
    flags: dict[str, tuple[str, str]] = {}
    for at, label in enumerate(frame.columns):
        column, groups = _column(label, whole, patterns)
        if column is None and (flag := options.get(fold_label(label))):
            names[label] = f"flag {at}"
            flags[names[label]] = flag
        elif column is not None and column.measure:
            names[label] = f"count {at}"
            measures[names[label]] = _filled(column.measure, groups)
        elif column is not None:
            names[label] = column.field
    return Read(sheet, name, frame.select(pl.col(label).alias(to) for label, to in names.items()), measures, flags)


def _column(
    label: str, whole: dict[str, Column], patterns: list[tuple[re.Pattern[str], Column]]
) -> tuple[Column | None, dict[str, str]]:
    if (known := whole.get(fold_label(label))) is not None:
        return known, {}
    plain = fold(label)
    for pattern, column in patterns:
        if match := pattern.fullmatch(plain):
            return column, match.groupdict()
    return None, {}


def _option_labels(book: Codebook, column: Column) -> list[tuple[str, str]]:
    """Headers `question/option` of a select_multiple, folded, with the option's code."""
    if column.type != "choices" or not column.options:
        return []
    texts = [(text, o.code) for o in book.code_lists[column.options] for text in (o.code, *o.labels)]
    return [
        (fold_label(f"{question}/{text}"), code) for question in (column.field, *column.labels) for text, code in texts
    ]


def _filled(measure: Measure, groups: dict[str, str]) -> Measure:
    told = {k: v.format(**groups) for k, v in measure.model_dump().items() if isinstance(v, str)}
    return Measure(**{**measure.model_dump(), **told})
