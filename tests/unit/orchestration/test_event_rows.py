"""Dagster's log in our storage holds the same rows as in Dagster's own, whatever is stored, alone or together."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.base import AssetRecordsFilter

from orchestration import event_rows
from orchestration.storage import EventLog, together
from warehouse.settings import Home

TABLES = {
    "event_logs": "id, run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition",
    "asset_keys": "id, asset_key, last_materialization, last_run_id, asset_details, last_materialization_timestamp, tags",
    "asset_event_tags": "event_id, asset_key, key, value, event_timestamp",
    "asset_check_executions": "asset_key, check_name, partition, run_id, execution_status, evaluation_event, "
    "evaluation_event_timestamp, evaluation_event_storage_id, materialization_event_storage_id",
}
ROUNDS = dg.DynamicPartitionsDefinition(name="rounds")


def _rows(folder: Path) -> dict[str, list[Any]]:
    (path,) = folder.glob("*.db")
    with sqlite3.connect(path) as con:
        return {
            name: con.execute(f"SELECT {columns} FROM {name} ORDER BY 1, 2").fetchall()
            for name, columns in TABLES.items()
        }


@dg.multi_asset(
    specs=[dg.AssetSpec("one"), dg.AssetSpec("two", deps=["one"])],
    check_specs=[dg.AssetCheckSpec("whole", asset="one"), dg.AssetCheckSpec("many", asset="two")],
    partitions_def=ROUNDS,
)
def made(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Two assets, the second made from the first, with a check each."""
    with together(context.instance):
        yield dg.MaterializeResult("one", metadata={"rows": 3, "слово": "жооп"}, data_version=dg.DataVersion("a"))
        yield dg.AssetCheckResult(asset_key="one", check_name="whole", passed=True)
        yield dg.MaterializeResult("two", data_version=dg.DataVersion("b"))
        yield dg.AssetCheckResult(asset_key="two", check_name="many", passed=False, severity=dg.AssetCheckSeverity.WARN)
        yield dg.AssetObservation("one", partition="kgz-bma-r01")


@pytest.fixture
def events(home: Home) -> Iterator[tuple[list[EventLogEntry], Path]]:
    """Everything that two runs store, in the order in which they did."""
    from orchestration.instance import open_instance

    with open_instance(home) as instance:
        instance.add_dynamic_partitions("rounds", ["kgz-bma-r01"])
        stored: list[EventLogEntry] = []
        log: Any = instance.event_log_storage
        kept, log._store = log._store, lambda connection, event: (stored.append(event), kept(connection, event))
        for _ in range(2):
            assert dg.materialize([made], instance=instance, partition_key="kgz-bma-r01").success
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey("one"), check_name="whole", passed=False)
        )
        instance.report_runless_asset_event(dg.AssetMaterialization("three", partition="kgz-bma-r02"))
        yield stored, home.dagster / "events"


def test_dagsters_own_storage_has_the_same_rows(events: tuple[list[EventLogEntry], Path], tmp_path: Path) -> None:
    stored, folder = events
    plain = ConsolidatedSqliteEventLogStorage(str(tmp_path / "plain"))
    for event in stored:
        plain.store_event(event)
    ours, theirs = _rows(folder), _rows(tmp_path / "plain")
    assert len(ours["event_logs"]) > 40 and len(ours["asset_check_executions"]) == 5
    for table in TABLES:
        assert ours[table] == theirs[table], table


def test_what_is_stored_together_is_answered_as_from_the_file(
    events: tuple[list[EventLogEntry], Path], tmp_path: Path
) -> None:
    log = EventLog(str(tmp_path / "log"))
    key, kind = dg.AssetKey("one"), dg.DagsterEventType.ASSET_MATERIALIZATION
    tags, one = ["dagster/data_version"], AssetRecordsFilter(key, ["kgz-bma-r01"])

    def asked() -> list[Any]:
        records = log.get_asset_records([key])
        latest = log.get_latest_tags_by_partition(key, kind, tags, ["kgz-bma-r01"])
        return [records, latest, log.fetch_materializations(one, limit=1)]

    with log.together():
        for event in events[0]:
            log.store_event(event)
        assert log._stored
        inside = asked()
    assert not log._stored
    assert inside == asked()
    assert inside[1] == {"kgz-bma-r01": {"dagster/data_version": "a"}}


def test_an_error_takes_nothing_back_that_was_stored(events: tuple[list[EventLogEntry], Path], tmp_path: Path) -> None:
    log = EventLog(str(tmp_path / "log"))
    with pytest.raises(KeyboardInterrupt), log.together():
        log.store_event(events[0][0])
        raise KeyboardInterrupt
    assert len(_rows(tmp_path / "log")["event_logs"]) == 1


def test_an_event_that_cannot_be_stored_leaves_no_part(
    events: tuple[list[EventLogEntry], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = EventLog(str(tmp_path / "log"))
    event = next(e for e in events[0] if e.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION)

    def full(*_: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(event_rows, "put_asset", full)
    with pytest.raises(OSError, match="no room"):
        log.store_event(event)
    assert _rows(tmp_path / "log")["event_logs"] == []
    monkeypatch.undo()
    log.store_event(event)
    assert len(_rows(tmp_path / "log")["event_logs"]) == 1
