"""Refusals of readers: one place that says how a file that can't be trusted is turned down.

Only the making of the error belongs here; when to refuse is said by each reader.
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.errors import UnreadableDelivery

AGAIN = "export it again, or open it in a spreadsheet program, save it as XLSX and deliver that"
NAMED = 10  # addresses that a message names; the rest is counted


def refuse(
    what: str,
    where: str,
    code: str,
    expected: str = "a file as a spreadsheet program saves it",
    todo: str = AGAIN,
) -> UnreadableDelivery:
    """The error, to be raised by the caller."""
    return UnreadableDelivery(what, where=where, expected=expected, todo=todo, code=code)


def listed(names: Iterable[str]) -> str:
    """The first names, and how many there are in all: `B2, B7, C9 and 31 more`."""
    every = list(names)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def column_letters(index: int) -> str:
    """The letters of a 0-based column: 0 is A, 16383 is XFD."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The 1-based number of a column: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """The address of a cell from its 0-based row and column: (6, 2) is C7."""
    return f"{column_letters(column)}{row + 1}"
