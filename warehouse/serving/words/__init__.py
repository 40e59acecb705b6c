"""The three languages of what people are handed: messages (gettext catalogues), numbers, dates.

Looking messages up and writing numbers and dates the way a language does belongs here. What is said belongs to the report,
the site and the package; names of places, categories and indicators come from the marts.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LANGUAGES = ("en", "ru", "ky")
HERE = Path(__file__).parent
DOMAIN = "mtm"
LOCALES = {"en": "en_GB", "ru": "ru", "ky": "ky"}  # 18 October 2024, not October 18
NONE = "–"  # what stands where there is no number


@dataclass(frozen=True)
class Tongue:
    """One language: `en`, `ru` or `ky`. English is what stands in the code; the others are in `<lang>/mtm.po`."""

    lang: str

    @property
    def locale(self) -> str:
        """Its locale, for Babel."""
        return LOCALES[self.lang]

    @property
    def catalogue(self) -> NullTranslations:
        """The messages, also for Jinja's `install_gettext_translations`."""
        return _catalogue(self.lang)

    def say(self, message: str, **values: object) -> str:
        """A message in this language, with its {names} put in."""
        text = self.catalogue.gettext(message)
        return text.format(**values) if values else text

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """A message that depends on a number, `{n}` in it: Russian has three forms."""
        return self.catalogue.ngettext(one, many, number).format(n=self.number(number), **values)

    def named(self, row: dict[str, object], name: str) -> str:
        """The name of a row in this language (`place_name` → its `place_name_ky`); the English one where there is none."""
        return str(row.get(f"{name}_{self.lang}") or row.get(f"{name}_en") or "")

    def number(self, value: float | Decimal | None, digits: int = 0) -> str:
        """`128 661`, `3,9`: as this language writes a number, rounded half to even; a dash for none."""
        from babel.numbers import format_decimal

        return NONE if value is None else format_decimal(value, format="#,##0" + _after(digits), locale=self.locale)

    def percent(self, value: float | Decimal | None, digits: int = 0) -> str:
        """A number of percent (not a share): `34 %` from 34.0."""
        from babel.numbers import format_percent

        return (
            NONE
            if value is None
            else format_percent(value / 100, format="#,##0" + _after(digits) + _percent(self.lang), locale=self.locale)
        )

    def day(self, value: date | datetime | None) -> str:
        """`18 October 2024`, `18 октября 2024 г.`."""
        from babel.dates import format_date

        return NONE if value is None else format_date(value, format="long", locale=self.locale)

    def days(self, first: date | None, last: date | None) -> str:
        """A span of days: the fieldwork, a reference window."""
        from babel.dates import format_interval

        if first is None or last is None:
            return self.day(first or last)
        return format_interval(first, last, skeleton="yMMMMd", locale=self.locale)


@cache
def tongue(lang: str) -> Tongue:
    """The language of a code."""
    if lang not in LANGUAGES:
        raise ValueError(lang)
    return Tongue(lang)


@cache
def _catalogue(lang: str) -> NullTranslations:
    """The messages of a language; compiled in memory, so that nothing that is made stands in the tree."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = HERE / lang / f"{DOMAIN}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _after(digits: int) -> str:
    return "." + "0" * digits if digits else ""


def _percent(lang: str) -> str:
    return "%" if lang == "en" else "\u00a0%"
