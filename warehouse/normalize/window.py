"""The reference window as a delivery's notes tell it, beside the one of `rounds.yml`.

Reading dates from sentences and comparing the two windows belong here.
"""

from __future__ import annotations

import re
from datetime import date

from warehouse.codebooks.folding import fold
from warehouse.codebooks.kobo import sheet_fits
from warehouse.codebooks.recognise import Recognised
from warehouse.normalize.findings import Findings
from warehouse.normalize.values import iso_date
from warehouse.normalize.words import words_file
from warehouse.operations import Operation

_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th|-е|-го)?\s+([^\W\d]+)\.?,?\s*(\d{4})?")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})?")

Window = tuple[date, date]


def check_window(found: Recognised, operation: Operation, findings: Findings) -> None:
    """A finding where the notes' window is not that of the registered round; recorded where none is registered."""
    pattern = found.codebook.window_text
    if pattern is None:
        return
    told = sorted(
        {w for text in _notes(found) for m in re.finditer(pattern, text, re.IGNORECASE) if (w := _window(m[1], m[2]))}
    )
    if not told:
        findings.add(
            "window_not_found", "review", "the notes tell no reference window", expected="the first and the last day of the window",
            todo="add the window to the notes of the delivery, or to rounds.yml",
        )  # fmt: skip
        return
    known = operation.round(found.codebook.component, found.round_number)
    registered = (known.window_start, known.window_end)
    shown = "; ".join(f"{first} to {last}" for first, last in told)
    if registered == (None, None) and len(told) == 1:
        findings.add(
            "window_recorded", "note", f"the notes tell the reference window {shown}", expected="a registered window",
            todo="add it to rounds.yml",
        )  # fmt: skip
    elif told != [registered]:
        findings.add(
            "window_differs", "block", f"the notes tell the reference window {shown}",
            expected=f"{registered[0]} to {registered[1]}, as in rounds.yml", todo="find out which is right; figures carry their window",
        )  # fmt: skip


def _notes(found: Recognised) -> list[str]:
    roles = [s for s in found.codebook.sheets if s.role in ("ignore", "control")]
    sheets = [raw for raw in found.sheets if any(sheet_fits(raw.name, s.patterns) for s in roles)]
    return [text for raw in sheets for i in range(raw.height) for text in raw.texts(i) if text]


def _window(first: str, last: str) -> Window | None:
    """Both days; a year that the first lacks is that of the last, or the one before where it would stand after it."""
    end = day_of(last)
    start = day_of(first, end.year if end else None)
    if start is None or end is None:
        return None
    if start > end and not re.search(r"\d{4}", first):
        start = start.replace(year=start.year - 1)
    return (start, end) if start <= end else None


def day_of(text: str, year: int | None = None) -> date | None:
    """A day as people write it: 2024-04-30, 30.04.2024, 30 April 2024, April 30, 2024, 30 апреля 2024."""
    iso = iso_date(text.strip())
    if iso:
        return date.fromisoformat(iso)
    folded = fold(text)
    months = {fold(word): number for number, names in words_file().months.items() for word in names}
    for pattern, day, month in ((_WORDS, 1, 2), (_MONTH_FIRST, 2, 1)):
        m = pattern.search(folded)
        if m and m[month] in months and (m[3] or year):
            try:
                return date(int(m[3] or year or 0), months[m[month]], int(m[day]))
            except ValueError:
                return None
    return None
