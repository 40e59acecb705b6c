"""The rows of one event in Dagster's tables of events, assets and checks, by statements that are made once.

Which rows an event has belongs here, as Dagster's own storage writes them (a test holds them equal); connections and
transactions are in `storage.py`. Dagster makes each statement anew, turns an event into text up to three times, and writes an
asset that it knows by way of an error.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._core.event_api import EventLogRecord
from dagster._core.events import ASSET_CHECK_EVENTS
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._time import datetime_from_timestamp
from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects.sqlite import insert

Row = Mapping[str, Any]
STATUS = {True: Status.SUCCEEDED.value, False: Status.FAILED.value}
EVENT, TAGS, CHECK = SqlEventLogStorageTable.insert(), AssetEventTagsTable.insert(), AssetCheckExecutionsTable.insert()


def add_event(connection: Connection, row: Row) -> int:
    """The event itself; its number."""
    number = connection.execute(EVENT, dict(row)).inserted_primary_key[0]  # type: ignore[index]
    return int(number)


def add_tags(connection: Connection, event: EventLogEntry, number: int, row: Row, tags: Row) -> None:
    """The tags of an event on an asset that are looked for."""
    base = {"event_id": number, "asset_key": row["asset_key"], "event_timestamp": row["timestamp"]}
    if tags:
        connection.execute(TAGS, [{**base, "key": key, "value": value} for key, value in tags.items()])


def put_asset(connection: Connection, event: EventLogEntry, number: int, row: Row) -> Row | None:
    """What is known last of the asset; its whole row where the event materialized it, else None."""
    told = event.get_dagster_event()
    values: dict[str, Any] = {"asset_key": row["asset_key"]}
    if told.is_step_materialization or told.is_asset_materialization_planned:
        values["last_run_id"] = event.run_id
    elif not told.is_asset_observation:
        return None
    values["last_materialization_timestamp"] = datetime_from_timestamp(event.timestamp)
    if not told.is_step_materialization:
        connection.execute(_asset(tuple(values)), values)
        return None
    values["last_materialization"] = record_text(row["event"], number)
    return connection.execute(_asset(tuple(values), told=True), values).mappings().one()


def record_text(event: str, number: int) -> str:
    """An `EventLogRecord` as Dagster writes it, of the text of its event."""
    return f'{{"__class__": "{EventLogRecord.__name__}", "event_log_entry": {event}, "storage_id": {number}}}'


def put_check(connection: Connection, event: EventLogEntry, number: int, row: Row) -> bool:
    """A check that is planned, or how it came out; False where Dagster's own way is needed."""
    if event.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
        _plan(connection, event, number, row)
        return True
    if event.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION and event.run_id:
        return _evaluated(connection, event, number, row)
    return event.dagster_event_type not in ASSET_CHECK_EVENTS


def _plan(connection: Connection, event: EventLogEntry, number: int, row: Row) -> None:
    planned = event.get_dagster_event().asset_check_planned_data
    partitions = planned.partitions_subset.get_partition_keys() if planned.partitions_subset else [None]
    values = {
        "asset_key": planned.asset_key.to_string(), "check_name": planned.check_name, "run_id": event.run_id,
        "execution_status": Status.PLANNED.value, **_evaluation(number, row),
    }  # fmt: skip
    connection.execute(CHECK, [{**values, "partition": partition} for partition in partitions])


def _evaluated(connection: Connection, event: EventLogEntry, number: int, row: Row) -> bool:
    found = event.get_dagster_event().asset_check_evaluation_data
    target = found.target_materialization_data
    values = {
        "of_asset": found.asset_key.to_string(), "of_check": found.check_name, "of_run": event.run_id,
        "of_partition": found.partition, "execution_status": STATUS[found.passed], "partition": found.partition,
        "materialization_event_storage_id": target.storage_id if target else None, **_evaluation(number, row),
    }  # fmt: skip
    return connection.execute(_planned(found.partition is None), values).rowcount == 1


def _evaluation(number: int, row: Row) -> dict[str, Any]:
    return {
        "evaluation_event": row["event"], "evaluation_event_timestamp": row["timestamp"],
        "evaluation_event_storage_id": number,
    }  # fmt: skip


@cache
def _asset(columns: tuple[str, ...], *, told: bool = False) -> Any:
    """The row of an asset is made, or changed where it stands. `told`: the statement gives it back."""
    new = insert(AssetKeyTable).values({column: bindparam(column) for column in columns})
    changed = {column: new.excluded[column] for column in columns if column != "asset_key"}
    put = new.on_conflict_do_update(index_elements=["asset_key"], set_=changed)
    return put.returning(*AssetKeyTable.c) if told else put


@cache
def _planned(is_whole: bool) -> Any:
    """The row of the check that its planned event made: of the asset as a whole, or of a partition."""
    c = AssetCheckExecutionsTable.c
    part = c.partition.is_(None) if is_whole else c.partition == bindparam("of_partition")
    wanted = [
        c.asset_key == bindparam("of_asset"),
        c.check_name == bindparam("of_check"),
        c.run_id == bindparam("of_run"),
    ]
    names = (
        "execution_status", "evaluation_event", "evaluation_event_timestamp", "evaluation_event_storage_id",
        "materialization_event_storage_id", "partition",
    )  # fmt: skip
    return AssetCheckExecutionsTable.update().where(*wanted, part).values({name: bindparam(name) for name in names})
