"""Dagster's event log in one SQLite file, with the engine kept between events.

Only this storage class belongs here; `instance.py` names it in `dagster.yaml`. Dagster makes a new SQLAlchemy engine for
every event, and with it compiles every statement anew: half of what a run of some forty assets costs Dagster itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import NullPool


class EventLog(ConsolidatedSqliteEventLogStorage):
    """The consolidated storage; connections are still opened for each use, so that processes take turns."""

    @cached_property
    def _engine(self) -> Engine:
        wait = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        return create_engine(self._conn_string, poolclass=NullPool, connect_args=wait)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection
