"""A release of one small round: all marts as they are described, a few rows in some of them, and names that mean harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.indicators.marts import marts
from warehouse.releases.manifest import RoundVersion
from warehouse.serving.source import ReleaseSource

HARM = "<script>alert(1)</script>{x}"
ROUND = "toy-bma-r01"


def three(stem: str, text: str) -> dict[str, str]:
    return {f"{stem}_{lang}": text for lang in ("en", "ru", "ky")}


BASE: dict[str, list[dict[str, Any]]] = {
    "dim_operation": [{"operation": "toy", **three("operation_name", "Toyland"), "country_iso3": "TOY", "programme": HARM,
                       "credit_line": "Toy", "licence": "free", "finest_published_level": 2, "small_cell_threshold": 5,
                       "suppress_from_level": 3, "survey_minimum_n": 10}],
    "dim_round": [{"round_key": ROUND, "operation": "toy", "component": "bma", "round_number": 1, "round_title": "r1",
                   "fieldwork_start": date(2024, 9, 5), "fieldwork_end": date(2024, 10, 18), "communities": 3,
                   "row_grain": "informant", "is_registered": True, "is_synthetic": False, "geography_vintage": "v"}],
    "dim_population_category": [{"population_category": "returned", **three("category_name", "Returned migrants"),
                                 **three("definition", "Who came back."), "sort_order": 1,
                                 "link_type": "return"}],
    "mart_population": [
        {"round_key": ROUND, "place_code": code, "place_level": level, **three("place_name", name),
         "population_category": "returned", **three("category_name", "Returned migrants"), "sex": "all", "age_group": "all",
         "individuals": n, "value_status": "reported", "is_suppressed": n is None, "communities": 3}
        for code, level, name, n in (("T", 0, "Toyland", 1234), ("T1", 1, HARM, 1200), ("T2", 1, "Two", None))
    ],
    "mart_place_ranks": [
        {"round_key": ROUND, "place_code": code, "place_level": 1, **three("place_name", name), "place_rank": rank,
         "population_category": "returned", **three("category_name", "Returned migrants"), "individuals": n, "is_tied": False,
         "share_of_country": n and n / 1234, "value_status": "reported", "is_suppressed": n is None}
        for code, name, n, rank in (("T1", HARM, 1200, 1), ("T2", "Two", None, None))
    ],
    "mart_round_coverage": [
        {"round_key": ROUND, "place_code": code, "place_level": level, **three("place_name", name), "communities": n,
         "informants": n, "is_suppressed": False}
        for code, level, name, n in (("T", 0, "Toyland", 3), ("T1", 1, HARM, 2), ("T2", 1, "Two", 1))
    ],
    "mart_headlines": [{"round_key": ROUND, "headline_code": "returned", **three("headline_name", "Returned migrants"),
                        "value": 1234.0, "unit": "individuals", "published_value": 1230.0, "difference": 4.0, "agrees": False,
                        "sort_order": 1}],
}  # fmt: skip


def small_release(folder: Path, more: dict[str, list[dict[str, Any]]] | None = None) -> ReleaseSource:
    """Writes the database and gives the release; `more` adds rows to marts, or takes the place of those here."""
    rows = {**BASE, **(more or {})}
    with duckdb.connect(str(folder / "mtm.duckdb")) as con:
        con.execute("CREATE SCHEMA marts; USE marts")
        for mart in marts().values():
            con.execute(f"CREATE TABLE {mart.name} ({', '.join(f'{c.name} {c.data_type}' for c in mart.columns)})")
            for row in rows.get(mart.name, []):
                con.execute(
                    f"INSERT INTO {mart.name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
                )
    version = RoundVersion(ROUND, "d", 1, "ab" * 32, "n")
    return ReleaseSource(folder, "r000001", None, "2026-01-02T03:04:05Z", "cd" * 32, [version], [ROUND], False)
