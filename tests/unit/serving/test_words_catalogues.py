"""The catalogues are complete: what the code says is in Russian and Kyrgyz, nothing else is, and the texts are sound."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from warehouse.serving.words import catalogue_file
from warehouse.serving.words.extract import Found, messages
from warehouse.serving.words.update import missing, update

TRANSLATED = ("ru", "ky")
FORMS = {"ru": 3, "ky": 2}  # CLDR: one, few, many; one, other
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)s|<[^<>]+>|&\w+;")
WORD, LATIN, CYRILLIC = re.compile(r"[^\W\d_]+"), re.compile("[A-Za-z]"), re.compile("[а-яёөүңА-ЯЁӨҮҢ]")
KYRGYZ, NOT_KYRGYZ = re.compile("[өүңӨҮҢ]"), re.compile("[іїєўқғұһәІЇЄЎҚҒҰҺӘ]")
# Names of columns, files and folders; and names of formats, programs, standards and codes: the same in every language.
TECHNICAL = re.compile(r"[\w./]+\.(?:csv|json|md|xml|yml)|\w+_[\w…]+|\w+/")
IN_LATIN = """
A4 BI COMMENT CSV DCAT DTM DuckDB Excel Frictionless GeoJSON HTML HXL ISO JSON JavaScript LibreOffice M49 MTM ML Parquet PDF
PostgreSQL Python README R SDMX SOATE SQL SVG SYNTHETIC Spark Superset TRUE UTC UTF XLSX ZIP Data Docs Package
all alpha baseline bma columns commentRows comparability component dbt operation rms sex sha true
"""


@cache
def found() -> tuple[Found, ...]:
    return tuple(messages())


@cache
def catalogue(lang: str) -> Catalog:
    with catalogue_file(lang).open("rb") as file:
        return read_po(file, locale=lang)


def entries(lang: str) -> list[Message]:
    return [m for m in catalogue(lang) if m.id]


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text or ""),)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_the_catalogue_has_what_is_said_and_nothing_more(lang: str) -> None:
    said, known = {m.forms[0] for m in found()}, {forms(m.id)[0] for m in entries(lang)}
    assert not said - known, "run `make words` and give these a text"
    assert not known - said, "nobody says these any more: run `make words`"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_message_is_missing_doubtful_or_left_over(lang: str) -> None:
    assert not missing(catalogue(lang))
    assert not [m.id for m in entries(lang) if m.fuzzy]
    assert not catalogue(lang).obsolete


@pytest.mark.parametrize("lang", TRANSLATED)
def test_the_file_is_as_the_command_writes_it(lang: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    copy = tmp_path / lang / "mtm.po"
    copy.parent.mkdir()
    copy.write_bytes(catalogue_file(lang).read_bytes())
    update(lang, found(), copy)
    assert copy.read_text(encoding="utf-8") == catalogue_file(lang).read_text(encoding="utf-8"), "run `make words`"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_placeholders_and_marks_are_those_of_the_message(lang: str) -> None:
    for m in entries(lang):
        for text in forms(m.string):
            wanted = [sorted(PLACEHOLDER.findall(f)) for f in forms(m.id)]
            assert sorted(PLACEHOLDER.findall(text)) in wanted, f"{m.id!r}: {text!r}"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_plural_forms_are_those_of_the_language(lang: str) -> None:
    assert catalogue(lang).num_plurals == FORMS[lang]
    for m in entries(lang):
        if m.pluralizable:
            assert len(forms(m.string)) == FORMS[lang], m.id


def test_a_count_takes_one_pair_of_forms_everywhere() -> None:
    pairs: dict[str, set[tuple[str, ...]]] = {}
    for m in found():
        pairs.setdefault(m.forms[0], set()).add(m.forms)
    assert not {k: v for k, v in pairs.items() if len(v) > 1}


@pytest.mark.parametrize("lang", TRANSLATED)
def test_texts_are_in_the_letters_of_the_language(lang: str) -> None:
    for m in entries(lang):
        for text in map(lambda f: PLACEHOLDER.sub(" ", f), forms(m.string)):
            words = WORD.findall(TECHNICAL.sub(" ", text))
            assert not [w for w in words if LATIN.search(w) and CYRILLIC.search(w)], (
                f"{m.id!r} mixes alphabets: {text!r}"
            )
            assert not [w for w in words if LATIN.search(w) and w not in IN_LATIN.split()], (
                f"{m.id!r} is left in English: {text!r}"
            )
            assert not NOT_KYRGYZ.search(text), f"{m.id!r} has letters of another language: {text!r}"
            assert lang == "ky" or not KYRGYZ.search(text), f"{m.id!r} is Kyrgyz: {text!r}"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_ends_are_kept(lang: str) -> None:
    """A sentence stays a sentence, a label with a colon keeps it; spaces at the ends are put on by who says it."""
    for m in entries(lang):
        for text in forms(m.string):
            assert text == text.strip() or forms(m.id)[0] != forms(m.id)[0].strip(), f"{m.id!r}: {text!r}"
            for mark in (".", ":", "?"):
                ends = forms(m.id)[0].rstrip().endswith(mark), text.rstrip().endswith(mark)
                assert ends[0] == ends[1], f"{m.id!r}: {text!r}"


def test_kyrgyz_is_kyrgyz() -> None:
    russian = {m.id: forms(m.string) for m in entries("ru")}
    long = [m for m in entries("ky") if len(WORD.findall(PLACEHOLDER.sub(" ", forms(m.string)[0]))) > 2]
    assert not [m.id for m in long if forms(m.string)[0] == russian[m.id][0] and CYRILLIC.search(russian[m.id][0])]
    assert sum(any(KYRGYZ.search(f) for f in forms(m.string)) for m in long) > len(long) / 2
