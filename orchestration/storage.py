"""Dagster's event log in one SQLite file, with the engine, its connections and what it found of the schema kept.

Only this storage class belongs here; `instance.py` names it in `dagster.yaml`. Dagster makes a new SQLAlchemy engine for
every use, compiles every statement anew, looks the columns up again for every event and commits each event two or three
times: more than a run of a hundred assets costs Dagster otherwise.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dagster import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage, SqlEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import QueuePool

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

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event and what is looked up of it in one transaction."""
        with self._connect() as connection:
            self._held.connection = connection
            try:
                super().store_event(event)
            finally:
                self._held.connection = None

    def dispose(self) -> None:
        """Close what is kept open."""
        super().dispose()
        self._engine.dispose()


def _lasting_enough(connection: Any, _: Any) -> None:
    """Wait for the disk when the log is moved into the file, not after each event: the warehouse needs none of them."""
    connection.execute("PRAGMA synchronous=NORMAL")
