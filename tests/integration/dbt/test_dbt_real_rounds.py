"""The change between real rounds of DTM Nigeria, against what was reckoned from the same files by other means.

The table of known steps was made apart from this project: wards matched by state, LGA and name, as they are written.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dbt_candidate import Candidate, failures, run_dbt

from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.normalize.schema import TABLES
from warehouse.operations import load_operation
from warehouse.releases.candidate import version_of
from warehouse.releases.reference import operation_row, round_row
from warehouse.settings import Home

pytestmark = pytest.mark.slow
# Round: total percent, wards in both, new, gone, p5 and p95 of the ratio. Where a ward is spelled otherwise (Mafa, Maafa in
# round 14) we know it in both: one more in both, one less new and gone.
KNOWN = {12: (-12.9, 740, 23, 599, 0.58, 1.70), 14: (7.3, 750 + 1, 12 - 1, 1 - 1, 0.83, 1.13)}


@pytest.fixture(scope="module")
def nigeria(deliveries: Path, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """Rounds 11 to 14, normalized by the line and compared."""
    home = Home(tmp_path_factory.mktemp("nga") / "home").ensure()
    rounds, versions = [], []
    for number in (11, 12, 13, 14):
        delivery = Vault(home).receive(deliveries / "nga" / f"round{number}.xlsx").delivery
        done = normalize(home, delivery)
        rounds.append({table: pl.read_parquet(done.folder / f"{table}.parquet") for table in TABLES})
        versions.append(version_of(done))
    reference = {"operation": [operation_row(load_operation("nga"))], "round": [round_row(v) for v in versions]}
    candidate = Candidate(tmp_path_factory.mktemp("nga") / "candidate", rounds, reference)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_BUILD_DB", str(candidate.database))
        outcome = run_dbt(
            "build", "--select", "+mart_round_change", "--exclude", "resource_type:test", "resource_type:unit_test"
        )
    assert outcome.success, failures(outcome)
    return candidate


@pytest.mark.parametrize("number", KNOWN)
def test_a_step_between_rounds_is_the_known_one(nigeria: Candidate, number: int) -> None:
    percent, *counts = nigeria.query(f"""
        select total_difference_percent, common_communities, new_communities, gone_communities, ratio_p5, ratio_p95
        from marts.mart_round_change
        where round_key = 'nga-baseline-r{number}' and place_level = 0 and population_category = 'idp'""")[0]
    assert round(percent, 1) == KNOWN[number][0]
    assert counts[:3] == list(KNOWN[number][1:4])
    assert counts[3:] == pytest.approx(KNOWN[number][4:], abs=0.006)


def test_a_coverage_cut_is_told_apart_from_the_decline_in_the_wards_that_stayed(nigeria: Candidate) -> None:
    row = nigeria.query("""
        select total_difference, like_for_like, coverage_effect, window_effect, unexplained, comparability_codes
        from marts.mart_round_change
        where round_key = 'nga-baseline-r12' and place_level = 0 and population_category = 'idp'""")[0]
    assert row[0] == sum(row[1:5]) == -270489
    assert row[2] < -0.45 * 270489 and row[3:] == (0, 0, "coverage_changed")  # half of the fall is coverage
    gone = nigeria.query("""
        select count(*), count(*) filter (where direction = 'cannot_be_told') from marts.mart_round_change
        where round_key = 'nga-baseline-r12' and place_level = 1 and comparability_codes = 'place_in_one_round'""")[0]
    assert gone == (7, 7)  # thirteen states became six
