"""What Dagster's own storage costs as partitions and events grow: in files, or on a server. Run by hand; docs/scaling.md has the answers.

    python bench/dagster_storage.py FOLDER [--postgres URL] [--events EVENT_LOG.DB] [--partitions 1000 10000 30000]

Measuring belongs here: rows and bytes of real runs, registering partitions, and the questions of the UI's pages, each as
the UI asks it. FOLDER is made, and holds nothing of value afterwards.
"""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
rounds = dg.DynamicPartitionsDefinition(name="rounds")
QUESTIONS = {
    "the asset's page: how its partitions stand": """
        query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
            partitionKeysByDimension { name type partitionKeys }
            assetPartitionStatuses { ... on DefaultPartitionStatuses {
                materializedPartitions failedPartitions unmaterializedPartitions materializingPartitions } } } } }""",
    "the graph: how many stand": """
        query($key: AssetKeyInput!) { assetNodes(assetKeys: [$key]) {
            partitionStats { numMaterialized numMaterializing numPartitions numFailed } } }""",
    "one round's events": """
        query($key: AssetKeyInput!) { assetOrError(assetKey: $key) { ... on Asset {
            assetMaterializations(partitions: ["op000-bma-r00001"], limit: 20) { timestamp metadataEntries { label } } } } }""",
    "the newest runs": """
        query($key: AssetKeyInput!) { runsOrError(limit: 25) { ... on Runs { results { id status tags { key value } } } }
            assetNodes(assetKeys: [$key]) { id } }""",
}


@dg.asset(partitions_def=rounds)
def delivery() -> None:
    """A stand-in."""


@dg.asset(partitions_def=rounds, deps=[delivery])
def release() -> None:
    """A stand-in."""


defs = dg.Definitions(assets=[delivery, release])


def main() -> None:
    """Print one JSON of all that was measured."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--postgres")
    asked.add_argument("--events", type=Path)
    asked.add_argument("--partitions", type=int, nargs="*", default=[1000, 10000, 30000])
    given = asked.parse_args()
    if given.postgres:
        os.environ["MTM_DAGSTER_STORAGE"] = given.postgres
    from orchestration.instance import open_instance
    from warehouse.settings import Home

    given.folder.mkdir(parents=True, exist_ok=True)
    with open_instance(Home(given.folder)) as instance:
        answer: dict[str, Any] = {"storage": "postgresql" if given.postgres else "sqlite"}
        if given.events:
            answer["runs"] = _runs(instance, given, answer["storage"])
        answer["partitions"] = [_partitions(instance, count) for count in sorted(given.partitions)]
        answer["all at once"] = _all_at_once(instance)
    print(json.dumps(answer, indent=1))


def _runs(instance: dg.DagsterInstance, given: argparse.Namespace, storage: str) -> dict[str, Any]:
    """The events of real runs, stored again through Dagster's interface: rows and bytes of a run, CPU milliseconds of an event."""
    from dagster import EventLogEntry
    from dagster._serdes import deserialize_value

    source = sqlite3.connect(f"file:{given.events}?mode=ro", uri=True)
    events = [
        deserialize_value(text, EventLogEntry) for (text,) in source.execute("select event from event_logs order by id")
    ]
    runs = {e.run_id for e in events if e.run_id}
    before = _bytes(given, storage)
    seconds = _cpu(lambda: [instance.event_log_storage.store_event(event) for event in events])
    grown = _bytes(given, storage) - before
    return {"runs": len(runs), "events of a run": round(len(events) / len(runs)), "bytes of a run": round(grown / len(runs)),
            "CPU milliseconds of an event": round(1000 * seconds / len(events), 2)}  # fmt: skip


def _bytes(given: argparse.Namespace, storage: str) -> int:
    if storage == "sqlite":
        return sum(p.stat().st_size for p in (given.folder / "dagster").rglob("*.db*"))
    import psycopg

    with psycopg.connect(given.postgres) as connection:
        row = connection.execute("select pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0


def _partitions(instance: dg.DagsterInstance, count: int) -> dict[str, Any]:
    """Register rounds up to `count`, materialize each once, and ask what the UI asks."""
    known = set(instance.get_dynamic_partitions(rounds.name))
    new = [key for key in (f"op{i // 30:03d}-bma-r{i:05d}" for i in range(count)) if key not in known]
    registering = _cpu(
        lambda: [instance.add_dynamic_partitions(rounds.name, new[i : i + 500]) for i in range(0, len(new), 500)]
    )
    storing = _cpu(
        lambda: [instance.report_runless_asset_event(dg.AssetMaterialization("release", partition=key)) for key in new]
    )
    return {"partitions": count, "registering, seconds": round(registering, 2),
            "one materialization, milliseconds": round(1000 * storing / max(1, len(new)), 2),
            "telling one round, milliseconds": _told(instance), **_asked(instance)}  # fmt: skip


def _told(instance: dg.DagsterInstance, times: int = 100) -> float:
    """CPU milliseconds of what `standing.tell` asks of each round, where nothing changed: this process only."""
    from orchestration.standing import DELIVERY, RELEASE, _is_taken_back, _last

    keys = list(instance.get_dynamic_partitions(rounds.name))[:times]
    seconds = _cpu(
        lambda: [(_last(instance, DELIVERY, k), _last(instance, RELEASE, k), _is_taken_back(instance, k)) for k in keys]
    )
    return round(1000 * seconds / times, 2)


def _asked(instance: dg.DagsterInstance) -> dict[str, float]:
    """Wall seconds of each question, the second time it is asked; the storage's own share of the machine counts too."""
    from dagster._core.remote_origin import InProcessCodeLocationOrigin
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
    from dagster_graphql.schema import create_schema

    origin = InProcessCodeLocationOrigin(LoadableTargetOrigin(executable_path=sys.executable, python_file=__file__))
    schema, taken = create_schema(), {}
    with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin)) as workspace:
        for name, question in QUESTIONS.items():
            for _ in range(2):
                started = time.perf_counter()
                answer = asyncio.run(
                    schema.execute_async(
                        question,
                        context_value=workspace.create_request_context(),
                        variable_values={"key": {"path": ["release"]}},
                    )
                )
                taken[name] = round(time.perf_counter() - started, 3)
                assert not answer.errors, answer.errors
    return taken


def _all_at_once(instance: dg.DagsterInstance) -> str:
    """Whether all rounds can be registered in one call, as a telling of all rounds does it."""
    keys = instance.get_dynamic_partitions(rounds.name)
    for count in (32_000, 33_000, 70_000):
        try:
            instance.add_dynamic_partitions(
                rounds.name, [*keys[:count], *(f"more-{i}" for i in range(count - len(keys)))]
            )
        except Exception as error:
            return f"fails at {count}: {type(error).__name__}: {str(error)[:60]}"
    return "70,000 in one call are taken"


def _cpu(work: Callable[[], Any]) -> float:
    started = resource.getrusage(resource.RUSAGE_SELF)
    work()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime


if __name__ == "__main__":
    main()
