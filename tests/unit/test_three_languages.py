"""What people see of an operation has its Russian and Kyrgyz: names, definitions, reasons, places, countries, checks, seeds."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from expectations.checks import catalogue as checks
from warehouse.normalize.countries import country_rows
from warehouse.operation_files import Names
from warehouse.operations import load_operation
from warehouse.parts import parts_of
from warehouse.settings import DBT_PROJECT, PROJECT

WORD, LATIN, CYRILLIC = re.compile(r"[^\W\d_]+"), re.compile("[A-Za-z]"), re.compile("[а-яёөүңА-ЯЁӨҮҢ]")
KYRGYZ = re.compile("[өүңӨҮҢ]")
# A word that starts in one alphabet and ends in the other: a letter that only looks right, and is found by no search.
SEEDS = ("population_categories", "headline_figures", "change_words", "survey_words", "place_groups")


def names_in(value: Any, where: str) -> Iterator[tuple[str, Names]]:
    """Every `Names` inside of a model, with the way to it."""
    if isinstance(value, Names):
        yield where, value
    elif isinstance(value, BaseModel):
        for key, inner in value:
            yield from names_in(inner, f"{where}.{key}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from names_in(inner, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from names_in(inner, f"{where}.{getattr(inner, 'code', '')}")


@pytest.mark.parametrize("code", ["kgz", "nga", "mli", "mwi"])
def test_an_operation_has_all_its_names(code: str) -> None:
    operation = load_operation(code)
    seen = [
        *names_in(operation.programme, "operation.yml"), *names_in(operation.indicators, "indicators"),
        *names_in(parts_of(operation), "parts"), *names_in(operation.rounds, "rounds.yml"),
    ]  # fmt: skip
    assert len(seen) > 50
    for where, names in seen:
        for text in (names.ru, names.ky):
            assert text and (CYRILLIC.search(text) or not LATIN.search(names.en)), f"{code} {where}: {names}"


def test_rounds_and_programmes_are_told_in_three_languages() -> None:
    for code in ("kgz", "nga", "mli", "mwi"):
        operation = load_operation(code)
        for texts in (w for _, w in operation.programme.in_words):
            assert texts.ru and texts.ky, code
        assert all(r.title and r.title.ru and r.title.ky for r in operation.rounds), code


def test_places_of_the_kyrgyz_republic_have_both_names() -> None:
    rows = [r for r in load_operation("kgz").gazetteer if int(r["place_level"]) <= 2]
    assert len(rows) > 100
    assert not [r["place_code"] for r in rows for lang in ("ru", "ky") if not CYRILLIC.search(r[f"place_name_{lang}"])]
    assert sum(bool(KYRGYZ.search(r["place_name_ky"])) for r in rows) > 20


def test_countries_have_both_names() -> None:
    rows = list(country_rows())
    assert len(rows) > 240
    for row in rows:
        assert all(CYRILLIC.search(str(row[f"country_name_{lang}"])) for lang in ("ru", "ky")), row


def test_checks_say_the_same_in_three_languages() -> None:
    known = checks()
    said = [c.sentence for c in known.checks] + list(known.families.values())
    for sentence in said:
        assert CYRILLIC.search(sentence.ru) and CYRILLIC.search(sentence.ky), sentence.en
        assert not KYRGYZ.search(sentence.ru), sentence.ru
    assert not [c.code for c in known.checks if c.sentence.ky == c.sentence.ru]
    assert sum(bool(KYRGYZ.search(c.sentence.ky)) for c in known.checks) > len(known.checks) / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_have_their_words(seed: str) -> None:
    with (DBT_PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stems = [c.removesuffix("_en") for c in rows[0] if c.endswith("_en")]
    assert stems
    for row in rows:
        for stem in stems:
            assert row[f"{stem}_en"] == row[f"{stem}_ru"] == "" or (row[f"{stem}_ru"] and row[f"{stem}_ky"]), (
                seed,
                row,
            )


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def test_no_word_mixes_alphabets() -> None:
    common = PROJECT / "operations" / "common"
    files = [common / f"{n}.yml" for n in ("columns", "dictionary", "indicators", "messages", "parts")]
    files += [PROJECT / "expectations" / "checks.yml", PROJECT / "warehouse" / "releases" / "notes.yml"]
    files += [f for f in (PROJECT / "operations").glob("*/*.yml") if f.stem in ("operation", "rounds", "indicators")]
    for path in files:
        for text in texts_of(yaml.safe_load(path.read_text(encoding="utf-8"))):
            mixed = [w for w in WORD.findall(text) if LATIN.search(w) and CYRILLIC.search(w)]
            assert not mixed, f"{Path(path).name}: {mixed} in {text!r}"
