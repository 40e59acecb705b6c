"""Days and spans of days as a language writes them, in a report's own words: the month is spelled out.

Writing dates belongs here. Kyrgyz has the form of its official papers (`2024-жылдын 18-октябры`), which the tables of
Babel do not have.
"""

from __future__ import annotations

from datetime import date, datetime

KYRGYZ_MONTHS = (
    "январы", "февралы", "марты", "апрели", "майы", "июну", "июлу", "августу", "сентябры", "октябры", "ноябры", "декабры",
)  # fmt: skip
# The day with its month, then the whole date; {d} may be a span of days of one month.
DAY = {"en": "{d} {month}", "ru": "{d} {month}", "ky": "{d}-{month}"}
DATE = {"en": "{day} {year}", "ru": "{day} {year}\u00a0г.", "ky": "{year}-жылдын {day}"}


def as_date(value: date | datetime | str) -> date:
    """The day of a moment or of an ISO text (`2024-10-18`, `2024-10-18T14:05:00Z`)."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


def one_day(day: date, lang: str) -> str:
    """`18 October 2024`, `18 октября 2024 г.`, `2024-жылдын 18-октябры`."""
    return _date(_day(str(day.day), day.month, lang), day.year, lang)


def span(first: date, last: date, lang: str) -> str:
    """What both days share is said once: `5–18 October 2024`, `5 September – 18 October 2024`; two years are both said."""
    if first == last:
        return one_day(first, lang)
    if (first.year, first.month) == (last.year, last.month):
        return _date(_day(f"{first.day}–{last.day}", first.month, lang), first.year, lang)
    if first.year == last.year:
        days = f"{_day(str(first.day), first.month, lang)} – {_day(str(last.day), last.month, lang)}"
        return _date(days, first.year, lang)
    return f"{one_day(first, lang)} – {one_day(last, lang)}"


def _day(days: str, month: int, lang: str) -> str:
    return DAY[lang].format(d=days, month=_month(month, lang))


def _date(day: str, year: int, lang: str) -> str:
    return DATE[lang].format(day=day, year=year)


def _month(number: int, lang: str) -> str:
    from babel.dates import get_month_names

    return KYRGYZ_MONTHS[number - 1] if lang == "ky" else str(get_month_names("wide", locale=lang)[number])
