"""Recognising a delivery: which codebook it follows, which round it is, and why we think so.

The choice of codebook and round belongs here; a tie or a contradiction is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from warehouse.codebooks.folding import fold, in_rounds, matches_any
from warehouse.codebooks.match import SheetMatch, match_sheet
from warehouse.codebooks.model import Codebook, RoundNumber
from warehouse.deliveries.readers.sheet import RawSheet, cell_text
from warehouse.errors import UnreadableDelivery
from warehouse.operations import Operation, all_operations


@dataclass(frozen=True)
class Declared:
    """What the sender said of a delivery; None where nothing was said."""

    operation: str | None = None
    component: str | None = None
    round_number: int | None = None
    codebook: str | None = None  # the one that recognised it before


NOTHING_DECLARED = Declared()


@dataclass(frozen=True)
class Recognised:
    """What a delivery was recognised as. `why` holds one plain sentence per reason."""

    codebook: Codebook
    main: SheetMatch
    repeats: list[SheetMatch]
    round_number: int
    partial: bool
    why: list[str] = field(default_factory=list)

    @property
    def round_key(self) -> str:
        """`kgz-bma-r03`."""
        return round_key(self.codebook.operation, self.codebook.component, self.round_number)


def round_key(operation: str, component: str, number: int) -> str:
    """The key of a round: operation, component, two-digit number."""
    return f"{operation}-{component}-r{number:02d}"


def recognise(sheets: list[RawSheet], name: str, declared: Declared = NOTHING_DECLARED) -> Recognised:
    """What these sheets are. Raises UnreadableDelivery where no codebook, several, or no certain round fits."""
    codebook, main, why = _choose(sheets, name, declared)
    number, reason = _round_number(codebook, main, sheets, name, declared)
    main = match_sheet(codebook, codebook.main, main.raw, number) or main
    _refuse_duplicates(main, name)
    repeats = [
        found
        for sheet in codebook.sheets
        if sheet.role == "repeat"
        for raw in sheets
        if (found := match_sheet(codebook, sheet, raw, number))
    ]
    partial = bool(codebook.partial_file_name and re.search(codebook.partial_file_name, fold(name)))
    why += [reason, *(["the file's name says that the round is in progress"] if partial else [])]
    return Recognised(codebook, main, repeats, number, partial, why)


def _choose(sheets: list[RawSheet], name: str, declared: Declared) -> tuple[Codebook, SheetMatch, list[str]]:
    found = [
        (len(match.columns) / max(1, len(match.columns) + len(match.unknown)), len(match.columns), book, match)
        for book in _codebooks(all_operations(), declared)
        for raw in sheets
        if (match := match_sheet(book, book.main, raw, declared.round_number))
    ]
    found.sort(key=lambda f: (f[1], f[0]), reverse=True)
    if not found:
        raise _unknown_layout(sheets, name, declared)
    if len(found) > 1 and found[0][:2] == found[1][:2]:
        raise UnreadableDelivery(
            "the delivery fits more than one layout",
            where=name,
            expected=f"one of {found[0][2].codebook}, {found[1][2].codebook} (sheets {found[0][3].raw.name}, {found[1][3].raw.name})",
            todo="say which with --operation and --component",
            code="ambiguous_layout",
        )
    share, count, book, match = found[0]
    why = [
        f"{count} columns of sheet {match.raw.name!r} carry labels of codebook {book.codebook} ({share:.0%} of those not ignored)"
    ]
    return book, match, why


def _codebooks(operations: list[Operation], declared: Declared) -> list[Codebook]:
    return [
        book
        for operation in operations
        if declared.operation in (None, operation.code)
        for book in operation.codebooks
        if declared.component in (None, book.component) and in_rounds(book.rounds, declared.round_number)
        if declared.codebook in (None, book.codebook)
    ]


def _unknown_layout(sheets: list[RawSheet], name: str, declared: Declared) -> UnreadableDelivery:
    looked = ", ".join(book.codebook for book in _codebooks(all_operations(), declared)) or "none"
    return UnreadableDelivery(
        "no codebook knows this layout",
        where=f"{name}, sheets {', '.join(sheet.name for sheet in sheets)}",
        expected=f"a sheet with the required labels of one of: {looked}",
        todo="add the new labels to the codebook under operations/<op>/codebooks/ (docs/adding-a-country.md)",
        code="unknown_layout",
    )


def _round_number(
    book: Codebook, main: SheetMatch, sheets: list[RawSheet], name: str, declared: Declared
) -> tuple[int, str]:
    """The number that all sources agree on. A declared one decides between the file's name and its notes, not over its rows."""
    rules = [rule for rule in book.round_number if not rule.fallback]
    rows = [f for rule in rules if rule.field for f in _by_rule(rule, main, sheets, book, name)]
    texts = [f for rule in rules if not rule.field for f in _by_rule(rule, main, sheets, book, name)]
    found = [*rows, *texts]
    if declared.round_number is not None:
        found = [(declared.round_number, "it was declared"), *rows]
    elif not found:
        found = [f for rule in book.round_number if rule.fallback for f in _by_rule(rule, main, sheets, book, name)]
    numbers = sorted({number for number, _ in found})
    if len(numbers) == 1:
        others = [f"although {why.replace(' says so', f' says {n}')}" for n, why in texts if n != numbers[0]]
        return numbers[0], f"round {numbers[0]}: " + ", ".join(dict.fromkeys([*(why for _, why in found), *others]))
    raise UnreadableDelivery(
        f"the round's number is not certain: {numbers}" if numbers else "the round's number is not in the delivery",
        where=f"{name}: " + "; ".join(f"{n} ({reason})" for n, reason in found),
        expected="one number, the same everywhere",
        todo="say which with --round N" if not rows else "correct the round's number in the rows and deliver again",
        code="mixed_rounds" if numbers else "no_round",
    )


