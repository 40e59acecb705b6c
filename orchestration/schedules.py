"""The schedules, one per operation: rounds that wait for a run or a replay are run, when `operation.yml` says it.

Choosing rounds belongs here. A schedule catches what came in by the command line, what a fault stopped, and what a change
of the operation's files touches. Concept: https://docs.dagster.io/guides/automate/schedules
"""

import re
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.jobs import publish_round
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.sensors.requests import request
from warehouse.errors import MtmError
from warehouse.ingestion import Ingestion, every_ingestion, ingestion_of
from warehouse.operations import Operation, load_operation
from warehouse.settings import Home
from warehouse.status import round_states


def operation_schedules() -> list[dg.ScheduleDefinition]:
    """One for each operation that can be read. Where its section can't be used, the schedule is off and says why."""
    return [_schedule(operation, found, problem) for operation, found, problem in every_ingestion()]


def name_of(code: str) -> str:
    """`rounds_kgz`: a name that Dagster takes."""
    return f"rounds_{re.sub(r'[^A-Za-z0-9_]', '_', code)}"


def _schedule(operation: Operation, ingestion: Ingestion, problem: MtmError | None) -> dg.ScheduleDefinition:
    code, is_on = operation.code, ingestion.enabled and problem is None
    text = f"{operation.programme.name.en}: the rounds that wait for a run or a replay, as mtm status names them."

    @dg.schedule(
        name=name_of(code),
        job=publish_round,
        cron_schedule=ingestion.cron,
        execution_timezone=ingestion.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
        description=f"Stands still: {problem}" if problem else text,
        tags={"mtm/operation": code},
    )
    def waiting(context: dg.ScheduleEvaluationContext, warehouse: WarehouseHome) -> list[dg.RunRequest] | dg.SkipReason:
        return tick(context, warehouse.home, code)

    return waiting


def tick(context: dg.ScheduleEvaluationContext, home: Home, code: str) -> list[dg.RunRequest] | dg.SkipReason:
    """One run for each round of the operation that `mtm run` would take, at most one a day for the same bytes."""
    try:
        ingestion = ingestion_of(load_operation(code))
    except MtmError as problem:
        return dg.SkipReason(f"nothing is run: {problem}")
    states = [s for s in round_states(home, code) if s.waits]
    if not states:
        return dg.SkipReason(
            "no round waits: each one's standing delivery has its verdict, and nothing that it is made of changed"
        )
    context.instance.add_dynamic_partitions(rounds.name, [s.round_key for s in states])
    day = context.scheduled_execution_time.astimezone(ZoneInfo(ingestion.timezone)).date().isoformat()
    ordered = sorted(states, key=lambda s: (s.delivery.received_at, s.round_key))
    return [request(s.delivery, again=day) for s in ordered]
