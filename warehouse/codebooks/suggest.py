"""Drafting a codebook for an unknown layout: each column with the likeliest field, its score and what was seen.

Choosing fields belongs here; the draft's text is written by `suggest_yaml.py`. A person decides: nothing that is
drafted is used by itself, and no value that could be personal is repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from warehouse.codebooks.concepts import concepts
from warehouse.codebooks.folding import fold_label
from warehouse.codebooks.match import SheetMatch, match_sheet
from warehouse.codebooks.model import Codebook, Column, Sheet
from warehouse.codebooks.personal import looks_personal
from warehouse.codebooks.similar import LIKELY, POSSIBLE, Likeness, score
from warehouse.codebooks.suggest_header import Header, find_header
from warehouse.codebooks.suggest_values import Look, look
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UsageError
from warehouse.operations import Operation
from warehouse.personal.shapes import HIDDEN, personal_in

YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?!\d)")
ROWS = 20_000  # of a column, as far as is looked
HALF_KNOWN = 0.5  # of the required fields: the file is one of a known codebook with new labels
KINDS = {"date": {"date", "datetime"}, "datetime": {"date", "datetime"}, "number": {"number", "count"}}


@dataclass(frozen=True)
class DraftColumn:
    """One delivered column: what it may be and what was seen in it."""

    index: int
    label: str
    seen: Look
    near: Likeness | None = None  # the field, where one is likely or possible
    reason: str = ""  # why it is taken for an identifier, or why it is only possible

    @property
    def decided(self) -> bool:
        """Whether the draft says the field outright (a person still reads it)."""
        return self.near is not None and self.near.score >= LIKELY and not self.reason.startswith("values")

    @property
    def weighs(self) -> bool:
        """A number by its header whose values, with four decimals, look like coordinates: a weight."""
        return self.near is not None and self.near.column.type == "number" and self.seen.personal == "coordinates"

    @property
    def column_class(self) -> str:
        """identifier where header or values say so; otherwise that of the field."""
        coded = self.decided and self.near is not None and self.near.column.type == "code"
        numbers = coded and self.seen.personal in (
            "phone numbers",
            "long personal numbers",
        )  # ids of sites are long too
        numbers = numbers or (self.decided and self.weighs)
        if looks_personal(self.label) or (self.seen.personal not in ("", "names") and not numbers):
            return "identifier"
        if self.near and self.decided:
            return self.near.column.column_class
        return "identifier" if self.seen.personal else "plain"

    @property
    def name(self) -> str:
        """The field's name: of the likeness, or made of the label."""
        if self.near and self.decided:
            return self.near.column.field
        slug = re.sub(r"[^a-z0-9]+", "_", fold_label(self.label)).strip("_")[:40]
        return slug if slug and slug[0].isalpha() else f"column_{self.index + 1}"


@dataclass(frozen=True)
class Draft:
    """A draft for one file. `known`: the codebook that already fits most of it; then only its new columns are drafted."""

    operation: str
    component: str
    file_name: str
    header: Header
    columns: list[DraftColumn]
    others: list[str]  # names of the other sheets
    known: Codebook | None = None
    has_gazetteer: bool = False
    lists: dict[str, list[str]] = field(default_factory=dict)


def suggest(
    sheets: list[RawSheet],
    name: str,
    operation: str,
    component: str | None,
    all_of: list[Operation],
    only: str | None = None,
) -> Draft:
    """The draft for a file of an operation (known or new). `only`: the sheet to look at; without it the likeliest one."""
    all_sheets, sheets = sheets, _named(sheets, name, only)
    mine = [book for o in all_of if o.code == operation for book in o.codebooks if component in (None, book.component)]
    found = _known(sheets, mine)
    if found is not None:
        book, match = found
        header = Header(
            match.raw, match.header_index, match.sheet.header_rows, [], f"codebook {book.codebook} finds it"
        )
        rest = _new_columns(book, match)
        return Draft(operation, book.component, name, header, rest, [], known=book)
    others = [
        book for o in all_of if o.code != operation for book in o.codebooks if component in (None, book.component)
    ]
    pool = [*_pool(mine, 0), *_pool(others, 3), *((c.column, "common list", 1) for c in concepts().concepts)]
    header = find_header(sheets, name, {fold_label(label) for column, _, _ in pool for label in column.labels})
    columns = _assigned(_looked(header), pool)
    gazetteer = any(o.code == operation and o.gazetteer for o in all_of)
    rest_of = [raw.name for raw in all_sheets if raw is not header.raw]
    return Draft(operation, component or "baseline", name, header, columns, rest_of, has_gazetteer=gazetteer)