def _by_rule(
    rule: RoundNumber, main: SheetMatch, sheets: list[RawSheet], book: Codebook, name: str
) -> list[tuple[int, str]]:
    if rule.field and (column := main.find(rule.field)):
        texts = {cell_text(row[column.index]).strip() for row in main.raw.rows[main.first_row :]} - {""}
        numbers = {int(m.group()) for t in texts if (m := re.search(r"\d+", t)) and fold(t) not in book.missing}
        return [(n, f"column {column.label.strip()!r} says so") for n in sorted(numbers)]
    if rule.sheet_text:
        ignored = [s for s in sheets for b in book.sheets if b.role == "ignore" and matches_any(s.name, b.patterns)]
        texts = {cell_text(cell) for sheet in ignored for row in sheet.rows for cell in row}
        hits = {int(m.group(1)) for text in texts for m in re.finditer(rule.sheet_text, text, re.IGNORECASE)}
        return [(n, "the sheet of notes says so") for n in sorted(hits)]
    if rule.file_name and (m := re.search(rule.file_name, fold(name))):
        return [(int(m.group(1)), "the file's name says so")]
    if rule.date_field and (column := main.find(rule.date_field)):
        return _by_date(main, column.index, column.label)
    return []


def _by_date(main: SheetMatch, index: int, label: str) -> list[tuple[int, str]]:
    """The year and month of a date column as a number (201712), for deliveries that carry no round number."""
    from warehouse.normalize.values import iso_date

    dates = {d for row in main.raw.rows[main.first_row :] if (d := iso_date(cell_text(row[index])))}
    months = {date.fromisoformat(d).strftime("%Y%m") for d in dates}
    return [(int(m), f"no round number is given; year and month of {label.strip()!r} stand in") for m in sorted(months)]


def _refuse_duplicates(main: SheetMatch, name: str) -> None:
    if main.duplicated:
        raise UnreadableDelivery(
            f"more than one column carries {', '.join(main.duplicated)}",
            where=f"{name}, sheet {main.raw.name}, row {main.header_index + 1}",
            expected="each field once",
            todo="remove or rename the column that does not belong",
            code="duplicate_header",
        )
