"""Dagster's storage on PostgreSQL, with one engine, its connections and what was found of the schema kept.

Only the storage classes belong here; `storage_server.py` names them and gives the address. Dagster opens a connection for
every use otherwise, with a password's handshake, and each event would wait for the disk several times.
"""

from collections.abc import Mapping
from typing import Any

from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import pg_url_from_config, set_pg_statement_timeout
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from orchestration.storage import Remembering

# As with files: the server waits for its disk a moment later. A server that breaks down loses events of half a second,
# of which the warehouse needs none; tables and releases are elsewhere.
LATER = "-c synchronous_commit=off"


class Kept:
    """A part of the storage that keeps the engine it was given, also in the webserver: Dagster's own would not notice that
    the server was started again."""

    _engine: Engine

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """A question of the UI that takes longer than `statement_timeout` milliseconds is ended."""
        event.listen(
            self._engine, "connect", lambda connection, _: set_pg_statement_timeout(connection, statement_timeout)
        )


class Runs(Kept, PostgresRunStorage):
    """Runs and heartbeats on the server."""


class EventLog(Kept, Remembering, PostgresEventLogStorage):
    """Events on the server; tables and columns that were found are not looked up again."""


class Schedules(Kept, PostgresScheduleStorage):
    """Ticks and states of sensors and schedules on the server."""


class Storage(DagsterPostgresStorage):
    """All three through the same few connections; one that the server closed is noticed before it is used."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Makes the tables where there are none. Raises SQLAlchemy's errors where the server can't be used."""
        super().__init__(postgres_url, inst_data=inst_data)
        self._kept = _engine(postgres_url)
        self._run_storage = Runs(postgres_url)
        self._event_log_storage = EventLog(postgres_url)
        self._schedule_storage = Schedules(postgres_url)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = self._kept

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> "Storage":
        """As `dagster.yaml` has it: the address from the environment."""
        return cls(pg_url_from_config(config_value), inst_data)


def _engine(url: str) -> Engine:
    given = make_url(url).query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {LATER}".strip()
    return create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=-1, pool_recycle=600, pool_pre_ping=True,
        connect_args={"options": options},
    )  # fmt: skip
