"""The inbox sensor over ticks: waits, receives, registers, requests; the same bytes request nothing new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import WarehouseHome
from orchestration.sensors import inbox
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home

REAL = "Baseline_Assessment_Round_28.xlsx"


@pytest.fixture
def tick(instance: dg.DagsterInstance, warehouse: WarehouseHome) -> Callable[[], dg.SensorResult]:
    """One evaluation; the cursor goes on to the next."""
    cursor: list[str | None] = [None]

    def evaluate() -> dg.SensorResult:
        with dg.build_sensor_context(
            instance=instance, cursor=cursor[0], resources={"warehouse": warehouse}
        ) as context:
            result = inbox(context)
        assert isinstance(result, dg.SensorResult)
        cursor[0] = result.cursor
        return result

    return evaluate


def test_an_empty_inbox_says_so(tick: Callable[[], dg.SensorResult]) -> None:
    assert tick().skip_reason == dg.SkipReason("the inbox is empty")


def test_a_file_is_taken_at_the_second_tick(
    tick: Callable[[], dg.SensorResult], deliver: Callable[..., Path], home: Home
) -> None:
    path = deliver("toy round1.xlsx")
    first = tick()
    assert not first.run_requests and "waiting" in str(first.skip_reason)
    second = tick()
    (request,) = second.run_requests or []
    sha256 = Vault(home).current("toy-baseline-r01").sha256
    assert request.partition_key == "toy-baseline-r01"
    assert request.run_key == f"toy-baseline-r01:{sha256}"
    (added,) = second.dynamic_partitions_requests or []
    assert (added.partitions_def_name, added.partition_keys) == ("rounds", ["toy-baseline-r01"])
    assert not path.exists() and json.loads(second.cursor or "") == {}
    assert tick().skip_reason == dg.SkipReason("the inbox is empty")


def test_a_file_that_grows_waits(tick: Callable[[], dg.SensorResult], deliver: Callable[..., Path]) -> None:
    path = deliver("toy round1.xlsx")
    tick()
    path.write_bytes(path.read_bytes() + b"\0")
    assert not tick().run_requests
    assert path.exists()


def test_a_redelivery_runs_and_the_same_bytes_do_not(
    tick: Callable[[], dg.SensorResult], deliver: Callable[..., Path], home: Home
) -> None:
    def key() -> str | None:
        tick()
        (request,) = tick().run_requests or []
        return request.run_key

    deliver("toy round1.xlsx")
    first = key()
    shutil.copyfile(home.received / "toy round1.xlsx", home.inbox / "the same again.xlsx")
    same = key()
    deliver("toy round1 corrected.xlsx", people=125)
    corrected = key()
    shutil.copyfile(home.received / "toy round1.xlsx", home.inbox / "toy round1 after all.xlsx")
    restored = key()
    assert first == same != corrected  # Dagster launches one run for one run key
    assert restored == f"{first}:3"  # what was superseded stands again, and runs again
    assert len(Vault(home).deliveries("toy-baseline-r01")) == 3


def test_an_unreadable_file_is_refused_and_said(tick: Callable[[], dg.SensorResult], home: Home) -> None:
    (home.inbox / "broken.xlsx").write_bytes(b"not a workbook")
    tick()
    result = tick()
    assert not result.run_requests and "broken.xlsx" in str(result.skip_reason)
    assert (home.inbox / "refused" / "broken.xlsx.txt").exists()


def test_one_bad_file_does_not_hold_up_the_others(
    tick: Callable[[], dg.SensorResult], deliver: Callable[..., Path], home: Home
) -> None:
    (home.inbox / "broken.xlsx").write_bytes(b"not a workbook")
    deliver("toy round1.xlsx")
    tick()
    assert [r.partition_key for r in tick().run_requests or []] == ["toy-baseline-r01"]


@pytest.mark.real
def test_a_real_delivery(tick: Callable[[], dg.SensorResult], deliveries: Path, home: Home) -> None:
    shutil.copyfile(deliveries / "mli" / REAL, home.inbox / REAL)
    tick()
    (request,) = tick().run_requests or []
    delivery = Vault(home).current("mli-baseline-r28")
    assert (request.partition_key, delivery.file_name) == ("mli-baseline-r28", REAL)
    assert delivery.sha256 in (request.run_key or "")
