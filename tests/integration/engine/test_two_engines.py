"""The same rounds built by DuckDB and by Spark (Sail): every table equal, value for value, in both directions of changing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from engine_rounds import FIRST, SECOND, Built, Rounds, built, differences, tables

from warehouse.releases.serving import write_serving

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("spark_is_installed")]


@pytest.fixture(scope="module", autouse=True)
def sail() -> Iterator[None]:
    """Spark is Sail, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_SPARK", "sail")
        yield


@pytest.fixture(scope="module")
def by_duckdb(rounds: Rounds, folder: Path) -> Built:
    return built(rounds, folder / "duckdb", "duckdb", FIRST)


@pytest.fixture(scope="module")
def by_spark(rounds: Rounds, folder: Path) -> Built:
    return built(rounds, folder / "spark", "spark", FIRST)


@pytest.fixture(scope="module")
def spark_on_duckdb(rounds: Rounds, folder: Path, by_duckdb: Built) -> Built:
    return built(rounds, folder / "then-spark", "spark", SECOND, by_duckdb, FIRST)


@pytest.fixture(scope="module")
def duckdb_on_spark(rounds: Rounds, folder: Path, by_spark: Built) -> Built:
    return built(rounds, folder / "then-duckdb", "duckdb", SECOND, by_spark, FIRST)


def test_all_models_and_tests_succeed_on_spark(by_duckdb: Built, by_spark: Built) -> None:
    assert by_spark.outcome.failed == []
    there, here = ({n["unique_id"]: n["status"] for n in b.outcome.nodes} for b in (by_duckdb, by_spark))
    assert there == here


def test_every_table_is_equal_value_for_value(by_duckdb: Built, by_spark: Built) -> None:
    assert tables(by_duckdb.database) == tables(by_spark.database)
    assert differences(by_duckdb.database, by_spark.database) == {}


def test_a_mart_of_each_kind_is_not_empty(by_spark: Built) -> None:
    with duckdb.connect(str(by_spark.database), read_only=True) as con:
        for mart in ("mart_population", "mart_survey_estimates", "mart_quality", "dim_place", "mart_collection_day"):
            assert con.execute(f"SELECT count(*) FROM marts.{mart}").fetchall()[0][0] > 0, mart


def test_the_next_round_may_use_the_other_engine(spark_on_duckdb: Built, duckdb_on_spark: Built) -> None:
    assert spark_on_duckdb.outcome.failed == duckdb_on_spark.outcome.failed == []
    assert differences(spark_on_duckdb.database, duckdb_on_spark.database) == {}


def test_what_is_published_is_equal(spark_on_duckdb: Built, duckdb_on_spark: Built, tmp_path: Path) -> None:
    one, other = (write_serving(b.database, tmp_path / b.engine, tmp_path) for b in (spark_on_duckdb, duckdb_on_spark))
    assert one == other


def test_keys_and_comments_stand_in_what_spark_filled(by_duckdb: Built, by_spark: Built) -> None:
    told = []
    for one in (by_duckdb, by_spark):
        with duckdb.connect(str(one.database), read_only=True) as con:
            told.append(con.execute("SELECT table_name, sql, comment FROM duckdb_tables() ORDER BY ALL").fetchall())
    assert told[0] == told[1]
