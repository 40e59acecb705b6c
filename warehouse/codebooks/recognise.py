"""Recognising a delivery: which codebook it follows, which round it is, and why we think so.

The choice of codebook and round belongs here; a tie or a contradiction is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warehouse.codebooks.error_cells import refuse_used_error_cells
from warehouse.codebooks.folding import fold, in_rounds
from warehouse.codebooks.kobo import sheet_fits
from warehouse.codebooks.match import SheetMatch, match_sheet
from warehouse.codebooks.model import Codebook, RoundNumber
from warehouse.codebooks.nearest import expected_of, nearest
from warehouse.codebooks.parts import left_by_keep, refuse_no_part
from warehouse.codebooks.round_column import told_rounds
from warehouse.deliveries.readers.sheet import RawSheet
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
    others: list[SheetMatch] = field(default_factory=list)  # further main sheets, as with one sheet per category
    sheets: list[RawSheet] = field(default_factory=list)  # all of the delivery, for notes and control sheets

    @property
    def mains(self) -> list[SheetMatch]:
        """All main sheets."""
        return [self.main, *self.others]

    @property
    def matches(self) -> list[SheetMatch]:
        """All sheets that are read."""
        return [*self.mains, *self.repeats]

    @property
    def unused(self) -> list[RawSheet]:
        """Sheets with contents that the codebook does not name."""
        used = {match.raw.name for match in self.matches}
        return [
            raw for raw in self.sheets
            if raw.name not in used and raw.height > 1
            and not any(s.role in ("ignore", "control") and sheet_fits(raw.name, s.patterns) for s in self.codebook.sheets)
        ]  # fmt: skip

    @property
    def round_key(self) -> str:
        """`kgz-bma-r03`."""
        return round_key(self.codebook.operation, self.codebook.component, self.round_number)


def round_key(operation: str, component: str, number: int) -> str:
    """The key of a round: operation, component, two-digit number."""
    return f"{operation}-{component}-r{number:02d}"


def recognise(sheets: list[RawSheet], name: str, declared: Declared = NOTHING_DECLARED) -> Recognised:
    """What these sheets are. Raises UnreadableDelivery where no codebook, several, or no certain round fits."""
    codebook, mains, why = _choose(sheets, name, declared)
    number, reason = _round_number(codebook, mains, sheets, name, declared)
    mains = [match_sheet(codebook, main.sheet, main.raw, number) or main for main in mains]
    repeats = [
        found
        for sheet in codebook.sheets
        if sheet.role == "repeat"
        for raw in sheets
        if (found := match_sheet(codebook, sheet, raw, number))
    ]
    for main in mains:
        refuse_no_part(main, codebook, number, name)
    for match in [*mains, *repeats]:
        _refuse_duplicates(match, name)
        refuse_used_error_cells(match, codebook, name)
    partial = bool(codebook.partial_file_name and re.search(codebook.partial_file_name, fold(name)))
    why += [reason, *(["the file's name says that the round is in progress"] if partial else [])]
    return Recognised(codebook, mains[0], repeats, number, partial, why, mains[1:], sheets)


def _choose(sheets: list[RawSheet], name: str, declared: Declared) -> tuple[Codebook, list[SheetMatch], list[str]]:
    fits = [
        (book, found)
        for book in _codebooks(all_operations(), declared)
        if (found := _mains(book, sheets, declared.round_number))
    ]
    if not fits:
        raise _unknown_layout(sheets, name, declared)
    scored = sorted(((_score(found), book, found) for book, found in fits), key=lambda s: s[0], reverse=True)
    (count, share), book, found = scored[0]
    if len(scored) > 1 and scored[1][0] == (count, share):
        raise _ambiguous(
            name, f"{book.codebook}, {scored[1][1].codebook}", "say which with --operation and --component"
        )
    mains = [_only(match, book, name) for match in found]
    names = " and ".join(repr(match.raw.name) for match in mains)
    sheet = "sheet" if len(mains) == 1 else "sheets"
    why = [
        f"{count} columns of {sheet} {names} carry labels of codebook {book.codebook} ({share:.0%} of those not ignored)"
    ]
    return book, mains, why


def _mains(book: Codebook, sheets: list[RawSheet], number: int | None) -> list[list[SheetMatch]]:
    """For each main sheet of a codebook that is there, the delivered sheets that fit it (never those of notes or controls)."""
    aside = [s for s in book.sheets if s.role in ("ignore", "control")]
    raws = [raw for raw in sheets if not any(sheet_fits(raw.name, s.patterns) for s in aside)]
    taken: set[str] = set()
    found = []
    for sheet in book.mains:
        fits = [m for raw in raws if raw.name not in taken and (m := match_sheet(book, sheet, raw, number))]
        if fits:
            filled = [m for m in fits if m.raw.height > m.first_row] or fits[:1]
            found.append(filled)
            taken |= {m.raw.name for m in filled}
    return found


def _score(found: list[list[SheetMatch]]) -> tuple[int, float]:
    """Columns that are known, and their share of all that are not ignored."""
    best = [max(fits, key=lambda m: len(m.columns)) for fits in found]
    known, unknown = (sum(len(x) for x in part) for part in ([m.columns for m in best], [m.unknown for m in best]))
    return known, known / max(1, known + unknown)


def _only(fits: list[SheetMatch], book: Codebook, name: str) -> SheetMatch:
    if len(fits) == 1:
        return fits[0]
    raise _ambiguous(
        name,
        f"one sheet like {fits[0].sheet.name!r} of {book.codebook}, not {', '.join(m.raw.name for m in fits)}",
        "delete the sheet that does not belong to the round, or name it in the codebook with role ignore",
    )


def _ambiguous(name: str, expected: str, todo: str) -> UnreadableDelivery:
    return UnreadableDelivery(
        "the delivery fits more than one layout", where=name, expected=expected, todo=todo, code="ambiguous_layout"
    )


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
    books = _codebooks(all_operations(), declared)
    near = nearest(sheets, books)
    looked = f"a sheet with the required labels of one of: {', '.join(book.codebook for book in books) or 'none'}"
    draft = f"mtm codebook suggest {name} --operation {near.book.operation if near else declared.operation or 'X'}"
    return UnreadableDelivery(
        "no codebook knows this layout",
        where=f"{name}, sheets {', '.join(sheet.name for sheet in sheets)}",
        expected=expected_of(near) if near else looked,
        todo=f"{draft} drafts the lines that are missing under operations/<op>/codebooks/ (docs/adding-a-country.md)",
        code="unknown_layout",
    )


def _round_number(
    book: Codebook, mains: list[SheetMatch], sheets: list[RawSheet], name: str, declared: Declared
) -> tuple[int, str]:
    """The number that all sources agree on. A declared one decides between the file's name and its notes, not over its rows."""
    rules = [rule for rule in book.round_number if not rule.fallback]
    rows = [f for rule in rules if rule.field for f in _by_rule(rule, mains, sheets, book, name)]
    several = any(rule.select for rule in rules)
    if several and declared.round_number in {n for n, _ in rows}:
        rows = [f for f in rows if f[0] == declared.round_number]
    texts = [f for rule in rules if not rule.field for f in _by_rule(rule, mains, sheets, book, name)]
    found = [*rows, *texts]
    if declared.round_number is not None:
        found = [(declared.round_number, "it was declared"), *rows]
    elif not found:
        found = [f for rule in book.round_number if rule.fallback for f in _by_rule(rule, mains, sheets, book, name)]
    numbers = sorted({number for number, _ in found})
    if len(numbers) == 1:
        others = [f"although {why.replace(' says so', f' says {n}')}" for n, why in texts if n != numbers[0]]
        return numbers[0], f"round {numbers[0]}: " + ", ".join(dict.fromkeys([*(why for _, why in found), *others]))
    raise UnreadableDelivery(
        f"the round's number is not certain: {_few(numbers)}"
        if numbers
        else "the round's number is not in the delivery",
        where=f"{name}: " + "; ".join(_told(found)),
        expected="one of the rounds that the file holds" if several else "one number, the same everywhere",
        todo="say which with --round N"
        if several or not rows
        else "correct the round's number in the rows and deliver again",
        code="mixed_rounds" if numbers else "no_round",
    )


