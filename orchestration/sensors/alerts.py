"""Sensors that tell people: a run failed, a run ended, and what can be seen without a run (late rounds, refused files).

Reading Dagster's events belongs here; what is told, to whom and how often is decided in `warehouse/alerts/`. They also hear of
runs of `mtm run` in a terminal, which are in the same instance; the daemon must run. Off where no channel is configured.
Concept: https://docs.dagster.io/guides/automate/sensors/run-status-sensors
"""

import os
import time
from functools import partial

import dagster as dg

from orchestration.pages import address
from orchestration.resources import WarehouseHome
from warehouse.alerts.model import Told
from warehouse.alerts.post import post
from warehouse.alerts.rounds import Links, failed
from warehouse.alerts.tell import has_channels, tell
from warehouse.alerts.watch import after_run, judged, look, refused_files
from warehouse.deliveries.sources.redact import redact
from warehouse.settings import Home
from warehouse.status import round_states

UI, DEFAULT_UI = "MTM_UI", "http://127.0.0.1:3000"
LOOK = 600.0  # seconds between two looks at the whole installation; what waits is sent at every tick
ROUND, SOURCE = "dagster/partition", "mtm/source"


def alert_sensors(home: Home) -> list[dg.SensorDefinition]:
    """The three sensors; on where a channel is configured."""
    is_on = has_channels(home)
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.FAILURE, monitor_all_code_locations=True, default_status=status,
        minimum_interval_seconds=15, description="Tells of rounds that were refused and of runs that failed. On where a channel of alerts is configured.",
    )  # fmt: skip
    def alert_of_failed_runs(context: dg.RunStatusSensorContext, warehouse: WarehouseHome) -> None:
        context.log.info(_said(run_failed(context.dagster_run, context.dagster_event, warehouse.home)))

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS, monitor_all_code_locations=True, default_status=status,
        minimum_interval_seconds=15, description="Tells of new findings in partial deliveries, and of rounds that are published after all. On where a channel of alerts is configured.",
    )  # fmt: skip
    def alert_of_ended_runs(context: dg.RunStatusSensorContext, warehouse: WarehouseHome) -> None:
        context.log.info(_said(run_ended(context.dagster_run, warehouse.home)))

    @dg.sensor(
        minimum_interval_seconds=30, default_status=status,
        description="Tells of late rounds, refused files, held releases, a server that is behind; sends what a channel did not take before. On where a channel of alerts is configured.",
    )  # fmt: skip
    def alerts(context: dg.SensorEvaluationContext, warehouse: WarehouseHome) -> dg.SensorResult:
        return tick(context.cursor, warehouse.home)

    return [alert_of_failed_runs, alert_of_ended_runs, alerts]


def tick(cursor: str | None, home: Home) -> dg.SensorResult:
    """Look at everything where it is time (the cursor is the moment of the last look), and send what waits."""
    now = time.time()
    looked = float(cursor) if cursor and cursor.replace(".", "", 1).isdigit() else 0.0
    if 0 <= now - looked < LOOK:
        said = _said(refused_files(home))  # a person has just dropped them, and waits
        post(home)
        return dg.SensorResult(skip_reason=f"files: {said}; the rest is looked at every ten minutes", cursor=cursor)
    answers = look(home, partial(address, home=home))
    post(home)
    return dg.SensorResult(skip_reason=_said(answers), cursor=str(now))


def run_failed(run: dg.DagsterRun, event: dg.DagsterEvent, home: Home) -> list[Told]:
    """A run ended in failure: the verdict that refused the round, else the error."""
    key = run.tags.get(ROUND, "")
    state = next((s for s in round_states(home) if s.round_key == key), None) if key else None
    verdict = state.verdict if state else None
    links = Links(run_url(run.run_id), address(verdict, home) if verdict else "")
    error = _error(event)
    if verdict and verdict.outcome == "refused" and _is_of_the_gate(event):
        return judged(home, verdict, links)
    return [tell(home, failed(key or run.tags.get(SOURCE) or run.job_name, key, error, Links(links.run)))]


def run_ended(run: dg.DagsterRun, home: Home) -> list[Told]:
    """A run ended well."""
    key = run.tags.get(ROUND, "")
    if not key or not has_channels(home):
        return []
    state = next((s for s in round_states(home) if s.round_key == key), None)
    page = address(state.verdict, home) if state and state.verdict else ""
    return after_run(home, key, Links(run_url(run.run_id), page))


def run_url(run_id: str) -> str:
    """Where people see a run."""
    return f"{(os.environ.get(UI) or DEFAULT_UI).rstrip('/')}/runs/{run_id}"


def _first_step(event: dg.DagsterEvent) -> dg.DagsterEvent | None:
    data = event.event_specific_data
    return getattr(data, "first_step_failure_event", None)


def _is_of_the_gate(event: dg.DagsterEvent) -> bool:
    """Whether a check stopped the run, or the publishing step found the verdict refused."""
    step = _first_step(event)
    failure = step.step_failure_data if step else None
    code = failure.user_failure_data.metadata.get("code") if failure and failure.user_failure_data else None
    blocked = (
        failure is not None and failure.error is not None and failure.error.cls_name == "DagsterAssetCheckFailedError"
    )
    return blocked or (code is not None and code.value == "refused")


def _error(event: dg.DagsterEvent) -> str:
    """What the failed step said, where it is a line of ours; the kind of anything else; empty where the process died."""
    step, data = _first_step(event), event.event_specific_data
    if step is None:
        outside = getattr(data, "error", None)  # of Dagster itself, before the first step
        if "maximum runtime" in (event.message or "") or "timed out" in (event.message or ""):
            return "the run took longer than it may (MTM_RUN_TIMEOUT, MTM_START_TIMEOUT)"
        return f"unexpected {outside.cls_name}" if outside else ""
    failure = step.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return redact(failure.user_failure_data.description)
    return f"unexpected {failure.error.cls_name if failure.error else 'error'}"


def _said(answers: list[Told]) -> str:
    told = [f"{a.outcome}: {', '.join(f'{name} {how}' for name, how in a.channels.items()) or a.text}" for a in answers]
    return "; ".join(told) or "nothing to tell"


__all__ = ["alert_sensors", "run_ended", "run_failed", "run_url", "tick"]
