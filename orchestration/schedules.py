"""The daily schedule: rounds whose standing delivery has not been run to an end, or waits for a replay, are run.

Choosing rounds belongs here. It catches what came in by the command line, what a fault stopped, and what a change of the
operation's files touches; it is off until an operator turns it on. Concept: https://docs.dagster.io/guides/automate/schedules
"""

import dagster as dg

from orchestration.jobs import publish_round
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.sensors import request
from warehouse.status import round_states


@dg.schedule(
    job=publish_round,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    description="Every morning: the rounds that wait for a run or a replay, as mtm status names them.",
)
def daily(context: dg.ScheduleEvaluationContext, warehouse: WarehouseHome) -> list[dg.RunRequest] | dg.SkipReason:
    """Every morning at 5:00 UTC: one run for each round that `mtm run` would take, at most one a day for the same bytes."""
    states = [s for s in round_states(warehouse.home) if s.waits]
    if not states:
        return dg.SkipReason(
            "no round waits: each one's standing delivery has its verdict, and nothing that it is made of changed"
        )
    context.instance.add_dynamic_partitions(rounds.name, [s.round_key for s in states])
    day = context.scheduled_execution_time.date().isoformat()
    ordered = sorted(states, key=lambda s: (s.delivery.received_at, s.round_key))
    return [request(s.delivery, again=day) for s in ordered]