def _few(numbers: list[int]) -> str:
    """Numbers for a message; of many the first and the last ones."""
    texts = [str(number) for number in numbers]
    return f"[{', '.join(texts if len(texts) <= 40 else [*texts[:5], '…', *texts[-5:]])}]"


def _told(found: list[tuple[int, str]]) -> list[str]:
    """Each reason once, with the numbers that it tells."""
    told: dict[str, list[int]] = {}
    for number, reason in found:
        told.setdefault(reason, []).append(number)
    return [f"{_few(numbers).strip('[]')} ({reason})" for reason, numbers in told.items()]


def _by_rule(
    rule: RoundNumber, mains: list[SheetMatch], sheets: list[RawSheet], book: Codebook, name: str
) -> list[tuple[int, str]]:
    if rule.field:
        return [found for main in mains for found in _by_column(rule, main, book)]
    if rule.sheet_text:
        ignored = [s for s in sheets for b in book.sheets if b.role == "ignore" and sheet_fits(s.name, b.patterns)]
        texts = {text for sheet in ignored for i in range(sheet.height) for text in sheet.texts(i)}
        hits = {int(m.group(1)) for text in texts for m in re.finditer(rule.sheet_text, text, re.IGNORECASE)}
        return [(n, "the sheet of notes says so") for n in sorted(hits)]
    if rule.file_name and (m := re.search(rule.file_name, fold(name))):
        return [(int(m.group(1)), "the file's name says so")]
    if rule.date_field:
        return [found for main in mains for found in _by_date(rule.date_field, main, book)]
    return []


def _by_column(rule: RoundNumber, main: SheetMatch, book: Codebook) -> list[tuple[int, str]]:
    """The number that nearly all rows tell, or all that they tell."""
    told = told_rounds(rule, main, book)
    return told.said() if told else []


def _by_date(field_name: str, main: SheetMatch, book: Codebook) -> list[tuple[int, str]]:
    """The year and month of a date column as a number (201712), for deliveries that carry no round number."""

    from warehouse.normalize.dates import read_dates

    column = main.find(field_name)
    if column is None:
        return []
    texts = main.raw.column(column.index)[main.first_row :].filter(left_by_keep(main, book))
    dates = read_dates(texts.unique(maintain_order=True)).values.drop_nulls()
    why = f"no round number is given; year and month of {column.label.strip()!r} stand in"
    return [(int(m), why) for m in sorted(dates.dt.strftime("%Y%m").unique().to_list())]


def _refuse_duplicates(match: SheetMatch, name: str) -> None:
    if match.duplicated:
        raise UnreadableDelivery(
            f"more than one column carries {'; '.join(match.duplicated)}",
            where=f"{name}, sheet {match.raw.name}, row {match.header_index + 1}",
            expected="each field once, each label once",
            todo="remove or rename the column that does not belong",
            code="duplicate_header",
        )
