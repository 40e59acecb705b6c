"""What the marts say of themselves: a person who has only the database understands every table and column."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.indicators.marts import Mart, marts
from warehouse.settings import DBT_PROJECT, PROJECT

MODELS = DBT_PROJECT / "models"
# One word for one thing: these columns mean the same wherever they stand, and say so in the same words.
SAME = ("place_name", "category_name", "indicator_name", "option_name", "country_name", "origin_name", "reason_name")
LONGEST = 900  # characters of a description: a comment is read in a tooltip
TYPES_MEANT = {
    "difference": "of people it is whole, of shares it is not",
    "degrees_of_freedom": "of one estimate they are whole, of a difference (Satterthwaite) they are not",
}


@cache
def models() -> dict[str, dict[str, Any]]:
    """Every model's entry in its yml file."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(MODELS.rglob("*.yml")):
        for raw in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            found[raw["name"]] = {**raw, "_path": path}
    return found


def test_every_model_has_a_file_that_describes_it_beside_it() -> None:
    written = {p.stem: p.parent for p in MODELS.rglob("*") if p.suffix in (".sql", ".py")}
    assert {name: raw["_path"].parent for name, raw in models().items()} == written


@pytest.mark.parametrize("name", sorted(models()))
def test_a_model_says_its_grain_and_every_column(name: str) -> None:
    raw = models()[name]
    assert raw["description"].startswith("One row per "), name
    bare = [c["name"] for c in raw.get("columns", []) if len(c.get("description", "")) < 5]
    assert raw.get("columns") and bare == []


@pytest.mark.parametrize("mart", marts().values(), ids=lambda m: m.name)
def test_a_mart_is_understood_without_anything_else(mart: Mart) -> None:
    raw = models()[mart.name]
    assert [c for c in raw.get("constraints", []) if c["type"] == "primary_key"], "no primary key"
    assert [c.name for c in mart.columns if not c.data_type] == []
    assert [c.name for c in mart.columns if not 15 < len(c.description) <= LONGEST] == []
    names = {c.name for c in mart.columns}
    translated = {c[:-3] for c in names if c.endswith(("_ru", "_ky"))} - (names & ENGLISH_IS_PLAIN)
    assert {c for c in names if c.endswith("_en")} == {f"{c}_en" for c in translated} | (
        {c for c in names if c.endswith("_en")} & SAID_IN_ENGLISH
    )


# Names of places in the crosswalk: dim_place has the others; names of figures as their publication has them.
# Columns whose English stands under the plain name: they were there before the other languages, and readers rely on them.
ENGLISH_IS_PLAIN = {"round_title", "round_source", "programme", "credit_line", "licence"}
SAID_IN_ENGLISH = {"from_name_en", "to_name_en", "figure_name_en"}


def test_a_column_has_one_type_and_shared_names_one_meaning() -> None:
    types: dict[str, set[str]] = defaultdict(set)
    texts: dict[str, set[str]] = defaultdict(set)
    for column in (c for m in marts().values() for c in m.columns):
        types[column.name].add(column.data_type)
        if column.name[:-3] in SAME:
            texts[column.name].add(column.description)
    assert {n: t for n, t in types.items() if len(t) > 1 and n not in TYPES_MEANT} == {}
    assert {n: t for n, t in texts.items() if len(t) > 1} == {}


def test_every_mart_is_on_the_gates_list_and_is_read_by_somebody() -> None:
    listed = yaml.safe_load((PROJECT / "expectations" / "marts.yml").read_text(encoding="utf-8"))
    assert set(marts()) <= set(listed["marts"]) | set(listed.get("optional", {}))
    exposures = yaml.safe_load((MODELS / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    read = {ref.split("'")[1] for e in exposures for ref in e["depends_on"]}
    assert read == set(marts()), "an exposure names no such mart, or nobody reads a mart"
    asked = set(re.findall(r"\b(?:mart|dim)_[a-z_]+", (PROJECT / "docs" / "questions.md").read_text(encoding="utf-8")))
    assert asked <= {ref.split("'")[1] for e in exposures if e["name"] == "questions" for ref in e["depends_on"]}
    for exposure in exposures:
        assert exposure["owner"] == {"name": "MTM data team", "email": "mtmkyrgyzstan@iom.int"}
        assert len(exposure["description"]) > 40


def test_the_dictionary_is_where_the_manual_says() -> None:
    assert "data-dictionary.md" in (PROJECT / "README.md").read_text(encoding="utf-8")
    assert Path(PROJECT / "docs" / "indicators.md").exists()
