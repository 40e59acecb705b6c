"""What the UI shows of each round is true: after a redelivery, a refusal, a rollback, a promotion, a partial delivery.

A real instance, the toy operation: two rounds, and what may happen to them in the years after.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from orchestration import standing
from orchestration.instance import open_instance
from orchestration.partitions import rounds
from orchestration.run import _definitions, run_round
from tests.toy import write_rows, write_toy
from warehouse.cli import cli
from warehouse.deliveries.vault import Vault
from warehouse.releases.manifest import current_id
from warehouse.settings import Home

pytestmark = pytest.mark.slow
HEADER: list[object] = ["_uuid", "Region", "District", "Displaced people", "displaced in 2023"]
ONE, TWO = "toy-baseline-r01", "toy-baseline-r02"
RELEASE = standing.RELEASE


def _deliver(home: Home, folder: Path, name: str, people: object, *, partial: bool = False) -> None:
    Vault(home).receive(_file(folder, name, people), partial=partial)


def _file(folder: Path, name: str, people: object) -> Path:
    rows = [HEADER, *([f"u{i}", "North", f"D{i}", n, n] for i, n in enumerate([people, 103, 104, 105], 1))]
    return write_rows(folder / name, rows)


def _shown(home: Home, asset: str, round_key: str) -> tuple[str, bool]:
    """How the partition is shown (materialized, failed, missing) and whether it is out of date."""
    key = dg.AssetKey(asset)
    with open_instance(home) as instance:
        cache = get_and_update_asset_status_cache_value(instance, key, rounds)
        graph = _definitions(home).resolve_asset_graph()
        resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
        stale = resolver.get_status(key, round_key).value == "STALE"
        if cache is None:
            return "missing", stale
        failed = round_key in cache.deserialize_failed_partition_subsets(rounds).get_partition_keys()
        there = round_key in cache.deserialize_materialized_partition_subsets(rounds).get_partition_keys()
    return "failed" if failed else "materialized" if there else "missing", stale


def _check(home: Home) -> dg.AssetCheckEvaluation:
    with open_instance(home) as instance:
        (record,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(RELEASE, standing.CHECK), limit=1
        )
        return record.event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr, return-value]


def _mtm(home: Home, *words: str) -> None:
    done = CliRunner().invoke(cli, list(words), env={"MTM_HOME": str(home.root)})
    assert done.exit_code == 0, done.output


def test_each_round_is_shown_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", str(write_toy(tmp_path).parent))
    home = Home(tmp_path / "home").ensure()
    _deliver(home, tmp_path, "round1.xlsx", 101)
    assert run_round(home, ONE).outcome == "published"
    assert [_shown(home, asset, ONE) for asset in ("delivery", "mart_population", "release")] == [
        ("materialized", False)
    ] * 3
    assert _check(home).passed

    # A newer delivery: what stands on the old one is out of date until it is run.
    _mtm(home, "receive", str(_file(tmp_path, "round1 b.xlsx", -5)))
    assert _shown(home, "delivery", ONE) == ("materialized", False)
    assert _shown(home, "canonical_round", ONE) == ("materialized", True)
    assert not _check(home).passed and "waiting" in str(_check(home).description)

    # It is refused: the round does not look as if it were published, though readers still have the first delivery.
    assert run_round(home, ONE).outcome == "refused"
    assert _shown(home, "release", ONE)[0] == "failed"
    assert _check(home).severity == dg.AssetCheckSeverity.ERROR and f"{ONE} is refused" in str(_check(home).description)

    # The corrected one is published.
    _deliver(home, tmp_path, "round1 c.xlsx", 111)
    assert run_round(home, ONE).outcome == "published"
    assert [_shown(home, asset, ONE) for asset in ("verdict", "release")] == [("materialized", False)] * 2

    # A second round, held back: nothing of it is served, until somebody promotes it.
    _deliver(home, tmp_path, "round2.xlsx", 120)
    assert run_round(home, TWO, hold=True).outcome == "held"
    assert _shown(home, "release", TWO)[0] == "missing"
    _mtm(home, "promote")
    assert current_id(home) == "r000003" and _shown(home, "release", TWO)[0] == "materialized"

    # Taken back: the second round fails, the first is served as it was delivered at first, and is out of date.
    _mtm(home, "rollback", "r000001")
    assert _shown(home, "release", TWO)[0] == "failed"
    assert _shown(home, "release", ONE) == ("materialized", True)
    _mtm(home, "rollback", "r000003")
    assert [_shown(home, "release", key) for key in (ONE, TWO)] == [("materialized", False)] * 2
    assert _check(home).passed

    # A partial delivery is kept and shown, not published: the round is out of date, it did not fail.
    _deliver(home, tmp_path, "round2 in-progress.xlsx", 130, partial=True)
    assert run_round(home, TWO).outcome == "provisional"
    assert _shown(home, "release", TWO) == ("materialized", True)

    with open_instance(home) as instance:
        assert standing.tell(home, instance) == []  # said once
