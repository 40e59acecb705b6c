"""One round in this process: the same job as the UI's, for `mtm run` and `mtm check`, with its answer as data.

Starting the job and reading what became of it belong here; the line itself is in `assets/`.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from uuid import uuid4

import dagster as dg

from orchestration import ahead, standing
from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.run_part import WHOLE, Part
from orchestration.work import Work, end, unexpected
from warehouse.at_rest import collector_at_rest, collector_seldom
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.normalize.run import normalize, normalized_id
from warehouse.operations import load_operation
from warehouse.releases.manifest import Manifest, current_manifest
from warehouse.releases.verdict import Verdict
from warehouse.replay import carry_verdict, reference_hash, same_content
from warehouse.settings import Home

Outcome = Literal["published", "held", "unchanged", "passed", "provisional", "refused", "error"]

BLOCKED = "DagsterAssetCheckFailedError"
HELD = {"ops": {"release": {"config": {"hold": True}}}}
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}  # the command line tells what happened


@dataclass(frozen=True)
class RoundResult:
    """What became of a round. `stages`: wall seconds by stage, all of them; `passed` is the answer of a check only.

    `release_id` is the release that holds it, for `published`, `held` (back) and `unchanged`; `error` is set where the outcome is `error`.
    """

    round_key: str
    outcome: Outcome
    release_id: str | None = None
    verdict: Verdict | None = None
    stages: dict[str, float] = field(default_factory=dict)
    error: MtmError | None = None
    run_id: str | None = None  # in the Dagster UI
    server_error: MtmError | None = None  # published here, and not on the PostgreSQL server of MTM_PUBLISH_TO
    replayed: bool = False  # `unchanged`: normalized again by other files or code, and every table came out equal


def run_round(
    home: Home,
    round_key: str,
    *,
    instance: dg.DagsterInstance | None = None,
    check_only: bool = False,
    hold: bool = False,
    part_of: Part | None = None,
) -> RoundResult:
    """Take a round to a verdict and, unless `check_only`, to a release. Waits for another builder to end.

    `hold`: the release is written and not served. Nothing runs where the current release holds the round as it stands
    (outcome `unchanged`), but as `part_of` a run on several rounds, which was asked for each of them. Raises UsageError
    where the round was never delivered; what goes wrong later is the outcome `error`.
    """
    started = time.perf_counter()
    if not check_only and part_of is None and (held := _held(home, round_key)):
        release, replayed = held
        stages = {"compare": time.perf_counter() - started}
        return RoundResult(round_key, "unchanged", release.release_id, stages=stages, replayed=replayed)
    ahead.begin()
    collector_seldom()
    job = _job(home, "check_round" if check_only else "publish_round")
    loaded = time.perf_counter() - started
    config = HELD if hold and not check_only else None
    work, run_id = _execute(home, job, round_key, instance, config, part_of or WHOLE)
    stages = {"load": loaded, **work.seconds}
    stages["dagster"] = time.perf_counter() - started - sum(stages.values())
    outcome = _outcome(work, check_only)
    release = work.manifest.release_id if work.manifest else None
    error = work.error if outcome == "error" else None
    return RoundResult(round_key, outcome, release, work.verdict, stages, error, run_id, server_error=work.server_error)


def _held(home: Home, round_key: str) -> tuple[Manifest, bool] | None:
    """The current release, where it holds the standing delivery as it would be made now; and whether it was replayed.

    A delivery that other files or code now read is normalized here; where all its tables come out equal, nothing is built.
    """
    from warehouse.releases.candidate import models_hash

    delivery, manifest = Vault(home).current(round_key), current_manifest(home)
    version = manifest.version(round_key) if manifest else None
    if manifest is None or version is None or manifest.models_hash != models_hash():
        return None
    operation = load_operation(delivery.operation)
    if delivery.partial:  # the bytes that are served, declared partial since: the run says what stands now
        return None
    if version.delivery_id != delivery.delivery_id or version.reference != reference_hash(operation, delivery):
        return None
    identity = normalized_id(delivery, operation, home)
    if version.normalized_id == identity:
        return manifest, False
    return (manifest, True) if _equal(home, delivery, version.normalized_id) else None


def _equal(home: Home, delivery: Delivery, before: str) -> bool:
    """Whether the delivery normalized now has the tables that it had before; the verdict on them stands then."""
    try:
        now = normalize(home, delivery).normalized_id
    except MtmError:
        return False  # the run will tell
    if not same_content(home, delivery.round_key, before, now):
        return False
    carry_verdict(home, delivery.round_key, before, now)
    return True


def _execute(
    home: Home,
    job: dg.JobDefinition,
    round_key: str,
    instance: dg.DagsterInstance | None,
    config: dict[str, Any] | None = None,
    part: Part = WHOLE,
) -> tuple[Work, str]:
    run_id = str(uuid4())
    with ExitStack() as stack:
        stack.callback(end, run_id)  # also where the run is interrupted: the next builder must get in
        dagster = instance or stack.enter_context(open_instance(home))
        dagster.add_dynamic_partitions(rounds.name, [round_key])
        result = job.execute_in_process(
            {**QUIET, **(config or {})},
            dagster,
            partition_key=round_key,
            raise_on_error=False,
            run_id=run_id,
            tags=part.tags,
            asset_selection=part.assets,
        )
        work = end(run_id) or Work(home, round_key)
        work.error = work.error or _outside_of_stages(result)
        if work.manifest is None or work.is_held:  # the run did not come to the check that tells how rounds stand
            standing.tell_quietly(home, dagster)
        return work, run_id


def _outside_of_stages(result: dg.ExecuteInProcessResult) -> MtmError | None:
    """What broke in Dagster itself or between stages. A check that blocks is no error: the verdict says it."""
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    names = [e.cls_name for e in failures if e and e.cls_name not in (BLOCKED, "Failure")]
    return unexpected(str(names[0]), "Dagster") if names else None


def _outcome(work: Work, check_only: bool) -> Outcome:
    """Errors first: a run that broke has not published, whatever its verdict was."""
    if work.verdict and work.verdict.outcome == "refused":
        return "refused"
    if work.error is None and work.manifest:
        return "unchanged" if work.was_published else "held" if work.is_held else "published"
    if work.error is None and work.verdict and work.verdict.outcome == "provisional":
        return "provisional"
    if work.error is None and work.verdict and check_only:
        return "passed"
    work.error = work.error or MtmError(
        f"the run on {work.round_key} stopped before its end",
        todo="mtm dev shows the run; or run again with mtm --debug",
        code="run_stopped",
    )
    return "error"


@cache
def _job(home: Home, name: str) -> dg.JobDefinition:
    """The job, made once for each home: several rounds in one process share it."""
    definitions = _definitions(home)
    return definitions.resolve_job_def(name)


@cache
def _definitions(home: Home) -> dg.Definitions:
    with collector_at_rest():
        return build_definitions(warehouse=WarehouseHome(path=str(home.root)))
