"""The forms of the rounds (`layouts/*.yml`): which columns a file has, in which order, language and wording.

Only the reading of forms belongs here. The codebooks under `operations/kgz` are written apart from them: that both
agree is held by a test.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from warehouse.operations import read_yaml
from warehouse.sample.figures import SEXES, Figures, Part
from warehouse.sample.places import place, units

FOLDER = Path(__file__).parent / "layouts"
LANGUAGES = ("en", "ru", "ky")
Split = Literal["sex_age", "sex", "year", "origin", "reason"]


class Repeat(Part):
    """The repeat sheet: countries by category."""

    sheet: str
    category: str
    country: str
    individuals: str
    categories: Literal["label", "code"]
    countries: Literal["name", "iso3"]


class Entry(Part):
    """A column, or the columns that a category is split into (`header` then has places to fill)."""

    field: str = ""
    split: Split | None = None
    category: str = ""
    header: str


class Layout(Part):
    """One form as one round's file shows it."""

    language: Literal["en", "ru", "ky"]
    sheet: str
    repeat: Repeat | None = None
    answers: Literal["label", "code"] = "label"
    multiple: Literal["list", "flags", "both"] = "list"
    dates: Literal["day_first", "iso", "cell"]
    columns: list[Entry]
    sex: dict[str, str] = {}
    age: dict[str, str] = {}

    @property
    def lang(self) -> int:
        """Index of the form's language in name tuples."""
        return LANGUAGES.index(self.language)


@cache
def load_layout(component: str, number: int) -> Layout:
    """The form of a round. Raises MtmError where the file is wrong."""
    return read_yaml(FOLDER / f"{component}_r{number:02d}.yml", Layout)


@cache
def options() -> dict[str, dict[str, list[str]]]:
    """Lists of answers: code to labels in English, Russian and Kyrgyz."""
    data: Any = yaml.safe_load((FOLDER / "options.yml").read_text(encoding="utf-8"))
    return {name: listed for name, listed in data.items() if name != "about"}


@cache
def about_lines() -> list[list[str]]:
    """The lines of the sheet that says that the file is synthetic, each in three languages."""
    data: Any = yaml.safe_load((FOLDER / "options.yml").read_text(encoding="utf-8"))
    lines: list[list[str]] = data["about"]
    return lines


def bma_columns(layout: Layout, figures: Figures, number: int) -> list[tuple[str, str]]:
    """Key and header of every column of a baseline form; a key is a field or `category.dimension.item`."""
    return [pair for entry in layout.columns for pair in _expanded(entry, layout, figures, number)]


def _expanded(entry: Entry, layout: Layout, figures: Figures, number: int) -> list[tuple[str, str]]:
    stem, form = f"{entry.category}.{entry.split}", entry.header
    if entry.split is None:
        return [(entry.field, form)]
    if entry.split == "sex":
        return [(f"{stem}.{sex}", form.format(sex=layout.sex[sex])) for sex in SEXES]
    if entry.split == "sex_age":
        pairs = [(sex, age) for sex in SEXES for age in figures.ages]
        return [(f"{stem}.{s}.{a}", form.format(sex=layout.sex[s], age=layout.age[a])) for s, a in pairs]
    return [(f"{stem}.{item}", form.format(item=name)) for item, name in _items(entry, layout, figures, number)]


def _items(entry: Entry, layout: Layout, figures: Figures, number: int) -> list[tuple[str, str]]:
    """Item and its name in the form's language."""
    if entry.split == "year":
        years = figures.bma[number].years.get(entry.category) or figures.emigrant_years
        return [(str(year), str(year)) for year in years]
    if entry.split == "origin":
        rows = units()
        return [(code, place(rows[code]).names[layout.lang]) for code in figures.origins]
    listed = options()[f"reason_{entry.category}"]
    return [(code, labels[layout.lang]) for code, labels in listed.items()]
