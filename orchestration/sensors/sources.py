"""The sensors on declared sources (`operations/<op>/sources.yml`): one for each, and one for those declared since.

A tick only looks and asks: the job `pull_source` downloads, and the tick after it requests runs on what came. So each
source has a name, a switch and a history of its own in the UI; a source that is added or enabled while Dagster runs is
taken up by `new_sources` until the definitions are loaded again.
"""

import json
import re
import time
from collections.abc import Callable
from itertools import chain, count

import dagster as dg

from orchestration.jobs import publish_round
from orchestration.pull import pull_source
from orchestration.resources import WarehouseHome
from orchestration.sensors.plain import plainly, read_cursor
from orchestration.sensors.requests import new_partitions, request
from orchestration.sensors.watch import Decision, Memory, decide
from warehouse.deliveries.sources.model import Source, all_sources
from warehouse.deliveries.sources.redact import redact
from warehouse.deliveries.sources.state import read_state
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.settings import Home

BUDGET = 30.0  # seconds, as the inbox's
GOING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]  # fmt: skip
KINDS = {
    "files": "files behind a path or URL, taken once they stood still",
    "kobo": "a form of KoboToolbox, at its interval",
    "dtm": "figures of the DTM API, at their interval",
}
JOBS = [pull_source, publish_round]
ON = dg.DefaultSensorStatus.RUNNING


def source_sensors() -> list[dg.SensorDefinition]:
    """One sensor for each source that is enabled now, and the one for all that are enabled later."""
    names = sensor_names([s for s in all_sources()[0] if s.enabled])
    return [*(_sensor(source, name) for name, source in names.items()), _later({s.name for s in names.values()})]


def sensor_names(sources: list[Source]) -> dict[str, Source]:
    """Sources by the name of their sensor (`source_kgz_kobo_bma`); where two would be called the same, with a number."""
    named: dict[str, Source] = {}
    for source in sources:
        stem = f"source_{re.sub(r'[^A-Za-z0-9_]', '_', source.name)}"
        names = chain([stem], (f"{stem}_{n}" for n in count(2)))
        named[next(name for name in names if name not in named)] = source
    return named


def _sensor(source: Source, name: str) -> dg.SensorDefinition:
    what = f"{source.name}: {KINDS[source.kind]}. Off where sources.yml no longer enables it."

    @dg.sensor(name=name, jobs=JOBS, minimum_interval_seconds=30, default_status=ON, description=what, tags={"mtm/source": source.name.replace("/", ".")})  # fmt: skip
    def watch(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
        return tick(context, warehouse.home, lambda s: s.name == source.name, f"{source.name} is not enabled any more in sources.yml")  # fmt: skip

    return watch


def _later(known: set[str]) -> dg.SensorDefinition:
    what = "Sources that were added to a sources.yml, or enabled, since Dagster loaded: each gets a sensor of its own at the next load."

    @dg.sensor(name="new_sources", jobs=JOBS, minimum_interval_seconds=30, default_status=ON, description=what)
    def watch(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
        return tick(context, warehouse.home, lambda s: s.name not in known, "no source was added since Dagster loaded")

    return watch


@plainly
def tick(
    context: dg.SensorEvaluationContext, home: Home, is_ours: Callable[[Source], bool], nothing: str
) -> dg.SensorResult:
    """One tick over the enabled sources that are ours: the one that was looked at longest ago comes first."""
    sources, problems = all_sources()
    sources = [s for s in sources if s.enabled and is_ours(s)]
    memories = _memories(context, sources)
    started, requests, came = time.monotonic(), [], []
    said = [redact(str(problem)) for problem in problems]
    for source in sorted(sources, key=lambda s: memories[s.name].looked):
        memory = memories[source.name]
        new = _unannounced(context, home, source, memory)
        came += new
        requests += [request(delivery, job_name=publish_round.name) for delivery in new]
        if time.monotonic() - started < BUDGET:
            decision = _decided(context, home, source, memory)
            said.append(f"{source.name}: {redact(decision.said)}")
            requests += [_pull(source, decision)] if decision.pull else []
    for line in said:
        context.log.info(line)
    cursor = json.dumps({name: memory.data() for name, memory in memories.items()})
    if requests:
        return dg.SensorResult(requests, cursor=cursor, dynamic_partitions_requests=new_partitions(came))
    return dg.SensorResult(skip_reason=" · ".join(said if sources else [*said, nothing]), cursor=cursor)


def _decided(context: dg.SensorEvaluationContext, home: Home, source: Source, memory: Memory) -> Decision:
    going = dg.RunsFilter(tags={"mtm/source": source.name}, statuses=GOING)
    if context.instance.get_runs_count(going):
        return Decision("is being pulled")
    return decide(source, memory, read_state(home, source.name), time.time())


def _unannounced(context: dg.SensorEvaluationContext, home: Home, source: Source, memory: Memory) -> list[Delivery]:
    """Deliveries that came from this source and stand, for which no run was requested yet."""
    vault = Vault(home)
    standing = [vault.current(key) for key in vault.rounds()]
    new = [d for d in standing if d.source_name == source.name and memory.told.get(d.round_key) != d.delivery_seq]
    memory.told |= {d.round_key: d.delivery_seq for d in new}
    ordered = sorted(new, key=lambda d: (d.received_at, d.round_key))
    return [d for d in ordered if not _was_requested(context, d)]


def _was_requested(context: dg.SensorEvaluationContext, delivery: Delivery) -> bool:
    """Whether another sensor asked for the run: before the definitions were loaded again, or its cursor was lost."""
    tags = {"mtm/delivery": delivery.delivery_id, "dagster/partition": delivery.round_key, "mtm/seq": str(delivery.delivery_seq)}  # fmt: skip
    return context.instance.get_runs_count(dg.RunsFilter(tags=tags)) > 0


def _pull(source: Source, decision: Decision) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=decision.pull,
        job_name=pull_source.name,
        run_config={"ops": {"pull": {"config": {"source": source.name, "marks": decision.marks}}}},
        tags={"mtm/source": source.name},
    )


def _memories(context: dg.SensorEvaluationContext, sources: list[Source]) -> dict[str, Memory]:
    """What is known of each source; a cursor that can't be read is forgotten, and said."""
    data = read_cursor(context)
    return {source.name: Memory.of(data.get(source.name, {})) for source in sources}
