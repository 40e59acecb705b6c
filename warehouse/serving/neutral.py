"""The one place where texts are made harmless for spreadsheets, and made what they were again.

Only this marker belongs here: every export (CSV, XLSX) goes through `neutral`, and what comes back through `plain`.
"""

from __future__ import annotations

import re
from typing import Any

MARK = "'"
_BLANK = r"[\s\u00a0\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"  # a spreadsheet looks past these
# A sign that starts a formula (full-width ones too), after blanks; or a control character at the start.
_STARTS = re.compile(rf"'*(?:{_BLANK}[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
_HARMLESS = re.compile(r"[+-]?\d+(?:[.,]\d+)?|-+|\+")  # numbers with a sign, and hyphens that say "missing"


def neutral(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front of texts that look like one."""
    if not isinstance(cell, str) or _HARMLESS.fullmatch(cell):
        return cell
    return MARK + cell if _STARTS.match(cell) else cell


def plain(text: str) -> str:
    """The text that `neutral` was given. Apostrophes that it did not put there stay."""
    return text[1:] if text.startswith(MARK) and _STARTS.match(text[1:]) and not _HARMLESS.fullmatch(text[1:]) else text
