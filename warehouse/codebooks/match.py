"""Matching a delivered sheet to a codebook's sheet: the header row, and which column is which field.

Finding the header belongs here; reading labels is in `labels.py`, choosing the codebook of a delivery in `recognise.py`.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from warehouse.codebooks.folding import fold, in_rounds, matches_any
from warehouse.codebooks.kobo import is_export, is_system, sheet_fits, system_fields
from warehouse.codebooks.labels import Labels, MappedColumn, folded_label, folded_text
from warehouse.codebooks.model import Codebook, Column, Sheet
from warehouse.deliveries.readers.refusal import column_letters
from warehouse.deliveries.readers.sheet import RawSheet

if TYPE_CHECKING:
    from warehouse.normalize.pieces import Piece

HEADER_SEARCH = 30  # rows of a sheet in which its header is looked for


@dataclass(frozen=True)
class SheetMatch:
    """A delivered sheet that fits a codebook's sheet."""

    sheet: Sheet
    raw: RawSheet
    header_index: int
    columns: list[MappedColumn]
    ignored: list[tuple[int, str]]
    unknown: list[tuple[int, str]]
    duplicated: list[str]  # columns that claim one field, or unknown ones of one label: told as a person reads them
    absent: list[Column]
    merged: list[list[MappedColumn]] = field(default_factory=list)  # columns of one field, never filled in one row
    overrides: tuple[
        tuple[int, int, str], ...
    ] = ()  # corrected cells (row number, column, text); `raw` stays as delivered
    piece: Piece | None = None  # where this is a piece of a large sheet

    @property
    def first_row(self) -> int:
        """Index of the first row of data."""
        return self.header_index + self.sheet.header_rows

    @property
    def shift(self) -> int:
        """What the row numbers of the file are above those of `raw`: 0 but in a piece of a large sheet."""
        return self.piece.shift if self.piece else 0

    def find(self, name: str) -> MappedColumn | None:
        """The column that carries a field, if any."""
        return next((c for c in self.columns if c.column.field == name and c.option is None), None)


def match_sheet(codebook: Codebook, sheet: Sheet, raw: RawSheet, number: int | None) -> SheetMatch | None:
    """The match, or None where the name or the required labels don't fit."""
    if not sheet_fits(raw.name, sheet.patterns) or not raw.height:
        return None
    rows = range(min(HEADER_SEARCH, raw.height)) if sheet.header_row == "find" else [sheet.header_row - 1]
    best: SheetMatch | None = None
    for index in rows:
        found = _match_header(codebook, sheet, raw, index, number) if index < raw.height else None
        if found and (best is None or len(found.columns) > len(best.columns)):
            best = found
        if best and (sheet.header_rows == 1 or index >= best.header_index + sheet.header_rows):
            break  # of two header rows the better pair counts: a pair may begin one row too early
    return best


def header_labels(sheet: Sheet, raw: RawSheet, index: int) -> list[str]:
    """The labels of a header; several header rows are joined with "/", merged cells filled to the right."""
    parts = [raw.texts(i) for i in range(index, min(index + sheet.header_rows, raw.height))]
    width = max(len(part) for part in parts)
    parts = [part + [""] * (width - len(part)) for part in parts]
    for part in parts[:-1]:
        for i in range(1, len(part)):
            part[i] = part[i] or part[i - 1]
    return ["/".join(p for p in column if p) for column in zip(*parts, strict=True)]


_LABELS: dict[tuple[int, int, int | None, tuple[str, ...]], tuple[Codebook, Labels]] = {}


def _labels(book: Codebook, sheet: Sheet, number: int | None, versions: tuple[str, ...]) -> Labels:
    """The sheet's labels, made once per codebook as loaded (models of lists have no hash)."""
    key = (id(book), id(sheet), number, versions)
    known = _LABELS.get(key)
    if known is None or known[0] is not book:
        if len(_LABELS) > 200:
            _LABELS.clear()
        columns = [c for c in sheet.columns if in_rounds(c.rounds, number) and in_versions(c.versions, versions)]
        groups = [g for g in sheet.groups if in_rounds(g.rounds, number)]
        known = _LABELS[key] = (book, Labels(book, sheet, columns, groups))
    return known[1]


def in_versions(glob: str | None, versions: tuple[str, ...]) -> bool:
    """Whether a form version fits the glob; no glob, or a delivery that tells no version: yes."""
    return glob is None or not versions or any(fnmatch.fnmatchcase(fold(v), fold(glob)) for v in versions)


