"""Due rounds as checks: what they say, that they change with the day and with a delivery, and that no run is started."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.freshness import build_check, build_sensor, tick
from orchestration.resources import WarehouseHome
from orchestration.sensors import inbox
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home

DUE = datetime.now(UTC).date() - timedelta(days=12)


@pytest.fixture
def rounds(toy: Path) -> Path:
    (toy / "rounds.yml").write_text(f"rounds: [{{component: baseline, number: 1, due: {DUE}}}]", encoding="utf-8")
    return toy


def look(home: Home, cursor: str | None = None) -> tuple[dg.SensorResult, list[dg.AssetCheckEvaluation]]:
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance, cursor=cursor) as context:
        result = tick(context, home, ["toy", "kgz"])
    return result, [e for e in result.asset_events if isinstance(e, dg.AssetCheckEvaluation)]


def test_a_late_round_fails_its_check_and_starts_no_run(home: Home, rounds: Path) -> None:
    result, (toy, kgz) = look(home)
    assert not result.run_requests and "toy-baseline-r01" in str(result.skip_reason)
    assert (toy.check_name, toy.passed, toy.severity) == ("on_time_toy", False, dg.AssetCheckSeverity.WARN)
    assert toy.description == f"toy-baseline-r01: round 1 was due on {DUE}: not there yet, 12 days late"
    assert kgz.passed
    assert look(home, result.cursor)[1] == []  # nothing else is to be said


def test_a_delivery_ends_it(home: Home, rounds: Path, deliver: Callable[..., Path]) -> None:
    cursor = look(home)[0].cursor
    Vault(home).receive(deliver("toy round1.xlsx"))
    (toy,) = look(home, cursor)[1]
    assert toy.passed and "delivered 12 days late" in str(toy.description)


def test_files_that_cannot_be_used_are_said(home: Home, rounds: Path) -> None:
    path = rounds / "operation.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\ningestion: {cron: never}\n", encoding="utf-8")
    _, (toy, kgz) = look(home)
    assert not toy.passed and "ingestion.cron" in str(toy.description) and kgz.passed


def test_they_are_checks_of_the_line_and_stop_nothing(rounds: Path) -> None:
    specs = {spec.name: spec for spec in build_check().check_specs}
    assert {"on_time_toy", "on_time_kgz"} <= set(specs) and not any(s.blocking for s in specs.values())
    assert build_sensor().default_status == dg.DefaultSensorStatus.RUNNING


def test_a_tick_that_cannot_work_says_why_in_a_line(home: Home, instance: dg.DagsterInstance) -> None:
    home.inbox.rmdir()
    home.inbox.write_text("no folder", encoding="utf-8")
    warehouse = WarehouseHome(path=str(home.root))
    with (
        dg.build_sensor_context(instance, cursor="[broken", resources={"warehouse": warehouse}) as context,
        pytest.raises(dg.Failure) as told,
    ):
        inbox(context)
    assert "\n" not in str(told.value.description) and told.value.__suppress_context__
