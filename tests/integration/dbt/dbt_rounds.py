"""Handmade rounds, small enough to reckon every mart with a pencil.

Two rounds of key informants (kgz-bma), one of sites (xyz-baseline) and one survey (kgz-rms) belong here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from warehouse.normalize.schema import TABLES

Parts = dict[tuple[str, str | None, str, str], int | None]  # (dimension, item, sex, age_group) to value

KGZ = [("KG", 0, None), ("O1", 1, "KG"), ("O2", 1, "KG"), ("R11", 2, "O1"), ("R12", 2, "O1"), ("R21", 2, "O2")]
VILLAGES = [("V1", 4, "R11"), ("V2", 4, "R12"), ("V3", 4, "R21")]
XYZ = [("XY", 0, None), ("A", 1, "XY"), ("B", 2, "A"), ("C1", 3, "B"), ("C2", 3, "B"), ("C3", 3, "B")]
TOTAL = ("total", None, "all", "all")


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A canonical frame; columns that a row leaves out are null."""
    schema = TABLES[table]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def places(round_key: str, tree: list[tuple[str, int, str | None]], in_gazetteer: bool) -> pl.DataFrame:
    """The place table of a round."""
    names = {"place_code": 0, "place_level": 1, "parent_code": 2}
    rows = [{k: p[i] for k, i in names.items()} | {"place_name_en": f"Place {p[0]}"} for p in tree]
    return frame("place", [r | {"round_key": round_key, "in_gazetteer": in_gazetteer} for r in rows])


def counts(
    round_key: str, row_id: str, place: str, category: str, parts: Parts, unit: str = "individuals"
) -> list[dict[str, Any]]:
    """The population rows of one delivered row and category; None is a blank cell."""
    return [
        {
            "round_key": round_key, "row_id": row_id, "place_code": place, "place_level": 4, "population_category": category,
            "dimension": dimension, "item": item, "sex": sex, "age_group": age, "unit": unit, "value": value,
            "value_status": "missing" if value is None else "reported",
        }
        for (dimension, item, sex, age), value in parts.items()
    ]  # fmt: skip


def assessments(round_key: str, rows: dict[str, str], day: date) -> pl.DataFrame:
    """One accepted row per `row_id: place_code`, one informant each."""
    return frame("assessment", [
        {"round_key": round_key, "row_id": r, "place_code": p, "place_level": 4, "informant_count": 1, "interview_date": day}
        for r, p in rows.items()
    ])  # fmt: skip


def years(y2022: int, y2023: int) -> Parts:
    """Returns by year."""
    return {("year", "2022", "all", "all"): y2022, ("year", "2023", "all", "all"): y2023}


def adults(male: int | None, female: int | None, age: str = "18-29") -> Parts:
    """One age group by sex."""
    return {("sex_age", None, "male", age): male, ("sex_age", None, "female", age): female}


def countries(rus: int, kaz: int) -> Parts:
    """Two countries."""
    return {("country", "RUS", "all", "all"): rus, ("country", "KAZ", "all", "all"): kaz}


def bma_round_1() -> dict[str, pl.DataFrame]:
    """V1: informants say 10, 30, 20 (20 stands); V2: 40 and 40 (k4 stands); V3: 60, emigrants unknown."""
    key = "kgz-bma-r01"
    rows = [
        *counts(key, "k1", "V1", "returned", {TOTAL: 10, **adults(99, 99), **years(99, 99)}),
        *counts(key, "k2", "V1", "returned", {TOTAL: 30}),
        *counts(key, "k3", "V1", "returned", {TOTAL: 20, **adults(12, 8), **years(5, 15)}),
        *counts(key, "k4", "V2", "returned", {TOTAL: 40, **adults(30, 10), **years(10, 30)}),
        *counts(key, "k5", "V2", "returned", {TOTAL: 40, **adults(1, 1), **years(1, 1)}),
        *counts(key, "k6", "V3", "returned", {TOTAL: 60, **adults(45, None, "60+"), **years(15, 45)}),
        *counts(key, "k1", "V1", "emigrant", {TOTAL: 7, **countries(500, 500)}),
        *counts(key, "k2", "V1", "emigrant", {TOTAL: 9}),
        *counts(key, "k3", "V1", "emigrant", {TOTAL: 8, **countries(6, 2)}),
        *counts(key, "k4", "V2", "emigrant", {TOTAL: 0, **countries(0, 0)}),
        *counts(key, "k5", "V2", "emigrant", {TOTAL: 100}),
        *counts(key, "k6", "V3", "emigrant", {TOTAL: None}),
    ]
    where = {"k1": "V1", "k2": "V1", "k3": "V1", "k4": "V2", "k5": "V2", "k6": "V3"}
    return {
        "assessment": assessments(key, where, date(2024, 3, 1)),
        "population": frame("population", rows),
        # The gazetteer knows the rayons' parents: the delivery names rayons and villages only.
        "place": places(key, [p for p in KGZ if p[1] != 1] + VILLAGES, in_gazetteer=True),
        "finding": frame("finding", [{"round_key": key, "code": "unknown_place", "severity": "review", "rows": 2, "people": 9}] * 2),
        "rejected": frame("rejected", [{"round_key": key, "reason_code": "unknown_place", "people": 9}]),
        "conservation": frame("conservation", [
            {"round_key": key, "measure": "rows", "delivered": 7, "accepted": 6, "rejected": 1},
            {"round_key": key, "measure": "returned.individuals", "delivered": 209, "accepted": 200, "rejected": 8},
        ]),
    }  # fmt: skip


