"""Countries: names that are shown, in three languages, and names that are understood."""

from __future__ import annotations

import re

from warehouse.codebooks.folding import fold
from warehouse.normalize.countries import country_names, country_rows


def test_every_country_is_named_in_the_script_of_the_language() -> None:
    rows = country_rows()
    assert len(rows) > 240
    latin = [r["country_iso3"] for r in rows if re.search("[A-Za-z]", r["country_name_ru"] + r["country_name_ky"])]
    assert not latin, f"an English name stands in for the Russian or Kyrgyz one: {latin}"


def test_reviewed_names_stand_over_translations_and_are_understood() -> None:
    shown = {r["country_iso3"]: r for r in country_rows()}
    assert [shown[code]["country_name_ky"] for code in ("TUR", "KOR", "RUS")] == [
        "Түркия", "Түштүк Корея", "Россия Федерациясы",
    ]  # fmt: skip
    assert (shown["TUR"]["country_name_en"], shown["TUR"]["country_name_ru"]) == ("Türkiye", "Турция")
    understood = country_names()
    for code in ("TUR", "KOR", "RUS", "MKD", "COD"):
        names = [shown[code][f"country_name_{language}"] for language in ("en", "ru", "ky")]
        assert {understood[fold(name)] for name in names} == {code}