def _named(sheets: list[RawSheet], file: str, only: str | None) -> list[RawSheet]:
    found = [raw for raw in sheets if only is None or fold_label(raw.name) == fold_label(only)]
    if not found:
        raise UsageError(
            f"{file} has no sheet {only!r}", expected=f"one of {', '.join(repr(raw.name) for raw in sheets)}",
            todo="give one of them with --sheet", code="unknown_sheet",
        )  # fmt: skip
    return found


Pool = list[tuple[Column, str, int]]  # a column, where it is from, and how much less it counts


def _pool(books: list[Codebook], less: int) -> Pool:
    return [
        (column, book.codebook, less)
        for book in books
        for sheet in book.sheets
        if sheet.role == "main"
        for column in sheet.columns
        if column.pattern is None and column.type not in ("choice", "choices")
    ]


def _known(sheets: list[RawSheet], books: list[Codebook]) -> tuple[Codebook, SheetMatch] | None:
    """The codebook whose required fields are there for at least half, with the sheet as it would match."""
    found = []
    for book in books:
        for sheet in (s for s in book.sheets if s.role == "main"):
            for raw in sheets:
                if match := _relaxed(book, sheet, raw):
                    required = {c.field for c in sheet.columns if c.required}
                    there = len(required & {c.column.field for c in match.columns}) / max(1, len(required))
                    found.append((there, len(match.columns), book, match))
    best = max(found, key=lambda f: f[:2], default=None)
    return (best[2], best[3]) if best and best[0] >= HALF_KNOWN else None


def _relaxed(book: Codebook, sheet: Sheet, raw: RawSheet) -> SheetMatch | None:
    """The best match of a sheet where nothing is required and its name does not matter."""
    columns = [column.model_copy(update={"required": False}) for column in sheet.columns]
    rows = range(1, min(30, raw.height) + 1) if sheet.header_row == "find" else [int(sheet.header_row)]
    matches = [
        match
        for row in rows
        if (
            match := match_sheet(
                book, sheet.model_copy(update={"columns": columns, "patterns": ["*"], "header_row": row}), raw, None
            )
        )
    ]
    return max(matches, key=lambda m: len(m.columns), default=None)


def _new_columns(book: Codebook, match: SheetMatch) -> list[DraftColumn]:
    """The columns that the codebook does not know, with the absent fields that they may be."""
    header = Header(match.raw, match.header_index, match.sheet.header_rows, [], "")
    unknown = [DraftColumn(i, _told(label), look(label, _values(header, i))) for i, label in match.unknown]
    absent: Pool = [(column, book.codebook, 0) for column in match.absent]
    return _assigned(unknown, absent)


def _looked(header: Header) -> list[DraftColumn]:
    return [
        DraftColumn(i, label, look(label, _values(header, i))) for i, label in enumerate(header.labels) if label.strip()
    ]


def _told(label: str) -> str:
    """A header in which a phone stands is told by the column's number alone."""
    return HIDDEN if personal_in(label) else label


def _values(header: Header, index: int) -> list[str]:
    values: list[str] = header.raw.column(index)[header.first : header.first + ROWS].to_list()
    return values


def _assigned(columns: list[DraftColumn], pool: Pool) -> list[DraftColumn]:
    """Each column with its best field; a field goes to one column only, the most alike first."""
    scored = sorted(
        (
            (points - less, -column.index, points, known, source, label)
            for column in columns
            for known, source, less in pool
            for label in [*known.labels, known.field]
            if (points := score(column.label, label)) >= POSSIBLE
        ),
        key=lambda s: (s[0], s[1]),
        reverse=True,
    )
    taken: set[str] = set()
    given: dict[int, Likeness] = {}
    for _, minus, points, known, source, label in scored:
        if known.field not in taken and -minus not in given:
            given[-minus] = Likeness(known, label, points, source)
            taken.add(known.field)
    return [_judged(replace(column, near=given.get(column.index))) for column in columns]


def _judged(column: DraftColumn) -> DraftColumn:
    """With a reason where the values speak against the field, or for an identifier."""
    if column.near is None:
        return column
    wanted: Any = column.near.column.type
    counts = column.near.column.measure is not None or wanted == "count"
    if column.near.column.column_class == "identifier" and not column.decided and not column.seen.personal:
        return replace(column, reason="is it personal?")
    if column.seen.seen.startswith("nothing"):
        return column
    if counts and not column.seen.whole:
        return replace(column, reason="values are no whole numbers")
    if wanted in KINDS and column.seen.type not in KINDS[wanted] and not column.weighs:
        return replace(column, reason=f"values are no {wanted}s")
    if wanted == "text" and column.seen.whole and column.near.column.column_class != "identifier":
        return replace(column, reason="values are numbers, not names")
    return column
