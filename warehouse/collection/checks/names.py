"""What questions are called: names of survey questions and counts in three languages, and the fields that counts come from.

Looking names up in the operation's files belongs here; nothing of a delivery does.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from warehouse.operations import Operation
from warehouse.settings import DBT_PROJECT


def question_names(operation: Operation) -> dict[str, Mapping[str, str]]:
    """Question, or `question=option`, → its name by language: that of the indicator which is asked by it; of totals the category's."""
    named: dict[str, Mapping[str, str]] = dict(_categories())
    for indicator in operation.indicators:
        if indicator.question:
            named.setdefault(indicator.question, _by_language(indicator.name.row("name")))
            for option in indicator.options:
                named.setdefault(f"{indicator.question}={option.code}", _by_language(option.name.row("name")))
    return named


def _by_language(row: Mapping[str, str]) -> dict[str, str]:
    return {lang: row[f"name_{lang}"] for lang in ("en", "ru", "ky")}


@cache
def _categories() -> dict[str, dict[str, str]]:
    """The totals of people by category, as `Collected.answers` names such a question."""
    with (DBT_PROJECT / "seeds" / "population_categories.csv").open(encoding="utf-8", newline="") as file:
        return {
            f"{row['population_category']}|total||all|all|individuals": {
                lang: row[f"category_name_{lang}"] for lang in ("en", "ru", "ky")
            }
            for row in csv.DictReader(file)
        }


def count_fields(operation: Operation, component: str) -> dict[str, str]:
    """A count's question (category|dimension|item|sex|age group|unit) → its field, as far as the codebook says it outright."""
    found: dict[str, str] = {}
    for book in operation.codebooks:
        if book.component != component:
            continue
        for sheet in book.sheets:
            for column in sheet.columns:
                m = column.measure
                if m is not None and m.category and "{" not in (m.item or ""):
                    parts = (m.category, m.dimension, m.item, m.sex, m.age_group, m.unit)
                    found["|".join(p or "" for p in parts)] = column.field
    return found
