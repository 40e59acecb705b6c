"""The sensor that tells the UI how rounds stand, after what happened outside of its runs: `mtm receive`, `mtm rollback`, …

Looking whether something happened belongs here; what is told is in `orchestration/standing.py`.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration import standing
from orchestration.resources import WarehouseHome
from warehouse.settings import Home


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Shows what was received, refused, taken back or served again outside of this UI: a round with a newer "
    "delivery is out of date, one that no release serves fails. It starts no run.",
)
def standing_rounds(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SkipReason:
    """Tells the states of rounds whenever a delivery, a verdict or the pointer to the current release changed."""
    seen = fingerprint(warehouse.home)
    if context.cursor == seen:
        return dg.SkipReason("nothing changed")
    said = standing.tell(warehouse.home, context.instance)
    context.update_cursor(seen)
    return dg.SkipReason("; ".join(said) or "every round stands as it is shown")


def fingerprint(home: Home) -> str:
    """The hash of what the states of rounds follow from: names, sizes and times of sidecars, verdicts, pointers, ledgers."""
    digest = hashlib.sha256()
    for path in _paths(home):
        stat = path.lstat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()


def _paths(home: Home) -> Iterator[Path]:
    folders = [home.vault / "deliveries", home.verdicts, home.corrections, home.waivers]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    pointers = [home.current, home.latest_candidate, *home.published.glob("*.jsonl")]
    return (path for path in sorted([*files, *pointers]) if path.is_symlink() or path.exists())
