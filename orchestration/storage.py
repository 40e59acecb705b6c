"""Dagster's event log in one SQLite file, with the engine, its connections and what it found of the schema kept.

Only this storage class belongs here; `instance.py` names it in `dagster.yaml`. Dagster makes a new SQLAlchemy engine for
every use, compiles every statement anew, looks the columns up again for every event and commits each event two or three
times: more than a run of a hundred assets costs Dagster otherwise. How an event becomes rows is in `event_rows.py`.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dagster import AssetKey, AssetRecordsFilter, DagsterEventType, DagsterInstance, EventLogEntry, EventRecordsResult
from dagster._core.event_api import EventLogCursor, EventLogRecord
from dagster._core.events import ASSET_EVENTS
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage, SqlEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import QueuePool

from orchestration import event_rows

BELIEVED = 5.0  # seconds


class Remembering(SqlEventLogStorage):
    """Tables and columns that were found are not looked up again: they never go."""

    @cached_property
    def _found(self) -> set[str]:
        return set()

    def has_table(self, table_name: str) -> bool:
        """Whether the table is there."""
        return self._remember(table_name, lambda: super(Remembering, self).has_table(table_name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has the column."""
        return self._remember(
            f"asset_keys.{column_name}", lambda: super(Remembering, self).has_asset_key_col(column_name)
        )

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        inherited = super()._has_asset_key_index_cols_on_connection
        return self._remember("asset_keys index columns", lambda: inherited(conn))

    def _remember(self, name: str, look: Any) -> bool:
        if name not in self._found and look():
            self._found.add(name)
        return name in self._found


@dataclass
class Materialized:
    """A materialization that the open transaction stored: `row` is what the table of assets now holds."""

    record: EventLogRecord
    row: Mapping[str, Any]
    tags: Mapping[str, str]


@contextmanager
def together(instance: DagsterInstance) -> Iterator[None]:
    """Events that this thread stores in the body go into the log as one, where it is a file. For what takes a moment."""
    log: Any = instance.event_log_storage
    if not isinstance(log, EventLog):
        yield
        return
    with log.together():
        yield


class EventLog(Remembering, ConsolidatedSqliteEventLogStorage):
    """The consolidated storage. A connection that waits for its next use holds no lock, so processes take turns."""

    @cached_property
    def _engine(self) -> Engine:
        wait = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        engine = create_engine(self._conn_string, poolclass=QueuePool, max_overflow=-1, connect_args=wait)
        event.listen(engine, "connect", _lasting_enough)
        return engine

    @cached_property
    def _held(self) -> threading.local:
        """The connection of the event that this thread is storing."""
        return threading.local()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        held = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._engine.begin() as connection:
            yield connection

    @cached_property
    def _partitions(self) -> dict[tuple[str, str], float]:
        """Dynamic partitions that were found, and when."""
        return {}

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether it is there; Dagster asks hundreds of times in a run, so for a few seconds a yes is believed."""
        asked, now = (partitions_def_name, partition_key), time.monotonic()
        if now - self._partitions.get(asked, -BELIEVED) < BELIEVED:
            return True
        if found := super().has_dynamic_partition(*asked):
            self._partitions[asked] = now
        return found

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Take it away, also out of memory."""
        self._partitions.pop((partitions_def_name, partition_key), None)
        super().delete_dynamic_partition(partitions_def_name, partition_key)

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for all that this thread stores in the body; an error in it takes nothing back.

        From the first event on nobody else writes: what was stored here of an asset is its last state, and is not read again.
        """
        if getattr(self._held, "connection", None) is not None:
            yield
            return
        with self._engine.connect() as connection:
            self._held.connection, self._held.stored = connection, {}
            try:
                yield
            finally:
                self._held.connection, self._held.stored = None, {}
                connection.commit()

    @property
    def _stored(self) -> dict[AssetKey, Materialized]:
        """What the open transaction of this thread materialized; nothing outside of one."""
        found: dict[AssetKey, Materialized] = getattr(self._held, "stored", {})
        return found

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event and what is looked up of it in one transaction, which goes whole where that can't be done."""
        with self.together():
            try:
                if self._is_of_today:
                    self._store(self._held.connection, event)
                else:
                    super().store_event(event)
            except BaseException:
                self._stored.clear()
                self._held.connection.rollback()
                raise

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction."""
        with self.together():
            super().store_event_batch(events)

    @cached_property
    def _is_of_today(self) -> bool:
        """Whether the file has all that Dagster's tables have now: one of an older version, not yet migrated, may not."""
        columns = all(map(self.has_asset_key_col, ("last_materialization_timestamp", "cached_status_data")))
        return columns and self.has_table("asset_event_tags") and self.supports_asset_checks

    def _store(self, connection: Connection, event: EventLogEntry) -> None:
        row = self._event_to_row(event)
        number = event_rows.add_event(connection, row)
        if not event.is_dagster_event:
            return
        if event.dagster_event_type in ASSET_EVENTS and row["asset_key"]:
            tags = self._tags_for_asset_event(event)
            event_rows.add_tags(connection, event, number, row, tags)
            if asset := event_rows.put_asset(connection, event, number, row):
                key = AssetKey.from_db_string(row["asset_key"])
                self._stored[key] = Materialized(EventLogRecord(number, event), asset, tags)  # type: ignore[index]
        if not event_rows.put_check(connection, event, number, row):
            self.store_asset_check_event(event, number)

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> Sequence[Any]:
        """What is known of assets."""
        stored = [self._stored.get(key) for key in asset_keys or ()]
        if not stored or not all(stored):
            return super().get_asset_records(asset_keys)
        return [self._construct_asset_record_from_row(s.row, s.record, True) for s in stored if s]

    def get_latest_tags_by_partition(
        self,
        asset_key: AssetKey,
        event_type: DagsterEventType,
        tag_keys: Sequence[str],
        asset_partitions: Sequence[str] | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> Mapping[str, Mapping[str, str]]:
        """Tags of an asset's last events, by partition."""
        stored = self._last(asset_key, event_type, asset_partitions)
        if stored is None or before_cursor is not None or after_cursor is not None:
            return super().get_latest_tags_by_partition(
                asset_key, event_type, tag_keys, asset_partitions, before_cursor, after_cursor
            )
        found = {key: stored.tags[key] for key in tag_keys if key in stored.tags}
        return {str(stored.record.partition_key): found} if found else {}

    def fetch_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """Materializations of an asset."""
        stored = None
        if limit == 1 and cursor is None and not ascending and isinstance(records_filter, AssetRecordsFilter):
            key, partitions, *limits = records_filter
            stored = None if any(limits) else self._last(key, DagsterEventType.ASSET_MATERIALIZATION, partitions)
        if stored is None:
            return super().fetch_materializations(records_filter, limit, cursor, ascending)
        at = EventLogCursor.from_storage_id(stored.record.storage_id).to_string()
        return EventRecordsResult([stored.record], cursor=at, has_more=True)

    def _last(self, key: AssetKey, kind: DagsterEventType, partitions: Sequence[str] | None) -> Materialized | None:
        """The last event on a partition of an asset, where this transaction stored it."""
        stored = self._stored.get(key) if kind == DagsterEventType.ASSET_MATERIALIZATION else None
        return stored if stored and list(partitions or ()) == [stored.record.partition_key] else None

    def dispose(self) -> None:
        """Close what is kept open."""
        super().dispose()
        self._engine.dispose()


def _lasting_enough(connection: Any, _: Any) -> None:
    """Wait for the disk when the log is moved into the file, not after each event: the warehouse needs none of them."""
    connection.execute("PRAGMA synchronous=NORMAL")
