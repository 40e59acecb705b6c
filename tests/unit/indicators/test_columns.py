"""The catalogue of columns: every column and mart of the serving database has its title in three languages, unit and HXL tag."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from warehouse.indicators.columns import column_titles
from warehouse.indicators.dictionary import words
from warehouse.indicators.marts import Mart, marts

KYRGYZ, CYRILLIC, LATIN = re.compile("[өүңӨҮҢ]"), re.compile("[а-яёөүңА-ЯЁӨҮҢ]"), re.compile("[A-Za-z]")
SAME_IN_BOTH = {"Операция", "Операции", "Компонент", "Программа", "Тема", "Витрина", "Статистика", "Категория", "Код"}
NAMES_IN_LATIN = {"ISO", "HXL", "UTC", "UN", "M49", "p"}
# The hashtags of HXL 1.1 (hxlstandard.org, dictionary): a tag of its own would be read by nobody.
HASHTAGS = """
access activity adm1 adm2 adm3 adm4 adm5 affected beneficiary capacity cause channel contact country crisis
currency date delivery description event frequency geo group impact indicator inneed item loc meta modality
need operations org output population reached region respondee sector service severity status subsector
targeted value
"""
# What HXL's own schema lets stand under a tag: numbers only, or dates only.
OF_NUMBERS = {"population", "affected", "inneed", "targeted", "reached", "output", "value"}
NUMBERS = ("integer", "bigint", "double", "decimal")


def titles_of(mart: Mart, lang: str) -> list[str]:
    return [str(getattr(column_titles().columns[c.name].title, lang)) for c in mart.columns]


def test_every_column_and_mart_is_there_and_none_is_stale() -> None:
    known = column_titles()
    assert set(known.columns) == {c.name for m in marts().values() for c in m.columns}
    assert set(known.marts) == set(marts())


@pytest.mark.parametrize("lang", ["ru", "ky"])
def test_every_title_stands_in_the_language(lang: str) -> None:
    known = column_titles()
    titles = {**{k: getattr(v.title, lang) for k, v in known.columns.items()}, **{k: getattr(v, lang) for k, v in known.marts.items()}}  # fmt: skip
    for name, title in titles.items():
        assert title, f"{name} has no title in {lang}"
        for word in re.findall(r"\w+", title):
            assert not (LATIN.search(word) and CYRILLIC.search(word)), f"{name}: {word!r} mixes alphabets"
            assert not LATIN.search(word) or word in NAMES_IN_LATIN, f"{name}: {word!r}"


def test_kyrgyz_titles_are_kyrgyz() -> None:
    known = column_titles()
    names = [*(c.title for c in known.columns.values()), *known.marts.values()]
    assert {n.ky for n in names if n.ky == n.ru} <= SAME_IN_BOTH
    assert sum(bool(KYRGYZ.search(n.ky or "")) for n in names) > len(names) / 3


@pytest.mark.parametrize("mart", list(marts().values()), ids=list(marts()))
def test_titles_and_tags_tell_the_columns_of_a_mart_apart(mart: Mart) -> None:
    for lang in ("en", "ru", "ky"):
        assert not [t for t, n in Counter(titles_of(mart, lang)).items() if n > 1]
    tags = Counter(column_titles().columns[c.name].hxl for c in mart.columns)
    assert not [t for t, n in tags.items() if n > 1]


def test_tags_are_those_of_the_standard() -> None:
    import hxl

    for name, column in column_titles().columns.items():
        parsed = hxl.model.Column.parse(column.hxl, use_exception=True)
        assert parsed.display_tag == column.hxl.lower() and parsed.tag.lstrip("#") in HASHTAGS.split(), (
            f"{name}: {column.hxl}"
        )


def test_what_a_tag_promises_is_what_the_column_holds() -> None:
    types = {c.name: c.data_type for m in marts().values() for c in m.columns}
    for name, column in column_titles().columns.items():
        tag = column.hxl[1:].split("+")[0]
        number = types[name].startswith(NUMBERS)
        assert number or (tag not in OF_NUMBERS and "+num" not in column.hxl), f"{name} is {types[name]}: {column.hxl}"
        year = name.endswith("_year")
        assert tag != "date" or year or types[name].startswith(("date", "timestamp")), f"{name} is {types[name]}"
        assert column.unit is None or (column.unit in words().units and number), f"{name}: {column.unit}"
