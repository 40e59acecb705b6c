"""The floor of the bench is honest: its marts are those of the demo's releases, value for value, and a difference is seen."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench.floor import DATABASE
from bench.floor_taken import compared, prepare, round_taken
from tests.acceptance.conftest import CommandLine
from warehouse.bench.overhead import must_agree
from warehouse.errors import MtmError


def test_the_floor_makes_the_marts_of_the_release(demo: CommandLine, tmp_path: Path) -> None:
    home, floor = str(demo.home), str(tmp_path)
    assert prepare(home, floor) > 80
    for release, key in (("r000001", "kgz-bma-r01"), ("r000002", "kgz-rms-r01")):
        delivery = next((demo.home / "sample").glob(f"*{key.replace('-', '_')}.xlsx"))
        spent = round_taken(floor, home, release, key, str(delivery))
        assert spent.keys() >= {"read", "normalize", "build", "busy_marts", "busy_statistics", "busy_proofs"}
        found = compared(floor, home, release)
        must_agree(found)
        assert found["marts"] > 30 and found["rows"] > 4000

    with duckdb.connect(str(tmp_path / DATABASE)) as connection:
        connection.execute(
            "update mart_population set individuals = individuals + 1 where place_level = 0 and sex = 'all'"
        )
        connection.execute("delete from mart_survey_estimates where indicator_code = 'intention'")
    differs = compared(floor, home, "r000002")
    assert {line.split(":")[0] for line in differs["differences"]} == {"mart_population", "mart_survey_estimates"}
    with pytest.raises(MtmError, match="not those of the release"):
        must_agree(differs)
