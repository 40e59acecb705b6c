"""The state of each round, worked out from vault, verdicts and the current release.

Reading states belongs here; it changes nothing and imports nothing heavy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.normalize.identity import normalized_id
from warehouse.operation_look import one_look
from warehouse.operations import load_operation
from warehouse.releases.flips import ever_served
from warehouse.releases.listing import held_releases, rounds_of
from warehouse.releases.manifest import Manifest, current_manifest, release_ids
from warehouse.releases.verdict import Verdict, load_verdict, verdict_path
from warehouse.replay import Replay, replay_of, same_content
from warehouse.settings import Home

State = Literal["waiting", "published", "held", "refused", "provisional", "withdrawn"]
TODO: dict[State, str] = {
    "waiting": "mtm run {round_key}",
    "published": "nothing",
    "held": "mtm promote {held} serves it (mtm diff current {held}), mtm releases shows it",
    "refused": "mtm findings {round_key}, then deliver a corrected file",
    "provisional": "wait for the whole round, then mtm receive FILE",
    "withdrawn": "deliver a corrected file, or mtm run {round_key} to publish it again",
}


@dataclass(frozen=True)
class RoundState:
    """One round: its standing delivery, what became of it, and what to do next."""

    round_key: str
    state: State
    delivery: Delivery
    deliveries: int
    release_id: str | None  # the release that serves the round (perhaps an older delivery of it)
    serves_seq: int | None  # the delivery that is served
    verdict: Verdict | None
    todo: str
    replay: Replay | None = None  # what a change of files or code makes run again

    @property
    def waits(self) -> bool:
        """Whether `mtm run` and the operation's schedule take it."""
        return self.state == "waiting" or self.replay is not None


@one_look()
def round_states(home: Home, operation: str = "") -> list[RoundState]:
    """All rounds that were delivered (or those of one operation), in the order of their keys."""
    vault = Vault(home)
    manifest = current_manifest(home)
    later = _later(home, manifest)
    held = {(v.round_key, v.delivery_id): i for i in held_releases(home) for v in rounds_of(home, i)}
    return [_state(home, vault, key, manifest, later, held) for key in vault.rounds() if _is_of(key, operation)]


def _is_of(round_key: str, operation: str) -> bool:
    return not operation or round_key.startswith(f"{operation}-")


def _later(home: Home, manifest: Manifest | None) -> set[tuple[str, str]]:
    """(round, delivery) of releases that were served and that the one served does not stand on: they were rolled back.

    Also those that another release was built past: what was taken back does not return with the next round.
    """
    chain = {manifest.release_id, *(r["release_id"] for r in manifest.history)} if manifest else set()
    served = ever_served(home)
    gone = [i for i in release_ids(home) if i not in chain and i in served]
    return {(v.round_key, v.delivery_id) for i in gone for v in rounds_of(home, i)}


def _state(
    home: Home,
    vault: Vault,
    key: str,
    manifest: Manifest | None,
    later: set[tuple[str, str]],
    held: dict[tuple[str, str], str],
) -> RoundState:
    deliveries = vault.deliveries(key)
    standing = deliveries[-1]
    served = manifest.version(key) if manifest else None
    verdict = _verdict(home, standing)
    if served and served.delivery_id == standing.delivery_id and not standing.partial:
        state: State = "published"
    elif (key, standing.delivery_id) in held:
        state = "held"
    elif (key, standing.delivery_id) in later:
        state = "withdrawn"
    elif verdict is None or verdict.outcome == "passed" or verdict.error:
        state = "waiting"  # an error of the gate says nothing of the delivery (no room on the disk): it is judged again
    elif verdict.outcome == "provisional" and _is_not_kept(home, standing):
        state = "waiting"
    else:
        state = verdict.outcome
    release = manifest.release_id if manifest and served else None
    waits = replay_of(home, standing, served, verdict) if state not in ("withdrawn", "held") else None
    todo = TODO[state].format(round_key=key, held=held.get((key, standing.delivery_id)))
    if waits:
        todo = f"mtm run {key} ({waits.text})"
    elif state == "published" and served and verdict and verdict.outcome == "refused":
        todo = f"judged again and refused: mtm findings {key}, then deliver a corrected file or mtm rollback"
    elif state == "provisional" and served:
        todo = f"nothing, unless it is to replace what is served (delivery {served.delivery_seq}, whole): then deliver the whole round"
    return RoundState(
        key, state, standing, len(deliveries), release, served.delivery_seq if served else None, verdict, todo, waits
    )


def _is_not_kept(home: Home, delivery: Delivery) -> bool:
    """The collection does not have it: the run died between verdict and keeping, or the delivery was only checked."""
    from warehouse.collection.keep import is_missing

    return is_missing(home, delivery)


def _verdict(home: Home, delivery: Delivery) -> Verdict | None:
    """The last verdict on what this delivery gives now (corrections may have come and gone); else the last one on it."""
    notes = (home.normalized / delivery.round_key).glob("*/normalized.json")
    found = [json.loads(p.read_text(encoding="utf-8")) for p in notes]
    ids = [n["normalized_id"] for n in found if n["delivery"]["delivery_id"] == delivery.delivery_id]
    paths = [p for i in set(ids) if (p := verdict_path(home, delivery.round_key, i)).exists()]
    paths.sort(key=lambda p: (p.stat().st_mtime_ns, p.name))
    given = [v for p in paths if (v := load_verdict(home, delivery.round_key, p.stem))]
    declared = "partial" if delivery.partial else "whole"  # the same bytes may be delivered as both
    given = [v for v in given if v.inputs.get("declared", declared) == declared]
    standing = [v for v in given if delivery.partial or v.outcome != "provisional"]
    if len(standing) > 1:
        now = normalized_id(delivery, load_operation(delivery.operation), home)
        standing = [v for v in standing if same_content(home, v.round_key, v.normalized_id, now)] or standing
    return standing[-1] if standing else None
