"""The sensors on declared sources (`operations/<op>/sources.yml`): files behind URLs, KoboToolbox, the DTM API.

A tick only looks and asks: the job `pull_source` downloads, and the tick after it requests runs on what came. Sensors
are off by default where no source of their kind is enabled.
"""

import json
import time

import dagster as dg

from orchestration.jobs import publish_round
from orchestration.pull import pull_source
from orchestration.resources import WarehouseHome
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
    "files": (
        "source_files",
        "Files behind paths and URLs (folders, S3, SFTP, HTTP): taken once they stood still. On where sources.yml enables one.",
    ),
    "kobo": ("source_kobotoolbox", "Forms of KoboToolbox, each at its interval. On where sources.yml enables one."),
    "dtm": ("source_dtm_api", "Figures of the DTM API, each at its interval. On where sources.yml enables one."),
}


def source_sensors() -> list[dg.SensorDefinition]:
    """One sensor for each kind; on where a source of the kind is enabled."""
    enabled = {source.kind for source in all_sources()[0] if source.enabled}
    return [_sensor(kind, name, text, kind in enabled) for kind, (name, text) in KINDS.items()]


def _sensor(kind: str, name: str, text: str, is_on: bool) -> dg.SensorDefinition:
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(name=name, jobs=[pull_source, publish_round], minimum_interval_seconds=30, default_status=status, description=text)  # fmt: skip
    def watch(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
        return tick(context, warehouse.home, kind)

    return watch


def tick(context: dg.SensorEvaluationContext, home: Home, kind: str) -> dg.SensorResult:
    """One tick over all enabled sources of a kind: the one that was looked at longest ago comes first."""
    sources, problems = all_sources()
    sources = [s for s in sources if s.kind == kind and s.enabled]
    memories = _memories(context.cursor, sources)
    started, requests, came = time.monotonic(), [], []
    said = [redact(str(problem)) for problem in problems]
    for source in sorted(sources, key=lambda s: memories[s.name].looked):
        memory = memories[source.name]
        new = _unannounced(home, source, memory)
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
    return dg.SensorResult(skip_reason=" · ".join(said) or "no source of this kind is enabled", cursor=cursor)


def _decided(context: dg.SensorEvaluationContext, home: Home, source: Source, memory: Memory) -> Decision:
    going = dg.RunsFilter(tags={"mtm/source": source.name}, statuses=GOING)
    if context.instance.get_runs_count(going):
        return Decision("is being pulled")
    return decide(source, memory, read_state(home, source.name), time.time())


def _unannounced(home: Home, source: Source, memory: Memory) -> list[Delivery]:
    """Deliveries that came from this source and stand, for which no run was requested yet."""
    vault = Vault(home)
    standing = [vault.current(key) for key in vault.rounds()]
    new = [d for d in standing if d.source_name == source.name and memory.told.get(d.round_key) != d.delivery_seq]
    memory.told |= {d.round_key: d.delivery_seq for d in new}
    return sorted(new, key=lambda d: (d.received_at, d.round_key))


def _pull(source: Source, decision: Decision) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=decision.pull,
        job_name=pull_source.name,
        run_config={"ops": {"pull": {"config": {"source": source.name, "marks": decision.marks}}}},
        tags={"mtm/source": source.name},
    )


def _memories(cursor: str | None, sources: list[Source]) -> dict[str, Memory]:
    try:
        data = json.loads(cursor or "{}")
    except ValueError:
        data = {}
    return {source.name: Memory.of(data.get(source.name, {})) for source in sources}
