"""Many rounds in one run, as "Materialize all" starts it: one after the other, a refused one does not stop the others."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.instance import open_instance
from orchestration.launcher import PART_OF
from orchestration.partitions import rounds
from orchestration.run import QUIET, _job
from tests.toy import write_rows, write_toy
from warehouse.deliveries.vault import Vault
from warehouse.releases import lock
from warehouse.releases.candidate import builder_lock
from warehouse.releases.manifest import current_manifest
from warehouse.settings import Home

pytestmark = pytest.mark.slow
KEYS = [f"toy-baseline-r{n:02d}" for n in (1, 2)]
HEADER: list[object] = ["_uuid", "Round", "Region", "Region code", "District", "Displaced people"]


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Two delivered rounds, the first of which the gate refuses."""
    monkeypatch.setenv("MTM_OPERATIONS", str(write_toy(tmp_path).parent))
    home = Home(tmp_path / "home").ensure()
    for number in (1, 2):
        rows = [[f"u{i}", number, f"Region {i}", f"TOY0{i}", f"D{i}", -7 if number == 1 else 100 + i] for i in (1, 2)]
        Vault(home).receive(write_rows(tmp_path / f"toy round{number}.xlsx", [HEADER, *rows]))
    return home


def launched(home: Home, instance: dg.DagsterInstance, first: str, last: str) -> dg.ExecuteInProcessResult:
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    return _job(home, "publish_round").execute_in_process(QUIET, instance, tags=tags, raise_on_error=False)


def test_they_are_taken_in_order_and_each_has_its_own_state(several: Home) -> None:
    with open_instance(several) as instance:
        instance.add_dynamic_partitions(rounds.name or "", KEYS)
        result = launched(several, instance, KEYS[0], KEYS[-1])
        parts = instance.get_runs(dg.RunsFilter(tags={PART_OF: result.run_id}), ascending=True)
        assert [(r.tags["dagster/partition"], r.status.value) for r in parts] == [
            (KEYS[0], "FAILURE"),
            (KEYS[1], "SUCCESS"),
        ]
        assert not result.success and "1 of 2 rounds were refused or failed" in _said(result)
        assert KEYS[0] in _said(result)
        manifest = current_manifest(several)
        assert manifest is not None and [v.round_key for v in manifest.rounds] == [KEYS[1]]
        there = instance.get_materialized_partitions(dg.AssetKey("release"))
        assert there == {KEYS[1]}
    assert not (several.build / "candidate").exists() and builder_lock(several) not in lock._held


def _said(result: dg.ExecuteInProcessResult) -> str:
    failures = [e.step_failure_data for e in result.all_events if e.is_step_failure]
    return " ".join(str(f.user_failure_data.description) for f in failures if f.user_failure_data)
