"""Countries as they are shown: a name in each language, and the names that are shown are known again when they come back."""

from __future__ import annotations

import re

from warehouse.codebooks.folding import fold
from warehouse.normalize.countries import country_names, country_rows


def test_every_country_has_a_name_of_its_own_in_russian_and_kyrgyz() -> None:
    rows = country_rows()
    latin = {
        (row["country_iso3"], language)
        for row in rows for language in ("ru", "ky")
        if re.search("[A-Za-z]", row[f"country_name_{language}"])
    }  # fmt: skip
    assert len(rows) > 240 and latin == set()


def test_a_name_that_is_shown_is_known() -> None:
    known = country_names()
    for row in country_rows():
        if row["country_iso2"]:
            assert known[fold(row["country_name_ky"])] == row["country_iso3"], row
