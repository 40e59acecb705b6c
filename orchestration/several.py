"""A run on several rounds ("Materialize all"): one round after the other in this process, each as a run of its own.

Rounds stand on each other through releases, and Dagster would take all rounds through the first asset, then all through
the second: so the first step takes them through the whole line, and the other steps have nothing left to do. What one
round does is in `run.py`. Concept: https://docs.dagster.io/guides/build/partitions-and-backfills/backfilling-data
"""

import dagster as dg

from orchestration import tables
from orchestration.launcher import PART_OF
from orchestration.process import mark
from orchestration.run_part import Part
from orchestration.sensors.requests import TIMEOUT
from orchestration.work import must_go_on
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.settings import Home

ONE_RUN = dg.BackfillPolicy.single_run()
BACKFILL = "dagster/backfill"  # Dagster counts the rounds of a backfill of assets by this tag
OF_JOB = "dagster/partition_set"  # a backfill of a job: its page takes each run with the tag above for one on a range
A_ROUND = 1800  # seconds that each round adds to what the run may take
WRONG = {"refused", "error"}


def is_several(context: dg.AssetExecutionContext) -> bool:
    """Whether a run is on a range of rounds, and not on one."""
    return "dagster/partition" not in context.run.tags and len(context.partition_keys) > 0


def take_each(context: dg.AssetExecutionContext, home: Home) -> None:
    """Take each round of the run through its assets, in the order in which their deliveries came.

    A refused round does not stop the others. Raises Failure in the end where any was refused or failed.
    """
    mark(context.instance, context.run.run_id)
    keys, missing = _in_order(home, list(context.partition_keys))
    context.instance.add_run_tags(context.run.run_id, {TIMEOUT: str(A_ROUND * (len(keys) + 1))})
    told: list[tuple[str, str, str]] = [(key, "not delivered", "") for key in missing]
    for number, key in enumerate(keys, 1):
        must_go_on(context)
        outcome, what = _taken(context, home, key)
        context.log.info(f"{number} of {len(keys)}: {key} {outcome} {what}".rstrip())
        told.append((key, outcome, what))
    must_go_on(context)
    _tell(context, told)


def _in_order(home: Home, asked: list[str]) -> tuple[list[str], list[str]]:
    """The rounds in the order of arrival, and those that were never delivered here."""
    vault = Vault(home)
    delivered = set(vault.rounds())
    keys = [key for key in asked if key in delivered]
    keys.sort(key=lambda key: (vault.deliveries(key)[0].received_at, key))
    return keys, [key for key in asked if key not in delivered]


def _taken(context: dg.AssetExecutionContext, home: Home, key: str) -> tuple[str, str]:
    """What became of a round, and where it is or what stopped it."""
    from orchestration.run import run_round

    run, instance = context.run, context.instance
    check_only, part = _asked(run)
    hold = bool(run.run_config.get("ops", {}).get("release", {}).get("config", {}).get("hold"))
    try:
        result = run_round(home, key, instance=instance, check_only=check_only, hold=hold, part_of=part)
    except MtmError as error:
        return "error", str(error)
    if result.outcome == "error" and (alone := instance.get_run_by_id(result.run_id or "")) and alone.is_success:
        return "done", ""  # a part of the line that gives no verdict
    stopped = "; ".join(c.code for c in result.verdict.blocking) if result.verdict else ""
    return result.outcome, str(result.error or result.release_id or stopped)


def _asked(run: dg.DagsterRun) -> tuple[bool, Part]:
    """Whether the run ends at the verdict, and what the run on each round is given."""
    tags, chosen = {PART_OF: run.run_id}, run.asset_selection
    if BACKFILL in run.tags and OF_JOB not in run.tags:
        tags[BACKFILL] = run.tags[BACKFILL]
    if not chosen:  # the whole job
        return run.job_name == "check_round", Part(tags)
    is_whole = {dg.AssetKey("release"), dg.AssetKey("candidate")} <= chosen
    return dg.AssetKey("release") not in chosen, Part(tags, None if is_whole else sorted(chosen))


def _tell(context: dg.AssetExecutionContext, told: list[tuple[str, str, str]]) -> None:
    table = tables.markdown(["round", "outcome", "release, or what stopped it"], told)
    wrong = [f"{key} ({outcome}: {what})" for key, outcome, what in told if outcome in WRONG]
    if wrong:
        raise dg.Failure(
            f"{len(wrong)} of {len(told)} rounds were refused or failed, the others are done: {'; '.join(wrong)}",
            metadata={"rounds": table},
            allow_retries=False,
        )
    context.log.info("; ".join(f"{key} {outcome} {what}".strip() for key, outcome, what in told))
