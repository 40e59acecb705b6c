"""A handmade round with every kind of part: departures, origins, reasons, settings, countries with ties.

Only what the round says belongs here; its marts are reckoned by hand in `test_dbt_parts.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from dbt_reference import reference
from dbt_rounds import KGZ, TOTAL, VILLAGES, Parts, assessments, counts, frame, places

KEY = "kgz-bma-r02"


def parts(dimension: str, **values: int | None) -> Parts:
    """Parts of one dimension: `parts("year", y2022=3)`."""
    return {(dimension, item.removeprefix("y"), "all", "all"): value for item, value in values.items()}


def parts_round() -> dict[str, pl.DataFrame]:
    """V1 (rayon R11) tells everything, V2 (R12) no reasons; nobody was in V3's rayon R21 nor in oblast O2."""
    rows = [
        *counts(KEY, "k1", "V1", "emigrant", {
            TOTAL: 100, **parts("year", y2021=5, y2022=40, y2023=45),
            **parts("country", RUS=60, KAZ=15, TUR=15, OTHER=4, UNKNOWN=6),
        }),
        *counts(KEY, "k2", "V2", "emigrant", {TOTAL: 50, **parts("year", y2022=25, y2023=35), **parts("country", RUS=50)}),
        *counts(KEY, "k1", "V1", "internal", {TOTAL: 80, **parts("origin", O1=20, O2=50)}),
        *counts(KEY, "k2", "V2", "internal", {TOTAL: 20, **parts("origin", O1=None, O2=20)}),
        *counts(KEY, "k1", "V1", "returned", {TOTAL: 60, **parts("reason", family=50, work=30)}),
        *counts(KEY, "k2", "V2", "returned", {TOTAL: 40, **parts("reason", family=None, work=None)}),
        *counts(KEY, "k1", "V1", "idp", {TOTAL: 10, **parts("setting", collective=4, tents=6), **parts("year", y2022=10)}),
    ]  # fmt: skip
    return {
        "assessment": assessments(KEY, {"k1": "V1", "k2": "V2"}, date(2024, 9, 5)),
        "population": frame("population", rows),
        "place": places(KEY, [p for p in KGZ + VILLAGES if p[0] not in ("O2", "R21", "V3")], in_gazetteer=True),
    }


def parts_reference() -> dict[str, list[dict[str, Any]]]:
    """Names of parts and a frame: 4 communities in each of R11 and R12, 3 in R21."""
    tables = reference(KEY)
    tables["frame"] = [
        {"operation": "kgz", "geography_vintage": "2021", "place_code": code, "communities": n, "frame_year": 2021, "frame_source": "list"}
        for code, n in (("R11", 4), ("R12", 4), ("R21", 3))
    ]  # fmt: skip
    tables["part_dimension"] = [
        {"operation": "kgz", "dimension": d, "dimension_name_en": d.title(), "dimension_name_ru": d, "dimension_name_ky": d, "adds_up": a}
        for d, a in (("reason", "several"), ("origin", "whole"), ("year", "whole"))
    ]  # fmt: skip
    tables["part_item"] = [
        {"operation": "kgz", "dimension": d, "item": i, "item_name_en": n, "item_name_ru": n, "item_name_ky": n}
        for d, i, n in (("reason", "work", "Work"), ("setting", "collective", "Collective sites"))
    ]
    return tables
