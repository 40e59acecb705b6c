"""A home with small whole releases: marts as their contracts say, a few rows in those that the site tells of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.unit.releases import made
from warehouse.indicators.marts import marts
from warehouse.settings import Home

ROUND = made.ROUND
# Those that the site asks, and two more: enough for every kind of page.
KEPT = {"dim_operation", "dim_round", "dim_place", "dim_indicator", "dim_indicator_option", "dim_indicator_comparability", "mart_headlines",
        "mart_population", "mart_quality", "mart_releases", "mart_round_change"}  # fmt: skip
PLACES = {"TOY": ("Toyland", "Игрушечная страна", "Оюнчук өлкө", 0), "A": ("Osh", "Ёлкино", "Өзгөн", 1), "B": ("Bee", "Би", "Бүбү", 1)}
MANIFEST: dict[str, Any] = {
    "metadata": {"project_name": "mtm", "dbt_version": "1.11.16", "adapter_type": "duckdb", "env": {"USER": "somebody"}, "user_id": "u-1",
                 "invocation_id": "i-1", "generated_at": "2026-01-01T00:00:00Z", "dbt_schema_version": "v12"},
    "nodes": {
        "model.mtm.mart_population": {
            "resource_type": "model", "name": "mart_population", "fqn": ["mtm", "marts", "rounds", "mart_population"], "description": "One row.",
            "database": "build", "schema": "marts", "package_name": "mtm", "root_path": "/home/somebody/mtm", "created_at": 1.0,
            "depends_on": {"macros": ["macro.dbt.is_incremental"], "nodes": ["model.mtm.stg_a"]}, "raw_code": "select '</script>'",
        },
        "model.mtm.stg_a": {
            "resource_type": "model", "name": "stg_a", "fqn": ["mtm", "staging", "stg_a"], "description": "", "database": "build",
            "schema": "staging", "package_name": "mtm", "depends_on": {"macros": [], "nodes": ["source.mtm.canonical.a"]},
        },
    },
    "sources": {"source.mtm.canonical.a": {"resource_type": "source", "name": "a", "source_name": "canonical", "fqn": ["mtm", "a"],
                                           "description": "What was read.", "package_name": "mtm"}},
    "macros": {"macro.dbt.is_incremental": {"package_name": "dbt", "name": "is_incremental"}},
    "docs": {}, "exposures": {}, "metrics": {}, "groups": {}, "selectors": {}, "disabled": {}, "child_map": {}, "group_map": {},
    "saved_queries": {}, "semantic_models": {}, "unit_tests": {}, "functions": {},
    "parent_map": {"model.mtm.mart_population": ["model.mtm.stg_a"], "model.mtm.stg_a": ["source.mtm.canonical.a"], "source.mtm.canonical.a": []},
}  # fmt: skip


def build_database(path: Path, people: made.People, round_key: str = ROUND, title: str = "a round") -> Path:
    """A build database with KEPT marts; `people` by place, None where withheld."""
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA marts")
        for mart in (m for m in marts().values() if m.name in KEPT):
            columns = ", ".join(f"{c.name} {c.data_type}" for c in mart.columns)
            key = f", PRIMARY KEY ({', '.join(mart.key)})" if mart.key else ""
            con.execute(f"CREATE TABLE marts.{mart.name} ({columns}{key})")
            con.execute(f"COMMENT ON TABLE marts.{mart.name} IS '{mart.grain.replace(chr(39), '')}'")
        _fill(con, people, round_key, path.parent.name)
    return path


def _fill(con: duckdb.DuckDBPyConnection, people: made.People, key: str, release: str) -> None:
    of = {"operation": "toy", "round_key": key, "component": "baseline"}
    total = sum(n or 0 for n in people.values())
    _put(con, "dim_operation", operation="toy", **_named("operation_name", "TOY"), country_iso3="TOY", programme="Toy matrix",
         credit_line="Source: toys", licence="free", finest_published_level=1, small_cell_threshold=5, suppress_from_level=3, survey_minimum_n=10)  # fmt: skip
    _put(con, "dim_round", **of, round_number=1, round_title="Toy baseline, round 1", fieldwork_start="2026-01-01", fieldwork_end="2026-02-01",
         window_start="2025-01-01", window_end="2026-01-31", communities=2, geography_vintage="v1", is_synthetic=False, is_registered=True)  # fmt: skip
    _put(con, "mart_releases", release_id=release)
    for code, (_, _, _, level) in PLACES.items():
        _put(con, "dim_place", operation="toy", geography_vintage="v1", place_code=code, place_level=level, **_named("place_name", code), in_gazetteer=True)  # fmt: skip
        number = total if level == 0 else people[code]
        _put(con, "mart_population", **of, place_code=code, place_level=level, **_named("place_name", code), population_category="idp",
             category_name_en="Displaced", category_name_ru="Перемещённые", category_name_ky="Которулгандар", sex="all", age_group="all",
             individuals=number, is_suppressed=number is None)  # fmt: skip
    _put(con, "mart_headlines", **of, headline_code="idp", headline_name_en="Displaced people", headline_name_ru="Перемещённые лица",
         headline_name_ky="Которулган адамдар", value=total, unit="individuals", definition_en="People who fled.", sort_order=1)  # fmt: skip
    _put(con, "mart_headlines", **of, headline_code="communities", headline_name_en="Communities", headline_name_ru="Сообщества",
         headline_name_ky="Коомчулуктар", value=None, unit="communities", sort_order=2)  # fmt: skip
    _put(con, "dim_indicator", operation="toy", component="baseline", indicator_code="stock.idp", indicator_name_en="Displaced", indicator_name_ru="Перемещённые",
         indicator_name_ky="Которулгандар", definition_en="People who fled.", unit="individuals", topic="stock", mart_name="mart_population",
         mart_column="individuals", sort_order=1)  # fmt: skip
    _put(con, "mart_quality", round_key=key, quality_type="rejected", code="no_place", severity="note", code_name_en="no place <b>", findings=1, rows=3, people=17)  # fmt: skip


def _named(stem: str, code: str) -> dict[str, str]:
    return dict(zip((f"{stem}_en", f"{stem}_ru", f"{stem}_ky"), PLACES[code][:3], strict=True))


def _put(con: duckdb.DuckDBPyConnection, mart: str, **values: object) -> None:
    """One row; columns that must not be empty and are not given get a value of their type."""
    known = {c.name: c for c in marts()[mart].columns}
    row = {name: value for name, value in values.items() if name in known}
    for name, column in known.items():
        if name not in row and (column.is_required or column.is_key):
            row[name] = {"BOOLEAN": False, "VARCHAR": "x", "DATE": "2026-01-01", "TIMESTAMP": "2026-01-01"}.get(column.data_type.upper(), 0)
    con.execute(f"INSERT INTO marts.{mart} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def three_releases(root: Path) -> Home:
    """r000001 to r000003, the last one served: 110, 120, 130 people."""
    home = Home(root).ensure()
    for day, number in enumerate((10, 20, 30), 1):
        made.published(home, {"A": number, "B": 100}, day=f"2026-01-0{day}")
    return home
