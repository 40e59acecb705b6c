"""Whether rounds came when they were due, as asset checks on `delivery`: one for each operation, without a run of the line.

Showing it belongs here; dates and states are reckoned in `warehouse/due.py`. A freshness policy of Dagster is of an asset
and not of a round: a backfill of an old round would turn it green.
Concept: https://docs.dagster.io/guides/test/asset-checks
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import dagster as dg

from orchestration import tables
from orchestration.resources import WarehouseHome
from orchestration.sensors.plain import plainly, read_cursor
from warehouse.due import Due, due_rounds
from warehouse.errors import MtmError
from warehouse.ingestion import ingestion_of
from warehouse.operations import load_operation, readable_operations
from warehouse.settings import Home

ASSET = "delivery"
SHOWN = 3  # rounds that are named in the line


def check_name(code: str) -> str:
    """`on_time_kgz`."""
    return f"on_time_{re.sub(r'[^A-Za-z0-9_]', '_', code)}"


def build_check() -> dg.AssetChecksDefinition:
    """The checks of all operations, in one step: part of every run, so that a round that came is seen at once."""
    operations = readable_operations()[0]
    codes = {check_name(o.code): o.code for o in operations}
    what = "{}: rounds came when they were due (rounds.yml, ingestion of operation.yml). It stops nothing."
    specs = [dg.AssetCheckSpec(check_name(o.code), asset=ASSET, description=what.format(o.programme.name.en)) for o in operations]  # fmt: skip

    @dg.multi_asset_check(specs=specs, name="on_time")
    def on_time(warehouse: WarehouseHome) -> Iterator[dg.AssetCheckResult]:
        found = due_rounds(warehouse.home)
        for name, code in codes.items():
            passed, told, table = judged(code, found)
            yield dg.AssetCheckResult(
                asset_key=ASSET, check_name=name, passed=passed, severity=WARN, description=told, metadata=table
            )

    return on_time


WARN = dg.AssetCheckSeverity.WARN


def build_sensor() -> dg.SensorDefinition:
    """Writes the checks when what they say changes, and once a day: a date passes without anybody delivering anything."""
    codes = [o.code for o in readable_operations()[0]]

    @dg.sensor(
        name="due_rounds",
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Which rounds are due, late or there, as checks on delivery. It starts no run.",
    )
    def watch(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
        return tick(context, warehouse.home, codes)

    return watch


@plainly
def tick(context: dg.SensorEvaluationContext, home: Home, codes: list[str]) -> dg.SensorResult:
    """One look: an evaluation for each operation of which something else is to be said than last time."""
    found, before = due_rounds(home), read_cursor(context)
    now = {code: [datetime.now(UTC).date().isoformat(), *judged(code, found)[:2]] for code in codes}
    changed = [code for code in codes if before.get(code) != now[code]]
    late = [d for d in found if d.state == "late"]
    said = "; ".join(f"{d.round_key}: {d.text}" for d in late) or f"{len(found)} rounds have a due date, none is late"
    return dg.SensorResult(
        skip_reason=said, cursor=json.dumps(now), asset_events=[_evaluation(code, found) for code in changed]
    )


def judged(code: str, found: list[Due]) -> tuple[bool, str, tables.Shown]:
    """Whether no round of an operation is late, a line for people, and the rounds as a table."""
    try:
        ingestion_of(load_operation(code))
        rounds = load_operation(code).rounds
    except MtmError as problem:
        return False, f"due dates are not known: {problem}", {}
    ours = [d for d in found if d.round_key.startswith(f"{code}-")]
    if not ours:
        return True, f"none of {len(rounds)} rounds has a due date", {}
    late = [d for d in ours if d.state == "late"]
    named = (late or _nearest(ours))[:SHOWN]
    more = f" · and {len(late) - SHOWN} more" if len(late) > SHOWN else ""
    rows = [(d.round_key, d.due.isoformat(), d.state.replace("_", " "), d.days_late or "") for d in ours]
    table = {"rounds": tables.markdown(["round", "due", "state", "days late"], rows), "late": len(late)}
    return not late, " · ".join(f"{d.round_key}: {d.text}" for d in named) + more, table


def _nearest(found: list[Due]) -> list[Due]:
    """The last round that is there and the next one that is not."""
    there, waiting = [d for d in found if d.is_there], [d for d in found if not d.is_there]
    return [*there[-1:], *sorted(waiting, key=lambda d: d.due or date.max)[:1]]


def _evaluation(code: str, found: list[Due]) -> dg.AssetCheckEvaluation:
    passed, told, table = judged(code, found)
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(ASSET),
        check_name=check_name(code),
        passed=passed,
        severity=WARN,
        description=told,
        metadata={
            key: dg.MetadataValue.int(value) if isinstance(value, int) else value for key, value in table.items()
        },
    )
