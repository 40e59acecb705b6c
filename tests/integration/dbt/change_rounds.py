"""Handmade rounds for comparisons: each operation is a case of its own, so that one build holds them all.

Making rounds and their reference rows from a few words belongs here; the cases are in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from dbt_rounds import frame

Rows = list[dict[str, Any]]
Count = int | None
Told = tuple[Count, Mapping[int, Count]]  # total, and years where they were asked


@dataclass(frozen=True)
class Community:
    """A community of a round: its place and what it told by category."""

    code: str
    parent: str
    told: Mapping[str, Told]
    name: str = ""


@dataclass(frozen=True)
class Round:
    """A round of an operation: places above the communities as (code, level, parent, name), and the communities."""

    number: int
    communities: list[Community]
    places: list[tuple[str, int, str | None, str]]
    window: tuple[date, date] | None = None
    vintage: str | None = None


@dataclass(frozen=True)
class Case:
    """An operation: its rounds, how it publishes, and what else is known of it."""

    operation: str
    rounds: list[Round]
    finest: int = 2
    suppress_from: int = 3
    crosswalk: Rows = field(default_factory=list)
    comparability: Rows = field(default_factory=list)

    def key(self, number: int) -> str:
        """The key of a round."""
        return f"{self.operation}-bma-r{number:02d}"

    def canonical(self) -> list[dict[str, pl.DataFrame]]:
        """The canonical tables of all rounds."""
        return [_canonical(self.key(r.number), r) for r in self.rounds]

    def reference(self) -> dict[str, Rows]:
        """The reference rows of the operation."""
        return {
            "operation": [{"operation": self.operation, "operation_name_en": self.operation, "country_iso3": "XYZ",
                           "finest_published_level": self.finest, "suppress_from_level": self.suppress_from,
                           "small_cell_threshold": 5, "survey_minimum_n": 10}],
            "round": [self._round(r) for r in self.rounds],
            "place": [self._place(r, p) for r in self.rounds if r.vintage for p in r.places],
            "place_crosswalk": [{"operation": self.operation, **row} for row in self.crosswalk],
            "indicator_comparability": [
                {"operation": self.operation, "component": "bma", **row, "round_key": self.key(row["number"])}
                for row in self.comparability
            ],
        }  # fmt: skip

    def _round(self, r: Round) -> dict[str, Any]:
        start, end = r.window or (None, None)
        return {"round_key": self.key(r.number), "operation": self.operation, "component": "bma", "round_number": r.number,
                "window_start": start, "window_end": end, "geography_vintage": r.vintage, "row_grain": "informant",
                "is_registered": True, "is_synthetic": True}  # fmt: skip

    def _place(self, r: Round, place: tuple[str, int, str | None, str]) -> dict[str, Any]:
        code, level, parent, name = place
        return {"operation": self.operation, "geography_vintage": r.vintage, "place_code": code, "place_level": level,
                "parent_code": parent, "place_name_en": name, "place_name_ru": name, "place_name_ky": name}  # fmt: skip


def together(cases: list[Case]) -> tuple[list[dict[str, pl.DataFrame]], dict[str, Rows]]:
    """The rounds and the reference tables of all cases; places of one vintage stand once."""
    tables: dict[str, Rows] = {}
    for case in cases:
        for table, rows in case.reference().items():
            known = tables.setdefault(table, [])
            for row in rows:
                if row not in known:
                    known.append(row)
    return [r for case in cases for r in case.canonical()], tables


def _canonical(key: str, r: Round) -> dict[str, pl.DataFrame]:
    level = max(p[1] for p in r.places) + 1
    above = [
        {"round_key": key, "place_code": c, "place_level": lev, "parent_code": parent, "place_name_en": name}
        for c, lev, parent, name in r.places
    ]
    own = [
        {
            "round_key": key,
            "place_code": c.code,
            "place_level": level,
            "parent_code": c.parent,
            "place_name_en": c.name or c.code,
        }
        for c in r.communities
    ]
    counts = [
        row for c in r.communities for category, told in c.told.items() for row in _counts(key, c.code, category, told)
    ]
    heard = [{"round_key": key, "row_id": c.code, "place_code": c.code, "place_level": level, "informant_count": 1}
             for c in r.communities]  # fmt: skip
    return {
        "assessment": frame("assessment", heard),
        "population": frame("population", counts),
        "place": frame("place", above + own),
    }


def _counts(key: str, code: str, category: str, told: Told) -> Rows:
    total, years = told
    parts = [("total", None, total), *(("year", str(year), value) for year, value in years.items())]
    return [
        {"round_key": key, "row_id": code, "place_code": code, "place_level": 3, "population_category": category,
         "dimension": dimension, "item": item, "sex": "all", "age_group": "all", "unit": "individuals", "value": value,
         "value_status": "missing" if value is None else "reported"}
        for dimension, item, value in parts
    ]  # fmt: skip