def bma_round_2(whole: bool) -> dict[str, pl.DataFrame]:
    """Two villages with years and countries; the corrected delivery keeps one village without either."""
    key = "kgz-bma-r02"
    rows = counts(key, "k1", "V1", "returned", {TOTAL: 50, **(years(20, 30) if whole else {})})
    if whole:
        rows += counts(key, "k2", "V3", "returned", {TOTAL: 30, **years(10, 20)})
        rows += counts(key, "k2", "V3", "emigrant", {TOTAL: 5, **countries(5, 0)})
    return {
        "assessment": assessments(key, {"k1": "V1", "k2": "V3"} if whole else {"k1": "V1"}, date(2024, 9, 5)),
        "population": frame("population", rows),
        "place": places(key, KGZ + VILLAGES, in_gazetteer=True),
    }


def baseline_round() -> dict[str, pl.DataFrame]:
    """Sites: two in C1 (3 + 4 people), one in C2 (3 people: a small cell), one in C3 with a small part."""
    key = "xyz-baseline-r07"
    reason = {("reason", "flood", "all", "all"): 18, ("reason", "conflict", "all", "all"): 2}
    rows = [
        *counts(key, "s1", "C1", "idp", {TOTAL: 3}),
        *counts(key, "s1", "C1", "idp", {TOTAL: 5}, unit="households"),
        *counts(key, "s2", "C1", "idp", {TOTAL: 4}),
        *counts(key, "s2", "C1", "idp", {TOTAL: 6}, unit="households"),
        *counts(key, "s3", "C2", "idp", {TOTAL: 3}),
        *counts(
            key,
            "s4",
            "C3",
            "idp",
            {TOTAL: 20, ("sex", None, "male", "all"): 18, ("sex", None, "female", "all"): 2, **reason},
        ),
    ]
    where = {"s1": "C1", "s2": "C1", "s3": "C2", "s4": "C3"}
    return {
        "assessment": assessments(key, where, date(2017, 12, 1)).with_columns(informant_count=pl.lit(None, pl.Int64)),
        "population": frame("population", rows),
        "place": places(key, XYZ, in_gazetteer=False),
    }


def survey_round() -> dict[str, pl.DataFrame]:
    """40 respondents in 4 clusters of 10; 8, 6, 4 and 6 want to stay, 1 each is uncertain, the others circulate.

    Who stays was asked how often; one of the 24 gave no answer.
    """
    key, people, answers = "kgz-rms-r01", [], []
    for cluster, stay in enumerate([8, 6, 4, 6]):
        for seat in range(10):
            who = f"p{cluster}{seat}"
            people.append({
                "round_key": key, "response_key": who, "place_code": "R11" if cluster < 3 else "R21", "place_level": 2,
                "cluster": f"c{cluster}", "sex": "male" if seat % 2 else "female", "age_years": 20 + seat,
                "age_group": "18-29", "country_iso3": "RUS", "interview_date": date(2024, 5, 1 + cluster),
            })  # fmt: skip
            plan = "stay" if seat < stay else "uncertain" if seat == 9 else "circulate"
            base = {"round_key": key, "response_key": who, "value_status": "reported"}
            answers.append(base | {"question_code": "plan", "option_code": plan})
            answers.append(base | {"question_code": "needs", "option_code": "work", "value_number": float(seat < 5)})
            answers.append(base | {"question_code": "needs", "option_code": "health", "value_number": 0.0})
            answers.append(base | {"question_code": "months", "value_number": float(12 + cluster)})
            often = "not_asked" if plan != "stay" else "missing" if who == "p00" else "reported"
            option = "monthly" if often == "reported" else None
            answers.append(base | {"question_code": "often", "option_code": option, "value_status": often})
    return {
        "response": frame("response", people),
        "answer": frame("answer", answers),
        "place": places(key, KGZ, in_gazetteer=True),
    }
