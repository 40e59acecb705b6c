"""What published figures and surveys name beyond their own file: figures that are computed, categories that are counted.

Names that no schema can know belong here; schemas and what stands twice are checked in `check.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache

from warehouse.codebooks.check_book import entries
from warehouse.codebooks.check_files import Checked
from warehouse.codebooks.model import Codebook
from warehouse.indicators.told import ANY, Told
from warehouse.settings import DBT_PROJECT


def check_named(name: str, file: Checked, books: Iterable[Codebook]) -> None:
    """Problems of `published.yml` and `survey.yml` beside the operation's codebooks."""
    counted = _counted(Told.of(books))
    if name == "published.yml":
        _check_figures(file, {category for told in counted.values() for category in told})
    if name == "survey.yml":
        _check_margins(file, counted)


def _counted(told: Told) -> dict[str, set[str]]:
    """The categories that each component counts. Where a column names them, any option of the codebook may be one."""
    found = {component: {str(m.category) for m in measures} for component, measures in told.measures.items()}
    for (component, _), codes in told.fields.items():
        if ANY in found.get(component, set()):
            found[component] |= codes
    return {component: categories - {ANY, "None"} for component, categories in found.items()}


@cache
def _families() -> frozenset[str]:
    """First words of the figures that are computed: communities, change, rank, share …"""
    with (DBT_PROJECT / "seeds" / "headline_figures.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["figure_code"].partition(".")[0] for row in csv.DictReader(file))


def _check_figures(file: Checked, categories: set[str]) -> None:
    for loc, raw in entries(file.data, "figures"):
        code = str(raw.get("figure_code", "")) if isinstance(raw, dict) else ""
        if code and code.partition(".")[0] not in _families() | categories:
            what = f"no figure is called {code}"
            file.add(
                (*loc, "figure_code"), what, "a figure of docs/adding-a-country.md, such as returned or rank.returned.1"
            )


def _check_margins(file: Checked, counted: dict[str, set[str]]) -> None:
    for loc, raw in entries(file.data, "surveys"):
        raking = raw.get("raking") if isinstance(raw, dict) else None
        margins = raking.get("margins") if isinstance(raking, dict) else None
        for number, margin in enumerate(margins if isinstance(margins, list) else []):
            known = counted.get(str(margin.get("component", "bma")), set()) if isinstance(margin, dict) else set()
            if isinstance(margin, dict) and margin.get("category") not in known:
                what = f"no codebook of the component counts {margin.get('category')}"
                expected = "a category of its codebook" if known else "a component that counts people"
                file.add((*loc, "raking", "margins", number, "category"), what, expected)
