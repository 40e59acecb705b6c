"""The three languages of what people are handed: messages (gettext catalogues), numbers, dates.

Looking messages up and writing numbers and dates the way a language does belongs here. What is said belongs to the report,
the site and the package; names of places, categories and indicators come from the marts.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from warehouse.serving.words.numbers import NONE as NONE
from warehouse.serving.words.numbers import percent_sign, written

LANGUAGES = ("en", "ru", "ky")
LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "ky": "Кыргызча"}  # each in its own
HERE = Path(__file__).parent
DOMAIN = "mtm"
LOCALES = {"en": "en_GB", "ru": "ru", "ky": "ky"}  # 18 October 2024, not October 18


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
        """A message in this language, with its {names} put in: numbers and dates are handed over as already written."""
        text = self.catalogue.gettext(message) if message else ""
        return text.format(**values) if values else text

    def count(self, one: str, many: str, number: float | None, **values: object) -> str:
        """A message that depends on a number of things, `{n}` in it: Russian has three forms. None is told as a dash."""
        form = 2 if number is None else abs(int(number))
        return self.catalogue.ngettext(one, many, form).format(n=self.number(number), **values)

    def named(self, row: Mapping[str, object], name: str) -> str:
        """The name of a row in this language (`place_name` → its `place_name_ky`), else the English one, else the plain one."""
        found = (row.get(key) for key in (f"{name}_{self.lang}", f"{name}_en", name))
        return next((str(f) for f in found if f is not None and f != ""), "")

    def number(self, value: float | Decimal | None, digits: int = 0) -> str:
        """`128 661`, `3,9`, `−17 684`: rounded half to even; a dash for none and for what is no number."""
        return written(value, digits, self.locale)

    def percent(self, value: float | Decimal | None, digits: int = 0) -> str:
        """A number of percent (not a share): `34 %` from 34.0."""
        text = written(value, digits, self.locale)
        return text if text == NONE else text + percent_sign(self.lang)

    def day(self, value: date | datetime | str | None) -> str:
        """`18 October 2024`, `18 октября 2024 г.`, `2024-жылдын 18-октябры`; also from an ISO text. A moment tells its day."""
        from warehouse.serving.words.dates import as_date, one_day

        return NONE if not value else one_day(as_date(value), self.lang)

    def days(self, first: date | datetime | str | None, last: date | datetime | str | None) -> str:
        """A span of days (fieldwork, a reference window); where one end is not known it is left open: `5 May 2024 –`."""
        from warehouse.serving.words.dates import as_date, span

        if first and last:
            return span(as_date(first), as_date(last), self.lang)
        return f"{self.day(first)} –" if first else f"– {self.day(last)}" if last else NONE


@cache
def tongue(lang: str) -> Tongue:
    """The language of a code."""
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: {', '.join(LANGUAGES)}")
    return Tongue(lang)


def catalogue_file(lang: str) -> Path:
    """Where the messages of a language are."""
    return HERE / lang / f"{DOMAIN}.po"


@cache
def _catalogue(lang: str) -> NullTranslations:
    """The messages of a language; compiled in memory, so that nothing that is made stands in the tree."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = catalogue_file(lang)
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)
