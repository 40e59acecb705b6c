"""The nightly backup in Dagster: there where a place is named, and one op that backs up, prunes and reads back."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.backup import backup_schedules, nightly_backup
from orchestration.resources import WarehouseHome
from tests.unit.backup.small import small_home
from warehouse.backup.check import check
from warehouse.backup.record import last


def test_it_is_scheduled_where_a_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_BACKUP_URL", raising=False)
    assert backup_schedules() == []
    monkeypatch.setenv("MTM_BACKUP_URL", "s3://backups/mtm")
    (schedule,) = backup_schedules()
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING and schedule.job.name == "nightly_backup"


def test_it_backs_up_and_fails_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = small_home(tmp_path / "home")
    monkeypatch.setenv("MTM_BACKUP_URL", str(tmp_path / "place"))
    monkeypatch.setenv("MTM_BACKUP_KEY", "a key of more than twenty letters")
    resources = {"warehouse": WarehouseHome(path=str(home.root))}
    with dg.DagsterInstance.ephemeral() as instance:
        assert nightly_backup.execute_in_process(instance=instance, resources=resources).success
        assert not check().problems and last(home) is not None
        mart = home.releases / "r000001/mart.parquet"
        mart.chmod(0o644)
        mart.write_bytes(b"altered")
        damaged = nightly_backup.execute_in_process(instance=instance, resources=resources, raise_on_error=False)
        monkeypatch.setenv("MTM_BACKUP_KEY", "another key of twenty letters")
        refused = nightly_backup.execute_in_process(instance=instance, resources=resources, raise_on_error=False)
    told = [
        next(e for e in r.all_events if e.is_step_failure).step_failure_data.user_failure_data
        for r in (damaged, refused)
    ]
    assert not damaged.success and "mart.parquet is altered" in str(told[0].description)
    assert "not the key of the backup" in str(told[1].description)
