"""The nightly backup: a job of one op and its schedule, where MTM_BACKUP_URL names a place.

Starting the backup and telling its metadata belong here; the work is done in `warehouse/backup/`. Concept:
https://docs.dagster.io/guides/automate/schedules
"""

from typing import Any

import dagster as dg

from orchestration.resources import WarehouseHome
from warehouse.errors import MtmError


@dg.op(description="Sends what is new of this home to MTM_BACKUP_URL, then removes old snapshots and what was purged.")
def take_backup(context: dg.OpExecutionContext, warehouse: WarehouseHome) -> None:
    """Back up, prune by the default rules, read a twentieth back. Fails with one line that says what to do."""
    from warehouse.backup.check import check
    from warehouse.backup.prune import Keep, prune
    from warehouse.backup.take import backup

    try:
        taken = backup(warehouse.home)
        pruned, checked = prune(None, Keep()), check(sample=5)
    except MtmError as error:
        raise dg.Failure(str(error), metadata={"code": error.code}, allow_retries=False) from None
    context.log.info(
        f"{taken.snapshot.id}: {taken.sent.objects} objects sent, {pruned.objects} removed, {checked.read} read back"
    )
    wrong = [*taken.snapshot.problems, *(f"{s}: {told[0]}" for s, told in checked.problems.items())]
    context.add_output_metadata({**_metadata(taken.as_dict()), "problems": "; ".join(wrong[:9]) or "none"})
    if wrong:
        raise dg.Failure(f"the backup was taken, and something is damaged: {wrong[0]} · do: mtm verify --all, mtm backup --verify",
                         metadata={"code": "backup_damaged"}, allow_retries=False)  # fmt: skip


@dg.job(description="A snapshot of this home in the place that MTM_BACKUP_URL names, encrypted.")
def nightly_backup() -> None:
    """One op: it is not part of a round's line, and runs beside it."""
    take_backup()


def backup_schedules() -> list[dg.ScheduleDefinition]:
    """The schedule, on from the start, where MTM_BACKUP_URL is set; none elsewhere."""
    from warehouse.backup.record import is_configured

    if not is_configured():
        return []
    return [dg.ScheduleDefinition(
        name="backup_every_night", job=nightly_backup, cron_schedule="30 2 * * *", execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING, description="Every night at 2:30 UTC: what is new since the last backup.",
    )]  # fmt: skip


def _metadata(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: told[name] for name in ("snapshot", "place", "encrypted", "files", "bytes", "sent_objects", "sent_bytes")
    }
