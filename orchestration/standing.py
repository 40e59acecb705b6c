"""How each round stands, told to Dagster: what is received, taken back or served again outside of a run is seen in the UI.

Comparing the warehouse with what Dagster has last heard, and telling the difference, belong here; the states themselves are
worked out in `warehouse/status.py`. Nothing of the warehouse is changed.

- A newer delivery materializes `delivery` with the hash of its bytes: what stands on it is out of date until it is run.
- A round that no release serves any more fails in `release`; one that is served again is materialized as it was then.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster import AssetRecordsFilter, DagsterRunStatus, RunsFilter
from dagster._core.events import AssetMaterializationPlannedData, DagsterEvent, DagsterEventType
from dagster._core.storage.dagster_run import DagsterRun

from orchestration import tables
from orchestration.pages import release_page
from orchestration.partitions import rounds
from warehouse.deliveries.vault import Delivery
from warehouse.releases.manifest import Manifest, current_manifest
from warehouse.settings import Home
from warehouse.status import RoundState, round_states

DELIVERY, RELEASE = dg.AssetKey("delivery"), dg.AssetKey("release")
CHECK = "served_as_delivered"
VERSION = "dagster/data_version"
TAKEN_BACK = "mtm/taken_back"  # tag of the run that stands for it
GOOD = {"published"}


def tell(home: Home, instance: dg.DagsterInstance) -> list[str]:
    """Tell Dagster how every round stands, where it does not know; what was told, in lines. Doing it twice changes nothing."""
    states, manifest = round_states(home), current_manifest(home)
    if not states:
        return []
    instance.add_dynamic_partitions(rounds.name, [s.round_key for s in states])
    said = []
    for state in states:
        said += _delivered(instance, state.delivery)
        said += _served(instance, home, state.round_key, manifest)
    _checked(instance, home, states)
    return said


def tell_quietly(home: Home, instance: dg.DagsterInstance) -> None:
    """The same after a run, which has its outcome whatever becomes of this; the sensor tells it later."""
    with suppress(Exception):
        tell(home, instance)


def served_version(manifest: Manifest, round_key: str) -> str:
    """The data version of a round in a release: of its delivery, how it was read, and the models. Empty where it is not in it."""
    version = manifest.version(round_key)
    if version is None:
        return ""
    text = json.dumps([asdict(version), manifest.models_hash], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def delivery_text(d: Delivery) -> tables.Shown:
    """What is told of a delivery."""
    return {
        "file": d.file_name,
        "delivery": f"{d.delivery_seq} of the round ({d.delivery_id})",
        "delivery number": d.delivery_seq,
        "supersedes": d.supersedes or "nothing",
        "received at": d.received_at,
        "source": d.source,
        "size (bytes)": d.size,
        "sha256": d.sha256,
        "codebook": d.codebook,
        "partial": d.partial,
        "licence": d.licence,
        "why recognised": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in d.why)),
    }


def evaluation(states: list[RoundState]) -> dict[str, Any]:
    """The check `served_as_delivered`, as arguments of a result: each round with what is served of it and what to do."""
    wrong = [s for s in states if s.state not in GOOD or s.replay is not None]
    refused = [s for s in wrong if s.state in ("refused", "withdrawn")]
    told = "; ".join(
        f"{s.round_key} is {s.state}, {_serves(s)}. To do: {s.todo}" for s in [*refused, *_without(wrong, refused)][:5]
    )
    rows = [(s.round_key, s.state, f"{s.delivery.delivery_seq} of {s.deliveries}", _serves(s), s.todo) for s in states]
    return {
        "passed": not wrong,
        "severity": dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        "description": f"{len(states) - len(wrong)} of {len(states)} rounds are served as they were last delivered. {told}".strip(),
        "metadata": {
            "rounds": len(states),
            "not as delivered": len(wrong),
            "how each round stands": tables.markdown(
                ["round", "state", "delivery that stands", "readers see", "to do"], rows
            ),
        },
    }


def _without(wrong: list[RoundState], refused: list[RoundState]) -> list[RoundState]:
    return [s for s in wrong if s not in refused]


def _serves(state: RoundState) -> str:
    if state.release_id is None:
        return "nothing of it is served"
    return f"delivery {state.serves_seq} is served (release {state.release_id})"


def _checked(instance: dg.DagsterInstance, home: Home, states: list[RoundState]) -> None:
    found = dg.AssetCheckEvaluation(asset_key=RELEASE, check_name=CHECK, **evaluation(states))
    instance.report_runless_asset_event(found)


def _delivered(instance: dg.DagsterInstance, delivery: Delivery) -> list[str]:
    last = _last(instance, DELIVERY, delivery.round_key)
    if last is not None and _version(last) == delivery.sha256:
        return []
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            DELIVERY,
            partition=delivery.round_key,
            description="Received outside of a run: what stands on it is out of date until the round is run",
            metadata={
                **delivery_text(delivery),
                "to do": f"mtm run {delivery.round_key}, or Materialize all in this UI",
            },
            tags={VERSION: delivery.sha256},
        )
    )
    return [f"{delivery.round_key}: delivery {delivery.delivery_seq} was received"]


def _served(instance: dg.DagsterInstance, home: Home, round_key: str, manifest: Manifest | None) -> list[str]:
    version = served_version(manifest, round_key) if manifest else ""
    last = _last(instance, RELEASE, round_key)
    is_back = _is_taken_back(instance, round_key)
    if manifest is None or not version:
        if last is None or is_back:
            return []
        _take_back(instance, round_key, manifest)
        return [f"{round_key}: no release that is served holds it any more"]
    if last is not None and _version(last) == version and not is_back:
        return []
    history = _materializations(instance, RELEASE, round_key)
    then = next((event for event in history if _version(event) == version), None)
    _serve_again(instance, home, round_key, manifest, version, then)
    return [f"{round_key}: {manifest.release_id} serves it"]


def _serve_again(
    instance: dg.DagsterInstance,
    home: Home,
    round_key: str,
    manifest: Manifest,
    version: str,
    then: dg.AssetMaterialization | None,
) -> None:
    """With what it stood on then: where a newer delivery came since, it is out of date, and the UI says of what."""
    told: Mapping[str, Any] = then.metadata if then else {}
    now = {
        "release": manifest.release_id,
        "served by": "mtm rollback, mtm promote or a restore: not by a run of this instance",
        "notes of the release": dg.MetadataValue.url(release_page(home, manifest.release_id)),
    }
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            RELEASE,
            partition=round_key,
            metadata={**told, **now},
            tags={**((then.tags or {}) if then else {}), VERSION: version},
        )
    )


def _take_back(instance: dg.DagsterInstance, round_key: str, manifest: Manifest | None) -> None:
    """A run that failed before it did anything: so the partition fails, and its page says why. No alarm of a failed run."""
    why = f"{round_key} was taken back: {manifest.release_id if manifest else 'nothing'} is served, which does not hold it"
    tags = {TAKEN_BACK: round_key, "dagster/partition": round_key, "mtm/why": why}
    run = DagsterRun(job_name="taken_back", run_id=str(uuid4()), status=DagsterRunStatus.FAILURE, tags=tags)
    instance.run_storage.add_run(run)
    planned = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value,
        run.job_name,
        message=f"{why}. mtm releases shows what can be served; mtm promote RELEASE serves it again.",
        event_specific_data=AssetMaterializationPlannedData(RELEASE, partition=round_key),
    )
    instance.report_dagster_event(planned, run.run_id)


def _is_taken_back(instance: dg.DagsterInstance, round_key: str) -> bool:
    """Whether the latest that Dagster heard of the round's release is that it was taken back."""
    runs = instance.get_run_records(RunsFilter(tags={TAKEN_BACK: round_key}), limit=1)
    if not runs:
        return False
    record = instance.fetch_materializations(AssetRecordsFilter(RELEASE, asset_partitions=[round_key]), limit=1).records
    return not record or record[0].timestamp <= runs[0].create_timestamp.timestamp()


def _last(instance: dg.DagsterInstance, key: dg.AssetKey, round_key: str) -> dg.AssetMaterialization | None:
    return next(iter(_materializations(instance, key, round_key, limit=1)), None)


def _materializations(
    instance: dg.DagsterInstance, key: dg.AssetKey, round_key: str, limit: int = 100
) -> list[dg.AssetMaterialization]:
    """Newest first."""
    found = instance.fetch_materializations(AssetRecordsFilter(key, asset_partitions=[round_key]), limit=limit).records
    return [event for record in found if (event := record.asset_materialization)]


def _version(event: dg.AssetMaterialization) -> str:
    return (event.tags or {}).get(VERSION, "")
