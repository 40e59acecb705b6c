"""The demo: `mtm demo` ends with published releases whose figures are the published ones, to the unit."""

from __future__ import annotations

import duckdb
import pytest

from tests.acceptance import recount
from tests.acceptance.conftest import CommandLine

pytestmark = pytest.mark.slow

# Published figures of the two rounds (round pages of DTM and ReliefWeb, 2024).
ROUNDS = {
    "kgz-bma-r03": {"communities": 999, "informants": 1159, "returned": 128_661, "emigrant": 227_629, "international": 34_966, "internal": 44_391},
    "kgz-bma-r04": {"communities": 1076, "informants": 1417, "returned": 110_977, "emigrant": 192_885, "international": 28_959, "internal": 53_576},
}  # fmt: skip
NATIONALITIES = {"UZB": 11_471, "PAK": 5_730, "RUS": 3_338, "BGD": 3_182, "IND": 1_752}


@pytest.mark.parametrize("round_key", ROUNDS)
def test_headlines_are_the_published_figures(demo: CommandLine, round_key: str) -> None:
    rows = demo.rows(f"SELECT headline_code, value FROM mart_headlines WHERE round_key = '{round_key}'")
    seen = {r["headline_code"]: r["value"] for r in rows}
    assert {code: seen[code] for code in ROUNDS[round_key]} == ROUNDS[round_key]


@pytest.mark.parametrize("round_key", ROUNDS)
def test_every_level_holds_the_same_people(demo: CommandLine, round_key: str) -> None:
    rows = demo.rows(
        f"""SELECT population_category, place_level, sum(individuals) AS people FROM mart_population
            WHERE round_key = '{round_key}' AND sex = 'all' AND age_group = 'all' GROUP BY ALL"""
    )
    people = {(r["population_category"], r["place_level"]): r["people"] for r in rows}
    for category in ("returned", "emigrant", "international", "internal"):
        assert people[category, 0] == people[category, 1] == ROUNDS[round_key][category]


def test_returns_of_2023_are_85_percent_above_2022_and_osh_chui_batken_lead(demo: CommandLine) -> None:
    years = demo.rows(
        "SELECT return_year, individuals FROM mart_returns_by_year WHERE round_key = 'kgz-bma-r03' AND place_level = 0"
    )
    by_year = {int(r["return_year"]): r["individuals"] for r in years}
    assert by_year[2023] == pytest.approx(1.85 * by_year[2022])
    leaders = demo.rows(
        """SELECT place_name_en FROM mart_population WHERE round_key = 'kgz-bma-r03' AND place_level = 1 AND population_category = 'returned'
           AND sex = 'all' AND age_group = 'all' ORDER BY individuals DESC LIMIT 3"""
    )
    assert [r["place_name_en"] for r in leaders] == ["Osh", "Chui", "Batken"]


def test_countries_and_nationalities(demo: CommandLine) -> None:
    rows = demo.rows(
        "SELECT link_type, country_iso3, individuals, rank FROM mart_country_links WHERE round_key = 'kgz-bma-r04' AND place_level = 0"
    )
    seen = {(r["link_type"], r["country_iso3"]): r["individuals"] for r in rows}
    assert {iso3: seen["nationality", iso3] for iso3 in NATIONALITIES} == NATIONALITIES
    assert round(100 * seen["destination", "RUS"] / ROUNDS["kgz-bma-r04"]["emigrant"]) == 87


def test_the_plan_to_go_back_halves_and_16_percent_are_uncertain(demo: CommandLine) -> None:
    rows = demo.rows(
        """SELECT round_key, option_code, estimate, n FROM mart_survey_estimates
           WHERE indicator_code = 'intention' AND domain_type = 'national' AND operation = 'kgz'"""
    )
    share = {(r["round_key"], r["option_code"]): r["estimate"] for r in rows}
    assert share["kgz-rms-r03", "return_same_country"] == pytest.approx(share["kgz-rms-r02", "return_same_country"] / 2)
    assert round(100 * share["kgz-rms-r03", "uncertain"]) == 16
    assert {r["round_key"]: r["n"] for r in rows}["kgz-rms-r01"] == 1434
    assert {r["round_key"]: r["n"] for r in rows}["kgz-rms-r03"] == 1734


def test_published_figures_all_agree(demo: CommandLine) -> None:
    rows = demo.rows("SELECT figure_code, difference, agrees FROM mart_published_figures")
    assert len(rows) >= 30
    assert [r["figure_code"] for r in rows if not r["agrees"]] == []


def test_the_partial_delivery_was_kept_and_not_published(demo: CommandLine) -> None:
    state = {r["round_key"]: r for r in demo.json("status")["rounds"]}["kgz-bma-r04"]
    assert (state["deliveries"], state["serves_delivery"], state["state"]) == (2, 2, "published")
    brought = [r["brought"] for r in demo.json("releases")]
    assert brought.count(["kgz-bma-r04"]) == 1
    verdicts = [p.read_text() for p in (demo.home / "build" / "verdicts" / "kgz-bma-r04").glob("*.json")]
    assert sum('"provisional"' in text for text in verdicts) == 1


def test_a_second_demo_is_harmless(demo: CommandLine) -> None:
    before = demo.json("releases")
    demo("demo")
    assert demo.json("releases") == before


def test_the_served_database_holds_marts_only_and_says_that_it_is_synthetic(demo: CommandLine) -> None:
    path = demo.home / "published" / "current" / "mtm.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        columns = con.execute(
            "SELECT DISTINCT column_name FROM duckdb_columns() WHERE schema_name = 'marts'"
        ).fetchall()
        bare = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND comment IS NULL"
        ).fetchall()
        synthetic = con.execute("SELECT bool_and(is_synthetic) FROM marts.dim_round").fetchall()
    assert {schema for schema, _ in tables} == {"marts"}
    assert all(name.startswith(("dim_", "mart_")) for _, name in tables)
    assert not {c for (c,) in columns} & {"response_key", "row_id", "uuid", "cluster", "row_number", "cells"}
    assert bare == []
    assert synthetic == [(True,)]


def test_small_survey_cells_are_withheld(demo: CommandLine) -> None:
    rows = demo.rows("SELECT count(*) AS n FROM mart_survey_estimates WHERE NOT is_suppressed AND n < 10")
    assert rows == [{"n": 0}]


def test_equal_inputs_give_an_equal_release(demo: CommandLine, tmp_path: object) -> None:
    """The first release, made again in another home from the same file: the same content hash (law 7)."""
    from pathlib import Path

    other = CommandLine(Path(str(tmp_path)) / "other")
    other("receive", next((demo.home / "sample").glob("*bma_r01.xlsx")))
    other("run")
    assert other.json("releases")[0]["content_hash"] == demo.json("releases")[0]["content_hash"]


@pytest.mark.parametrize("round_key", ROUNDS)
def test_the_marts_are_counted_again_from_the_workbooks(demo: CommandLine, round_key: str) -> None:
    for category in ("returned", "emigrant", "internal"):
        recount.totals_and_the_spread_are_those_of_the_workbook(demo, round_key, category)
    recount.origins_are_those_of_the_workbook(demo, round_key)
    recount.coverage_is_of_the_villages_that_exist(demo, round_key)
