"""Matching a delivered sheet to a codebook's sheet: the header row, and which column is which field.

Finding headers and columns belongs here; choosing the codebook of a delivery does not (`recognise.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warehouse.codebooks.folding import fold, fold_label, in_rounds, matches_any
from warehouse.codebooks.model import Codebook, Column, Sheet
from warehouse.deliveries.readers.sheet import RawSheet

HEADER_SEARCH = 30  # rows of a sheet in which its header is looked for


@dataclass(frozen=True)
class MappedColumn:
    """A delivered column (0-based index) and the field it carries. `option` is set for 0/1 columns of a select_multiple."""

    index: int
    label: str
    column: Column
    groups: dict[str, str] = field(default_factory=dict)
    option: str | None = None


@dataclass(frozen=True)
class SheetMatch:
    """A delivered sheet that fits a codebook's sheet."""

    sheet: Sheet
    raw: RawSheet
    header_index: int
    columns: list[MappedColumn]
    ignored: list[tuple[int, str]]
    unknown: list[tuple[int, str]]
    duplicated: list[str]  # labels or fields that more than one column claims
    absent: list[Column]
    overrides: tuple[tuple[int, int, str], ...] = ()  # corrected cells (row number, column, text); `raw` stays as delivered

    @property
    def first_row(self) -> int:
        """Index of the first row of data."""
        return self.header_index + self.sheet.header_rows

    def find(self, name: str) -> MappedColumn | None:
        """The column that carries a field, if any."""
        return next((c for c in self.columns if c.column.field == name and c.option is None), None)


def match_sheet(codebook: Codebook, sheet: Sheet, raw: RawSheet, number: int | None) -> SheetMatch | None:
    """The match, or None where the name or the required labels don't fit."""
    if not matches_any(raw.name, sheet.patterns) or not raw.rows:
        return None
    rows = range(min(HEADER_SEARCH, len(raw.rows))) if sheet.header_row == "find" else [sheet.header_row - 1]
    for index in rows:
        if index < len(raw.rows) and (found := _match_header(codebook, sheet, raw, index, number)):
            return found
    return None


def header_labels(sheet: Sheet, raw: RawSheet, index: int) -> list[str]:
    """The labels of a header; several header rows are joined with "/", merged cells filled to the right."""
    parts = [raw.texts(i) for i in range(index, min(index + sheet.header_rows, len(raw.rows)))]
    for part in parts[:-1]:
        for i in range(1, len(part)):
            part[i] = part[i] or part[i - 1]
    return ["/".join(p for p in column if p) for column in zip(*parts, strict=True)]


def _match_header(codebook: Codebook, sheet: Sheet, raw: RawSheet, index: int, number: int | None) -> SheetMatch | None:
    labels = header_labels(sheet, raw, index)
    known = [c for c in sheet.columns if in_rounds(c.rounds, number)]
    mapped, rest = _map_columns(codebook, known, labels)
    found = {c.column.field for c in mapped}
    if not mapped or any(c.required and c.field not in found for c in known):
        return None
    ignored = [(i, label) for i, label in rest if matches_any(label, sheet.ignored)]
    unknown = [(i, label) for i, label in rest if (i, label) not in ignored]
    absent = [c for c in known if c.pattern is None and c.field not in found]
    return SheetMatch(sheet, raw, index, mapped, ignored, unknown, _duplicates(mapped), absent)


def _map_columns(
    codebook: Codebook, columns: list[Column], labels: list[str]
) -> tuple[list[MappedColumn], list[tuple[int, str]]]:
    by_label = {fold_label(label): c for c in columns for label in c.labels}
    patterns = [(re.compile(c.pattern), c) for c in columns if c.pattern]
    options = _option_labels(codebook, columns)
    mapped: list[MappedColumn] = []
    rest: list[tuple[int, str]] = []
    for index, label in enumerate(labels):
        folded, plain = fold_label(label), fold(label)
        if column := by_label.get(folded):
            mapped.append(MappedColumn(index, label, column))
        elif found := next(((m, c) for p, c in patterns if (m := p.fullmatch(plain))), None):
            mapped.append(MappedColumn(index, label, found[1], found[0].groupdict()))
        elif folded in options:
            mapped.append(MappedColumn(index, label, options[folded][0], option=options[folded][1]))
        elif folded:
            rest.append((index, label))
    return mapped, rest


def _option_labels(codebook: Codebook, columns: list[Column]) -> dict[str, tuple[Column, str]]:
    """`question/option` headers of select_multiple questions, folded, to column and option code."""
    found: dict[str, tuple[Column, str]] = {}
    for column in columns:
        if column.type == "choices" and column.options:
            for option in codebook.code_lists[column.options]:
                for label in [option.code, *option.labels]:
                    for question in [column.field, *column.labels]:
                        found[fold_label(f"{question}/{label}")] = (column, option.code)
    return found


def _duplicates(mapped: list[MappedColumn]) -> list[str]:
    seen: dict[tuple[str, tuple[tuple[str, str], ...], str | None], int] = {}
    for c in mapped:
        key = (c.column.field, tuple(sorted(c.groups.items())), c.option)
        seen[key] = seen.get(key, 0) + 1
    return [name for (name, _, _), count in seen.items() if count > 1]
