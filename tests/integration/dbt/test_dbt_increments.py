"""A second round beside the first, a corrected delivery over it, contracts, and comments that follow the marts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from dbt_candidate import Candidate, build, failures, run_dbt
from dbt_reference import FIRST, reference
from dbt_rounds import bma_round_2, survey_round

from warehouse.indicators.marts import marts
from warehouse.releases.serving import DATABASE, write_serving

ROUND_MARTS = ("mart_population", "mart_returns_by_year", "mart_country_links", "mart_round_coverage", "mart_quality")


def _rows(candidate: Candidate, mart: str, round_key: str) -> list[tuple[object, ...]]:
    return candidate.query(f"select * from marts.{mart} where round_key = '{round_key}' order by all")


def _returned(candidate: Candidate) -> list[tuple[object, ...]]:
    return candidate.query("""
        select place_code, individuals from marts.mart_population
        where round_key = 'kgz-bma-r02' and population_category = 'returned' and place_level <= 1 order by all""")


@pytest.fixture(scope="module")
def second(first: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The first release with round 2 beside it."""
    folder = tmp_path_factory.mktemp("second") / "candidate"
    return build(Candidate(folder, [bma_round_2(whole=True)], reference(*FIRST, "kgz-bma-r02"), base=first.database))


@pytest.fixture(scope="module")
def corrected(second: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The second release with a corrected round 2 over it."""
    folder = tmp_path_factory.mktemp("corrected") / "candidate"
    return build(Candidate(folder, [bma_round_2(whole=False)], reference(*FIRST, "kgz-bma-r02"), base=second.database))


def test_a_new_round_leaves_the_others_as_they_were(first: Candidate, second: Candidate) -> None:
    assert _returned(second) == [("KG", 80), ("O1", 50), ("O2", 30)]
    for mart in ROUND_MARTS:
        for round_key in FIRST:
            assert _rows(second, mart, round_key) == _rows(first, mart, round_key)


def test_a_corrected_delivery_takes_vanished_rows_with_it(second: Candidate, corrected: Candidate) -> None:
    assert _returned(corrected) == [("KG", 50), ("O1", 50)]
    assert _rows(second, "mart_country_links", "kgz-bma-r02") and _rows(second, "mart_returns_by_year", "kgz-bma-r02")
    assert not _rows(corrected, "mart_country_links", "kgz-bma-r02")
    assert not _rows(corrected, "mart_returns_by_year", "kgz-bma-r02")
    for mart in ROUND_MARTS:
        assert _rows(corrected, mart, "kgz-bma-r01") == _rows(second, mart, "kgz-bma-r01")


def test_the_same_round_again_changes_nothing(second: Candidate, tmp_path: Path) -> None:
    candidate = Candidate(
        tmp_path / "again", [bma_round_2(whole=True)], reference(*FIRST, "kgz-bma-r02"), base=second.database
    )
    build(candidate)
    tables = [
        t for (t,) in second.query("select table_name from duckdb_tables() where schema_name = 'marts' order by all")
    ]
    assert set(tables) == set(marts())
    for table in tables:
        assert candidate.query(f"from marts.{table}") == second.query(f"from marts.{table}"), table


def test_contracts_are_kept_by_the_database(first: Candidate) -> None:
    keyed = first.query("""
        select table_name from duckdb_constraints() where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'""")
    assert {name for (name,) in keyed} == set(marts())
    undescribed = first.query("""
        select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null
        union all select table_name, '' from duckdb_tables() where schema_name = 'marts' and comment not like 'One row per %'""")
    assert undescribed == []


def test_every_comment_arrives_in_the_serving_database(corrected: Candidate, tmp_path: Path) -> None:
    """Also of marts that were built round by round, on a copy of a copy: a BI user has nothing else to read."""
    described = {name: mart.description for name, mart in marts().items()}
    columns = {(name, c.name): c.description for name, mart in marts().items() for c in mart.columns}
    write_serving(corrected.database, tmp_path, tmp_path)
    with duckdb.connect(str(tmp_path / DATABASE), read_only=True) as con:
        tables = dict(con.execute("select table_name, comment from duckdb_tables()").fetchall())
        found = con.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    assert {t: _one_line(text) for t, text in tables.items()} == described
    assert {(t, c): _one_line(text) for t, c, text in found} == columns


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def test_a_survey_round_is_replaced_and_the_others_stand(first: Candidate, tmp_path: Path) -> None:
    again = survey_round()
    again["answer"] = again["answer"].filter(pl.col("question_code") != "months")
    candidate = build(Candidate(tmp_path / "survey", [again], reference(*FIRST), base=first.database))
    sql = "from marts.mart_survey_estimates where indicator_code {} 'months_abroad' order by all"
    assert candidate.query(sql.format("=")) == [] != first.query(sql.format("="))
    assert candidate.query(sql.format("<>")) == first.query(sql.format("<>"))
    assert _rows(candidate, "mart_population", "kgz-bma-r01") == _rows(first, "mart_population", "kgz-bma-r01")


@pytest.mark.parametrize("table", ["intermediate.int_place_observed", "marts.mart_reasons"])
def test_a_stored_table_of_other_columns_is_not_filled(
    first: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    copy = tmp_path / "build.duckdb"
    shutil.copy(first.database, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"alter table {table} add column older integer")
    monkeypatch.setenv("MTM_BUILD_DB", str(copy))
    outcome = run_dbt("run", "--select", table.partition(".")[2])
    assert not outcome.success and "has other columns than its model" in _said(outcome)


def _said(outcome: Any) -> str:
    """All that failed; a message of dbt has several lines."""
    return " ".join(failures(outcome)[0].split())
