"""Lines that say the same about several rows, told once: a page is read by a person.

Only putting together belongs here. Files that machines or spreadsheets read keep a line per row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.serving.field_report.messages import Lang, word
from warehouse.serving.field_report.report import Line

MOST = 12  # runs of rows that are named; the rest is counted


@dataclass(frozen=True)
class Together:
    """Lines alike in all but row and people. `first` speaks for all."""

    first: Line
    numbers: tuple[int, ...]  # rows, in order, each once
    rows: int | None
    people: int | None


def together(lines: Iterable[Line]) -> list[Together]:
    """Lines that say the same, where the first of them stands."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for x in lines:
        key = (x.severity, x.code, x.sheet, x.column_label, x.column_letter, x.what, x.expected, x.todo)
        groups.setdefault(key, []).append(x)
    return [
        Together(
            same[0], tuple(sorted({x.row_number for x in same if x.row_number is not None})),
            _sum(x.rows for x in same), _sum(x.people for x in same),
        )
        for same in groups.values()
    ]  # fmt: skip


def place(found: Together, lang: Lang) -> str:
    """Sheet, cell or rows, and label for people: `data!C4 · Displaced people`, `data · rows 4–9, 12 · C · Displaced people`."""
    x = found.first
    label = "" if x.column_label == x.column_letter else x.column_label
    if len(found.numbers) == 1 and x.column_letter:
        at = f"{x.sheet}!{x.cell}" if x.sheet else x.cell
        return " · ".join(filter(None, [at, label]))
    return " · ".join(filter(None, [x.sheet, rows_text(found.numbers, lang), x.column_letter, label]))


def rows_text(numbers: tuple[int, ...], lang: Lang) -> str:
    """`row 3`, `rows 4–9, 12 and 31 more`; blank for none."""
    if not numbers:
        return ""
    found = list(_runs(numbers))
    shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found[:MOST])
    rest = sum(last - first + 1 for first, last in found[MOST:])
    text = word("rows_at" if len(numbers) > 1 else "row_at", lang, rows=shown)
    return f"{text} {word('and_more', lang, rest=rest)}" if rest else text


def _runs(numbers: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    """First and last of numbers on end."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    return sum(known) if known else None
