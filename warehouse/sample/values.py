"""Values as the forms show them: dates, moments and answers in the language and style of a round.

Only single values belong here; rows are put together by the forms.
"""

from __future__ import annotations

from datetime import date, datetime

from warehouse.sample.layout import Layout, options

LOCAL_TIME = ".000+06:00"  # the Kyrgyz Republic


def day(value: date, layout: Layout) -> str | date:
    """A date as text, day first or ISO, or as a date cell."""
    if layout.dates == "cell":
        return date(value.year, value.month, value.day)
    return value.strftime("%d.%m.%Y") if layout.dates == "day_first" else value.strftime("%Y-%m-%d")


def moment(value: datetime, layout: Layout) -> str | datetime:
    """The time of submission: ISO text, or a cell with date and time."""
    return value if layout.dates == "cell" else value.isoformat()


def clock(value: datetime) -> str:
    """Start and end of an interview as the device notes them."""
    return value.isoformat() + LOCAL_TIME


def answer(question: str, code: str | None, layout: Layout) -> str | None:
    """An answer as its label in the form's language, or as its code."""
    if code is None or layout.answers == "code":
        return code
    return options()[question][code][layout.lang]
