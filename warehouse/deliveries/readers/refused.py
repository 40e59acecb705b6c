"""Refusals of the readers of texts, statistics files and archives: one way to say that a file is turned down.

Only the making of the error belongs here; when to refuse is said by each reader.
"""

from __future__ import annotations

from warehouse.errors import UnreadableDelivery

AGAIN = "export it again, or open it in a spreadsheet program, save it as XLSX and deliver that"


def refuse(what: str, where: str, code: str, expected: str, todo: str = AGAIN) -> UnreadableDelivery:
    """The error, to be raised by the caller. No word of it may come from a cell."""
    return UnreadableDelivery(what, where=where, expected=expected, todo=todo, code=code)
