"""When an operation's rounds are looked after: the section `ingestion:` of `operation.yml`, checked on its own.

The shape of the section and what is wrong with it belong here; schedules are made of it in `orchestration/schedules.py`.
A mistake in it is told as one line and touches no other operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError, field_validator

from warehouse.errors import MtmError
from warehouse.operation_files import Strict

if TYPE_CHECKING:
    from warehouse.operations import Operation

FIELDS = 5  # minute, hour, day of the month, month, day of the week


class Ingestion(Strict):
    """`ingestion:`, with what holds where a key is left out. Times are those of `timezone`; timeouts in minutes."""

    cron: str = "0 5 * * *"
    timezone: str = "UTC"
    enabled: bool = False  # whether the schedule is on when Dagster sees it first; then the UI's switch says it
    due_days_after_fieldwork: int | None = Field(default=None, ge=0, le=3650)
    run_timeout_minutes: int = Field(default=120, ge=1, le=1440)

    @field_validator("cron")
    @classmethod
    def _cron(cls, cron: str) -> str:
        if not is_cron(cron):
            raise ValueError("expected five fields: minute, hour, day, month, day of the week ('0 5 * * 1-5')")
        return " ".join(cron.split())

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, timezone: str) -> str:
        if not is_timezone(timezone):
            raise ValueError("expected the name of a time zone (Asia/Bishkek, UTC)")
        return timezone


@cache
def is_cron(cron: str) -> bool:
    """Whether a schedule has five fields that can be read, and ever comes."""
    from datetime import datetime

    from croniter import CroniterError, croniter  # type: ignore[import-untyped]

    try:
        if len(cron.split()) != FIELDS:
            return False
        croniter(cron, datetime(2024, 1, 1)).get_next()
    except (CroniterError, ValueError, KeyError):
        return False
    return True


@cache
def is_timezone(name: str) -> bool:
    """Whether this machine knows a time zone of this name."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def ingestion_of(operation: Operation) -> Ingestion:
    """The section of one operation. Raises MtmError of one line where it can't be used."""
    try:
        return Ingestion.model_validate(operation.programme.ingestion)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["ingestion", *map(str, first["loc"])])
        raise MtmError(
            f"operation.yml can't be used: {key}: {first['msg'].removeprefix('Value error, ')}",
            where=f"operations/{operation.folder.name}/operation.yml",
            expected=f"the keys {', '.join(Ingestion.model_fields)}",
            todo="correct the file; docs/scheduled-ingestion.md shows each key",
            code="bad_ingestion",
        ) from None


def every_ingestion() -> Iterator[tuple[Operation, Ingestion, MtmError | None]]:
    """All operations that can be read, each with its section; where that is wrong, what holds without it and the error."""
    from warehouse.operations import readable_operations

    for operation in readable_operations()[0]:
        try:
            yield operation, ingestion_of(operation), None
        except MtmError as error:
            yield operation, Ingestion(), error


def ingestion_problems() -> list[MtmError]:
    """What is wrong with operations: files that can't be read, sections that can't be used."""
    from warehouse.operations import readable_operations

    return [*readable_operations()[1], *(problem for _, _, problem in every_ingestion() if problem)]
