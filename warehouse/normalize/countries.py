"""Countries: delivered names in English, Russian and Kyrgyz, and codes, to ISO 3166-1 alpha-3.

Names come from pycountry's translations, with `operations/common/countries.yml` over them; joining them to rows belongs here.
"""

from __future__ import annotations

import gettext
from functools import cache

import polars as pl
from pydantic import BaseModel, ConfigDict

from warehouse.codebooks.folding import fold
from warehouse.normalize.findings import Findings
from warehouse.normalize.values import fold_expr
from warehouse.operations import read_yaml
from warehouse.settings import PROJECT

LANGUAGES = ("ru", "ky")


class ShownName(BaseModel):
    """A country's name where the translation is missing or not what is said."""

    model_config = ConfigDict(extra="forbid")
    en: str | None = None
    ru: str | None = None
    ky: str | None = None


class CountryNames(BaseModel):
    """The file: ISO3 to the name that is shown, and ISO3 (or OTHER, UNKNOWN) to further names that are understood."""

    model_config = ConfigDict(extra="forbid")
    names: dict[str, ShownName] = {}
    countries: dict[str, list[str]] = {}


@cache
def _reviewed() -> CountryNames:
    return read_yaml(PROJECT / "operations" / "common" / "countries.yml", CountryNames)


def _translations() -> list[gettext.NullTranslations]:
    import pycountry

    return [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[lang], fallback=True) for lang in LANGUAGES
    ]


@cache
def country_names() -> dict[str, str]:
    """Folded name or code to ISO3, in all languages that are known."""
    import pycountry

    found: dict[str, str] = {}
    translations = _translations()
    for country in pycountry.countries:
        names = {
            country.name,
            getattr(country, "common_name", country.name),
            getattr(country, "official_name", country.name),
        }
        translated = {t.gettext(name) for t in translations for name in names}
        for text in [country.alpha_3, country.alpha_2, *names, *translated]:
            found.setdefault(fold(text), country.alpha_3)
    shown = {code: [n for n in (s.en, s.ru, s.ky) if n] for code, s in _reviewed().names.items()}
    for known in (shown, _reviewed().countries):
        found |= {fold(name): code for code, names in known.items() for name in [code, *names]}
    return found


def country_rows() -> list[dict[str, str]]:
    """Rows of `reference.country`, by ISO3, with names in three languages."""
    import pycountry

    ru, ky = _translations()
    rows = []
    for country in sorted(pycountry.countries, key=lambda c: c.alpha_3):
        name = getattr(country, "common_name", country.name)
        shown = _reviewed().names.get(country.alpha_3, ShownName())
        rows.append({
            "country_iso3": country.alpha_3, "country_iso2": country.alpha_2, "country_m49": country.numeric,
            "country_name_en": shown.en or name, "country_name_ru": shown.ru or ru.gettext(name),
            "country_name_ky": shown.ky or ky.gettext(name),
        })  # fmt: skip
    rows += [
        {"country_iso3": code, "country_iso2": None, "country_m49": None, "country_name_en": en, "country_name_ru": r, "country_name_ky": k}
        for code, en, r, k in (("OTHER", "Other countries", "Другие страны", "Башка өлкөлөр"), ("UNKNOWN", "Unknown", "Неизвестно", "Белгисиз"))
    ]  # fmt: skip
    return rows


def country_codes(long: pl.DataFrame, column: str, findings: Findings, sheet: str, where: str = "") -> pl.DataFrame:
    """Replace a text column by ISO3 codes; what does not resolve becomes UNKNOWN, with a finding."""
    codes = fold_expr(column).replace_strict(country_names(), default=None, return_dtype=pl.String)
    long = long.with_columns(codes.alias("_iso3"))
    unknown = long.filter(pl.col("_iso3").is_null() & (fold_expr(column) != ""))
    if not unknown.is_empty():
        findings.add(
            "unknown_country", "review", "{n} names of countries are not known",
            distinct=frozenset(unknown[column].unique().to_list()), where=where,
            expected="a country of ISO 3166-1 by code or by name in English, Russian or Kyrgyz",
            todo="add the spelling to operations/common/countries.yml", sheet=sheet,
            row_number=unknown["row_number"][0] if "row_number" in unknown.columns else None, rows=unknown.height,
        )  # fmt: skip
    return long.with_columns(pl.col("_iso3").fill_null("UNKNOWN").alias(column)).drop("_iso3")
