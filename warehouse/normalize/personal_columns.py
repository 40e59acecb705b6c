"""Columns with personal values that no codebook classes as identifiers, on sheets that are read and on all others.

Looking and telling belong here, without values; whatever is not known to be harmless stops the round (fail closed).
"""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from warehouse.codebooks.kobo import sheet_fits
from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.personal import DEGREES, looks_personal
from warehouse.codebooks.recognise import Recognised
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.normalize.findings import Findings
from warehouse.personal.shapes import personal_in

HINT = r"[@°]|\d{7}|\+\d|\d[\s().,-]+\d"  # a cheap look before the whole pattern
SHORTEST = 7  # bytes: no phone number, address or personal number is shorter
HEADS = 3  # rows at the top of a sheet that nobody knows among which its header is
FEWEST = 3  # values that make a column of them


def note_personal(found: Recognised, findings: Findings) -> None:
    """Texts that hold a phone number, an e-mail, a personal number or a position, in columns that are kept or not known."""
    for match in found.matches:
        texts = [c for c in match.columns if c.column.type == "text" and c.column.column_class != "identifier"]
        unknown = [index for index, _ in match.unknown]
        for index, label in [(c.index, c.label.strip()) for c in texts] + _numbered(match.ignored + match.unknown):
            cells = match.raw.column(index)[match.first_row :]
            _note(findings, match.raw, match.first_row, cells, label, fatal=index in unknown)
        _positions(match, findings)
    read = {match.raw.name for match in found.matches}
    for raw in (raw for raw in found.sheets if raw.name not in read):
        known = any(s.role in ("ignore", "control") and sheet_fits(raw.name, s.patterns) for s in found.codebook.sheets)
        _note_sheet(raw, known, findings)


def _note_sheet(raw: RawSheet, known: bool, findings: Findings) -> None:
    """A sheet that is not read: identifiers by header, where nobody knows the sheet, and by values."""
    for index in range(raw.width):
        cells, label = raw.column(index), f"column {index + 1}"
        head = None if known else _head(cells)
        if head is not None and raw.width > 1 and (cells[head + 1 :].str.strip_chars() != "").sum():
            _tell(findings, raw.name, label, head + 1, 1, fatal=True)
        else:
            _note(findings, raw, 0, cells, label, fatal=True)


def _head(cells: pl.Series) -> int | None:
    return next((i for i, text in enumerate(cells[:HEADS].to_list()) if text.strip() and looks_personal(text)), None)


def _note(findings: Findings, raw: RawSheet, first: int, cells: pl.Series, label: str, *, fatal: bool) -> None:
    """Cells with personal values: most of a column that nobody knows stop the round, else a person looks at them."""
    if not cells.str.len_bytes().ge(SHORTEST).any() or not cells.str.contains(HINT).any():
        return
    hits = [t for t in cells.unique().to_list() if t and personal_in(t)]
    rows = cells.is_in(hits).arg_true()
    if rows.len():
        filled = int((cells.str.strip_chars() != "").sum())
        whole = fatal and rows.len() * 2 >= filled and (first > 0 or rows.len() >= FEWEST)
        _tell(findings, raw.name, label, int(rows[0]) + first + 1, rows.len(), fatal=whole)


def _tell(findings: Findings, sheet: str, label: str, row: int, rows: int, *, fatal: bool) -> None:
    findings.add(
        "unknown_identifier_column" if fatal else "personal_text", "block" if fatal else "review",
        "texts look as if they held a phone number, an e-mail or a personal number",
        expected="no personal data outside of columns with column_class identifier",
        todo="give the column the class identifier in the codebook, or delete these texts and deliver again",
        sheet=sheet, row_number=row, column_label=label, rows=rows,
    )  # fmt: skip


def _positions(match: SheetMatch, findings: Findings) -> None:
    """Two columns side by side that nobody knows, with degrees in them: latitude and longitude under harmless headers."""
    unknown = sorted(index for index, _ in match.unknown)
    for one, other in pairwise(unknown):
        if other == one + 1 and _degrees(match, one) and _degrees(match, other):
            for index in (one, other):
                _tell(
                    findings,
                    match.raw.name,
                    f"column {index + 1}",
                    match.first_row + 1,
                    match.raw.height - match.first_row,
                    fatal=True,
                )


def _degrees(match: SheetMatch, index: int) -> bool:
    given = [t.strip() for t in match.raw.column(index)[match.first_row :].to_list() if t.strip()]
    fit = [t for t in given if DEGREES.fullmatch(t) and 1 <= abs(float(t.replace(",", "."))) <= 180]
    return len(fit) >= FEWEST and len(fit) * 2 >= len(given) and len(set(fit)) * 2 >= len(fit)


def _numbered(columns: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Columns by their number: the header of one that nobody knows may itself be a value."""
    return [(index, f"column {index + 1}") for index, _ in columns]