def _match_header(codebook: Codebook, sheet: Sheet, raw: RawSheet, index: int, number: int | None) -> SheetMatch | None:
    labels = header_labels(sheet, raw, index)
    if not _labels(codebook, sheet, number, ()).hits(labels):
        return None
    reading = _labels(codebook, sheet, number, _versions(sheet, raw, index, labels))
    mapped, rest = reading.map(labels)
    found = {c.column.field for c in mapped}
    if not mapped or any(c.required and c.field not in found for c in reading.columns):
        return None
    export = is_export([folded_text(label) for label in labels])
    ignored = [x for x in rest if matches_any(x[1], sheet.ignored) or (export and is_system(folded_text(x[1])))]
    first = index + sheet.header_rows
    unknown = [x for x in rest if x not in ignored] + _unnamed(raw, labels, first)
    merged, duplicated = _claims(raw, mapped, first)
    duplicated += [
        f"{' or '.join(reading.clashes[folded_label(x)])}, by form version: column {column_letters(i)} ({x.strip()})"
        for i, x in enumerate(labels)
        if folded_label(x) in reading.clashes
    ]
    absent = [c for c in reading.columns if c.pattern is None and c.field not in found]
    return SheetMatch(
        sheet, raw, index, mapped, ignored, unknown, duplicated + _repeats(raw, unknown, first), absent, merged
    )


def _versions(sheet: Sheet, raw: RawSheet, index: int, labels: list[str]) -> tuple[str, ...]:
    """The form versions that the rows tell, looked up only where a column depends on them."""
    if not any(c.versions for c in sheet.columns):
        return ()
    own = {folded_label(x) for c in sheet.columns if c.field == "form_version" for x in c.labels}
    system = {text for text, c in system_fields().items() if c.field == "form_version"}
    hits = [i for i, label in enumerate(labels) if folded_label(label) in own or folded_text(label) in system]
    first = index + sheet.header_rows
    return tuple(sorted({text for i in hits for text in raw.column(i)[first:].unique().to_list() if text}))


def _unnamed(raw: RawSheet, labels: list[str], first: int) -> list[tuple[int, str]]:
    """Columns without a label that have contents all the same."""
    bare = [i for i in range(raw.width) if i >= len(labels) or not labels[i].strip()]
    return [(i, "") for i in bare if (raw.column(i)[first:].str.strip_chars() != "").any()]


def _claims(raw: RawSheet, mapped: list[MappedColumn], first: int) -> tuple[list[list[MappedColumn]], list[str]]:
    """Columns with one claim: to be read as one where no row fills two of them (older and newer forms), else refused."""
    seen: dict[tuple[object, ...], list[MappedColumn]] = {}
    for c in mapped:
        seen.setdefault(c.claim, []).append(c)
    merged, refused = [], []
    for columns in seen.values():
        if len(columns) > 1 and _never_together(raw, columns, first):
            merged.append(columns)
        elif len(columns) > 1:
            names = " and ".join(f"column {column_letters(c.index)} ({c.label.strip()})" for c in columns)
            refused.append(f"{columns[0].column.field}: {names}")
    return merged, refused


def _never_together(raw: RawSheet, columns: list[MappedColumn], first: int) -> bool:
    if columns[0].column.field == "form_version":
        return True  # KoboToolbox has had three names for it; the first that is filled counts
    if len({folded_text(c.label) for c in columns}) < len(columns):
        return False  # one label twice: nobody can say which is meant
    seen = raw.column(columns[0].index)[first:].str.strip_chars() != ""
    for column in columns[1:]:
        filled = raw.column(column.index)[first:].str.strip_chars() != ""
        if (seen & filled).any():
            return False
        seen = seen | filled
    return True


def _repeats(raw: RawSheet, unknown: list[tuple[int, str]], first: int) -> list[str]:
    """Unknown labels that stand twice above contents: whoever adds them to the codebook could not tell them apart."""
    seen: dict[str, list[int]] = {}
    for i, label in unknown:
        if label and (raw.column(i)[first:].str.strip_chars() != "").any():
            seen.setdefault(folded_label(label), []).append(i)
    return [
        f"an unknown label: columns {' and '.join(column_letters(i) for i in columns)}"
        for columns in seen.values()
        if len(columns) > 1
    ]


__all__ = ["MappedColumn", "SheetMatch", "header_labels", "match_sheet"]
