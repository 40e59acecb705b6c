"""The schedules of operations: made of their files, run what waits, and say when nothing does or a file is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.instance import open_instance
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.schedules import operation_schedules, tick
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.releases.verdict import Verdict
from warehouse.replay import thresholds_hash
from warehouse.settings import Home


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """On disk: schedules get their instance by reference."""
    with open_instance(home) as opened:
        yield opened


def evaluate(instance: dg.DagsterInstance, warehouse: WarehouseHome) -> Any:
    at = datetime(2026, 11, 23, 5, tzinfo=UTC)
    with dg.build_schedule_context(
        instance, scheduled_execution_time=at, resources={"warehouse": warehouse}
    ) as context:
        return tick(context, warehouse.home, "toy")


def refuse(home: Home, path: Path) -> None:
    delivery = Vault(home).receive(path).delivery
    identity, gate = normalize(home, delivery).normalized_id, thresholds_hash(load_operation(delivery.operation))
    Verdict(delivery.round_key, identity, None, "refused", [], "test", gate=gate).save(home)


def test_no_round_waits(instance: dg.DagsterInstance, warehouse: WarehouseHome) -> None:
    assert isinstance(evaluate(instance, warehouse), dg.SkipReason)


def test_a_round_without_a_verdict_is_run_once_a_day(
    instance: dg.DagsterInstance, warehouse: WarehouseHome, deliver: Callable[..., Path], home: Home
) -> None:
    delivery = Vault(home).receive(deliver("toy round1.xlsx")).delivery
    (request,) = evaluate(instance, warehouse)
    assert request.partition_key == "toy-baseline-r01"
    assert request.run_key == f"toy-baseline-r01:{delivery.sha256}:2026-11-23"
    assert instance.has_dynamic_partition(rounds.name or "", "toy-baseline-r01")


def test_a_refused_round_waits_for_a_correction_and_not_for_the_schedule(
    instance: dg.DagsterInstance, warehouse: WarehouseHome, deliver: Callable[..., Path], home: Home
) -> None:
    refuse(home, deliver("toy round1.xlsx"))
    assert isinstance(evaluate(instance, warehouse), dg.SkipReason)


def test_a_round_that_waits_for_a_replay_is_run(
    instance: dg.DagsterInstance, warehouse: WarehouseHome, deliver: Callable[..., Path], home: Home
) -> None:
    """Refused, and then the codebook was mended: nobody delivers it again."""
    refuse(home, deliver("toy round1.xlsx"))
    (book,) = Path(os.environ["MTM_OPERATIONS"]).glob("toy/codebooks/*.yml")
    book.write_text(book.read_text(encoding="utf-8") + "notes: mended\n", encoding="utf-8")
    assert isinstance(evaluate(instance, warehouse), dg.SkipReason)  # words for people touch nothing
    book.write_text(book.read_text(encoding="utf-8").replace("required: true", "required: false"), encoding="utf-8")
    assert [r.partition_key for r in evaluate(instance, warehouse)] == ["toy-baseline-r01"]


def schedules() -> dict[str, dg.ScheduleDefinition]:
    return {s.name: s for s in operation_schedules()}


def ingest(toy: Path, section: str) -> None:
    path = toy / "operation.yml"
    path.write_text(path.read_text(encoding="utf-8") + f"\ningestion: {section}\n", encoding="utf-8")


def test_a_country_gets_its_schedule_by_its_files_alone(toy: Path) -> None:
    ingest(toy, "{cron: 30 6 * * 1-5, timezone: Asia/Bishkek, enabled: true}")
    found = schedules()
    ours, other = found["rounds_toy"], found["rounds_kgz"]
    assert (ours.cron_schedule, ours.execution_timezone) == ("30 6 * * 1-5", "Asia/Bishkek")
    assert ours.default_status == dg.DefaultScheduleStatus.RUNNING
    assert other.default_status == dg.DefaultScheduleStatus.STOPPED


@pytest.mark.parametrize("section", ["{cron: every day, enabled: true}", "{timezone: Mars/Olympus, enabled: true}"])
def test_a_wrong_section_stops_its_own_schedule_and_says_why(
    toy: Path, section: str, instance: dg.DagsterInstance, warehouse: WarehouseHome
) -> None:
    ingest(toy, section)
    found = schedules()
    assert found["rounds_toy"].default_status == dg.DefaultScheduleStatus.STOPPED
    assert "ingestion." in (found["rounds_toy"].description or "")
    assert found["rounds_kgz"].execution_timezone == "Asia/Bishkek"
    said = evaluate(instance, warehouse)
    assert isinstance(said, dg.SkipReason) and "operation.yml can't be used" in str(said.skip_message)


def test_runs_get_the_timeout_of_their_operation(
    toy: Path, instance: dg.DagsterInstance, warehouse: WarehouseHome, deliver: Callable[..., Path], home: Home
) -> None:
    ingest(toy, "{run_timeout_minutes: 7}")
    Vault(home).receive(deliver("toy round1.xlsx"))
    (request,) = evaluate(instance, warehouse)
    assert request.tags["dagster/max_runtime"] == "420" and request.tags["mtm/operation"] == "toy"
