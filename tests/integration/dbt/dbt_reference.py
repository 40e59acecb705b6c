"""The reference tables of the handmade rounds: operations, rounds, gazetteer, countries, indicators, figures.

Facts about rounds belong here; what their deliveries say is in `dbt_rounds.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dbt_rounds import KGZ, VILLAGES

from warehouse.settings import PROJECT
from warehouse.survey.reliability import reliability_rows

Rows = list[dict[str, Any]]

FIRST = ("kgz-bma-r01", "kgz-rms-r01", "xyz-baseline-r07")  # the rounds of the first release


def _operation(code: str, iso3: str, finest: int, suppress_from: int) -> dict[str, Any]:
    limits = {"finest_published_level": finest, "suppress_from_level": suppress_from, "small_cell_threshold": 5}
    return {
        "operation": code,
        "operation_name_en": code.upper(),
        "country_iso3": iso3,
        "survey_minimum_n": 10,
        **limits,
    }


def _round(operation: str, component: str, number: int, grain: str, **more: Any) -> dict[str, Any]:
    return {
        "round_key": f"{operation}-{component}-r{number:02d}", "operation": operation, "component": component,
        "round_number": number, "row_grain": grain, "is_registered": True, "is_synthetic": operation == "kgz",
        "delivery_id": f"d-{operation}-{component}-r{number:02d}", **more,
    }  # fmt: skip


ROUNDS = [
    _round("kgz", "bma", 1, "informant", window_start=date(2020, 1, 1), window_end=date(2024, 4, 30), planned_communities=4,
           geography_vintage="2021"),
    _round("kgz", "bma", 2, "informant", window_start=date(2022, 1, 1), window_end=date(2024, 10, 31), geography_vintage="2021"),
    _round("kgz", "rms", 1, "respondent", geography_vintage="2021"),
    _round("xyz", "baseline", 7, "site"),
]  # fmt: skip


def _indicator(code: str, question: str, kind: str) -> dict[str, Any]:
    return {"operation": "kgz", "component": "rms", "indicator_code": code, "question_code": question, "kind": kind}


INDICATORS = [
    _indicator("intention", "plan", "single"),
    _indicator("need", "needs", "multiple"),
    _indicator("months_abroad", "months", "number"),
    _indicator("sex", "sex", "single"),
    _indicator("how_often", "often", "single"),
]


def _figure(round_key: str, code: str, value: float, decimals: int = 0) -> dict[str, Any]:
    return {
        "round_key": round_key,
        "figure_code": code,
        "published_value": value,
        "decimals": decimals,
        "unit": "percent",
    }


FIGURES = [
    _figure("kgz-bma-r01", "returned", 120),
    _figure("kgz-bma-r01", "change.returned.2023", 200),
    _figure("kgz-bma-r01", "share.country.destination.RUS", 74),
    _figure("kgz-bma-r01", "internal", 17),
    _figure("kgz-rms-r01", "share.intention.stay", 60, 1),
    {
        "round_key": "kgz-bma-r01",
        "figure_code": "rank.returned.1",
        "published_text": "Место O2",
        "is_press_release": True,
    },
    {"round_key": "kgz-bma-r01", "figure_code": "trend.returned", "published_text": "decrease"},
    {"round_key": "kgz-bma-r01", "figure_code": "rounds.in_progress", "published_value": 1, "as_of": date(2024, 9, 30)},
]
REGISTER = [
    {"operation": "kgz", "component": "bma", "round_number": 1, "fieldwork_start": date(2024, 3, 1), "fieldwork_end": date(2024, 4, 1)},
    {"operation": "kgz", "component": "bma", "round_number": 2, "fieldwork_start": date(2024, 9, 1), "fieldwork_end": None},
]  # fmt: skip


def reference(*round_keys: str) -> dict[str, Rows]:
    """The reference tables of a release with these rounds."""
    gazetteer = [
        {"place_code": code, "operation": "kgz", "geography_vintage": "2021", "place_level": level, "parent_code": parent,
         "place_name_en": f"Gazetteer {code}", "place_name_ru": f"Место {code}", "place_name_ky": f"Жер {code}", "population": 1000}
        for code, level, parent in KGZ + VILLAGES
    ]  # fmt: skip
    return {
        "operation": [_operation("kgz", "KGZ", 2, 4), _operation("xyz", "XYZ", 3, 3)],
        "round": [r for r in ROUNDS if r["round_key"] in round_keys],
        "place": gazetteer,
        "country": [{"country_iso3": "RUS", "country_name_en": "Russian Federation", "country_name_ru": "Россия", "country_name_ky": "Россия"}],
        "indicator": INDICATORS,
        "indicator_option": [
            {"operation": "kgz", "indicator_code": "intention", "option_code": o, "option_name_en": o.title(), "sort_order": i}
            for i, o in enumerate(["stay", "circulate", "uncertain", "other_country"])
        ],
        "survey_reliability": reliability_rows(PROJECT / "operations" / "common"),
        "published_figure": FIGURES,
        "registered_round": REGISTER,
        "release": [{"release_id": "rel-0001", "published_at": datetime(2024, 12, 1), "round_keys": "kgz-bma-r01", "is_current": True}],
    }  # fmt: skip
