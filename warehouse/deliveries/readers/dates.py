"""Numbers that are dates: which number formats say so, and what moment a serial number stands for.

Formats and serial numbers belong here; reading dates that were typed as text does not.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from warehouse.deliveries.readers.cells import DATE, DATETIME, DURATION, TIME, cell_text

BUILT_IN_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
BUILT_IN_DURATION = 46
# What is shown as it stands, or sets colour, place or language, says nothing of the kind of a number.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general', re.IGNORECASE | re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
DAY = 86_400_000  # milliseconds
LAST_DAY = 2_958_465  # 9999-12-31


def format_kind(code: str) -> int:
    """DATE where the format shows dates or times, DURATION where it shows elapsed time, else 0."""
    first = _LITERAL.sub("", code).split(";")[0]
    if _ELAPSED.search(first):
        return DURATION
    return DATE if _DATE.search(first) else 0


def built_in_kind(number: int) -> int:
    """The same for the formats that have a number only."""
    return DURATION if number == BUILT_IN_DURATION else DATE if number in BUILT_IN_DATES else 0


def serial_cell(value: float, kind: int, from_1904: bool) -> tuple[str, int] | None:
    """The text and kind of a serial number; None where no moment has that number. Rounded to milliseconds."""
    if kind == DURATION:
        if abs(value) > LAST_DAY:
            return None
        return cell_text(timedelta(milliseconds=round(value * DAY))), DURATION
    if value < 0 or value >= LAST_DAY + 1 or (not from_1904 and 60 <= value < 61):
        return None  # 29 February 1900 never was
    days, fraction = divmod(value, 1)
    elapsed = round(fraction * DAY)
    if value < 1:
        return None if elapsed == DAY else (cell_text((datetime.min + timedelta(milliseconds=elapsed)).time()), TIME)
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31) if value < 60 else datetime(1899, 12, 30)
    try:
        moment = first + timedelta(days=days, milliseconds=elapsed)
    except OverflowError:
        return None
    if elapsed % DAY == 0:
        return cell_text(moment.date()), DATE
    return cell_text(moment), DATETIME
