"""Small settlements built by DuckDB and by Spark (Sail): what is withheld, and what goes along with it, is the same on both.

The rounds are frames by chance (`tests/integration/dbt`), whose places, sexes and reasons are small enough to be withheld.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from dbt_candidate import Candidate, build
from engine_rounds import differences, tables
from settlement_rounds import reference, settlement_round

from warehouse.engine.run import run_models
from warehouse.settings import Home

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark_is_installed")]

KEYS = ("fin-bma-r01", "fin-bma-r02")
WITHHELD = ("int_cell_withheld", "int_place_withheld")


@pytest.fixture(scope="module")
def by_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        return build(made(folder / "duckdb"))


def made(folder: Path, base: Path | None = None, changed: dict[str, int] | None = None) -> Candidate:
    """Both rounds; on a base, the second one as it was corrected."""
    rounds = [settlement_round(key, seed) for seed, key in enumerate(KEYS, 5)]
    if base:
        rounds = [settlement_round(KEYS[1], 6, changed)]
    return Candidate(folder, rounds, reference(1, 2), base=base)


def by_spark(candidate: Candidate, home: Path, monkeypatch: pytest.MonkeyPatch, *, is_copy: bool) -> Candidate:
    """The models run on Sail, whose tables are brought back into the candidate's database."""
    monkeypatch.setenv("MTM_SPARK", "sail")
    folder = candidate.database.parent
    told = SimpleNamespace(
        home=Home(home).ensure(), is_copy=is_copy, folder=folder, database=candidate.database,
        building=[SimpleNamespace(folder=folder)], dbt=[], engine="spark",
    )  # fmt: skip
    assert run_models(told, "spark").failed == []  # type: ignore[arg-type]
    return candidate


def test_what_is_withheld_of_small_settlements(
    by_duckdb: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark = by_spark(made(tmp_path / "spark"), tmp_path / "home", monkeypatch, is_copy=False)
    assert tables(by_duckdb.database) == tables(spark.database)
    assert differences(by_duckdb.database, spark.database) == {}
    with duckdb.connect(str(spark.database), read_only=True) as con:
        for table in WITHHELD:
            assert con.execute(f"SELECT count(*) FROM intermediate.{table}").fetchall()[0][0] > 100, table


def test_what_is_withheld_after_a_correction(
    by_duckdb: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    changed = {"K1111": 40, "K2222": 3}
    duck = build(made(tmp_path / "again", by_duckdb.database, changed))
    spark = by_spark(
        made(tmp_path / "spark", by_duckdb.database, changed), tmp_path / "home", monkeypatch, is_copy=True
    )
    assert differences(duck.database, spark.database) == {}
    assert differences(by_duckdb.database, duck.database) != {}
