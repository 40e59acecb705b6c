"""The sensor on the inbox: a file that stands still is received, its round registered, a run requested.

Asking and telling belong here; handling files is in `orchestration/inbox.py`.
"""

import json
import time

import dagster as dg

from orchestration.inbox import Taken, look, still, take
from orchestration.jobs import publish_round
from orchestration.resources import WarehouseHome
from orchestration.sensors.plain import plainly, read_cursor
from orchestration.sensors.requests import new_partitions, request
from warehouse.deliveries.names import clean_name

BUDGET = 30.0  # seconds: a tick must end within Dagster's minute; the rest waits for the next one


@dg.sensor(
    job=publish_round,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Files in MTM_HOME/inbox: each is received and run once it stood still.",
)
def inbox(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
    """Watches `MTM_HOME/inbox`. A file is taken once its size and time of change stood still for two ticks."""
    return tick(context, warehouse)


@plainly
def tick(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
    """One tick: takes what stood still, and remembers what did not."""
    home = warehouse.home
    now = look(home.inbox)
    ready = still(read_cursor(context), now)
    started, taken = time.monotonic(), []
    while ready and time.monotonic() - started < BUDGET:
        taken.append(take(home, ready.pop(0)))
    waiting = {name: seen for name, seen in now.items() if name not in {t.name for t in taken}}
    for refused in (t for t in taken if t.receipt is None):
        context.log.warning(f"{clean_name(refused.name)} refused: {refused.reason}")
    return result(taken, json.dumps(waiting), len(waiting))


def result(taken: list[Taken], cursor: str, waiting: int) -> dg.SensorResult:
    """Run requests and new partitions for what was received; else the reason why nothing runs."""
    deliveries = [t.receipt.delivery for t in taken if t.receipt]
    if not deliveries:
        return dg.SensorResult(skip_reason=_why(taken, waiting), cursor=cursor)
    return dg.SensorResult(
        run_requests=[request(d) for d in deliveries],
        dynamic_partitions_requests=new_partitions(deliveries),
        cursor=cursor,
    )


def _why(taken: list[Taken], waiting: int) -> str:
    if taken:
        return "refused: " + "; ".join(f"{clean_name(t.name)} ({t.reason})" for t in taken)
    if not waiting:
        return "the inbox is empty"
    return f"{waiting} file{' is' if waiting == 1 else 's are'} waiting to stand still"
