"""The checks of `mtm doctor` on Dagster: its storage, daemon, sensors, queue and runs.

Looking belongs here, and changes nothing: a home without Dagster's folder is not given one. What is not Dagster's is in
`warehouse/doctor`.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration import storage_server
from orchestration.instance import OURS
from warehouse.doctor.model import Asked, Check, Found, bad, ok, warn

LATE = 180.0  # seconds: the daemon writes its heartbeat twice a minute
STUCK = 900.0  # seconds that a run may wait while nothing else is on its way
LONG = 7200.0  # seconds, where MTM_RUN_TIMEOUT says nothing
WAITS = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
GOES = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


def checks(asked: Asked) -> list[Check]:
    """Dagster's storage; and where it can be used, all the rest."""
    settings = asked.home.dagster / "dagster.yaml"
    if not (asked.home.root.is_dir() and os.access(asked.home.dagster, os.X_OK) and settings.is_file()):
        return []
    return [Check(name, _on_the_instance(look)) for name, look in LOOKS.items()]


def _on_the_instance(look: Callable[[dg.DagsterInstance, Asked], Found | None]) -> Callable[[Asked], Found | None]:
    """A look at the instance; left out where it can't be opened, which the first one tells."""

    def opened(asked: Asked) -> Found | None:
        try:
            with _instance(asked) as instance:
                return look(instance, asked)
        except Exception as error:
            return _unusable(asked, error) if look is storage else None

    return opened


_open: dict[str, dg.DagsterInstance | Exception] = {}


@contextmanager
def _instance(asked: Asked) -> Iterator[dg.DagsterInstance]:
    """The instance as it stands: nothing is written where it is opened. It is tried once: a server may be slow to refuse."""
    folder = str(asked.home.dagster)
    if folder not in _open:
        try:
            if storage_server.is_configured():
                storage_server.complete()
            _open[folder] = dg.DagsterInstance.from_config(folder)
        except Exception as error:
            _open[folder] = error
    found = _open[folder]
    if isinstance(found, Exception):
        raise found
    yield found


def _unusable(asked: Asked, error: Exception) -> Found:
    if storage_server.is_forgotten(_settings(asked)):
        told = storage_server.forgotten(asked.home.dagster / "dagster.yaml")
        return bad(told.what, told.todo)
    if storage_server.is_configured():
        told = storage_server.unreachable(error)
        return bad(f"{told.what}: {told.where}", told.todo)
    return bad(
        f"{asked.home.dagster} can't be opened ({type(error).__name__})",
        "mend its dagster.yaml; or move the folder away: only the history of runs is in it",
    )


def storage(instance: dg.DagsterInstance, asked: Asked) -> Found:
    """It answers, and its tables are those that this version of Dagster wants."""
    parts = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    versions = [v for part in parts if part and (v := part.alembic_version())]
    where = storage_server.where() if storage_server.is_configured() else "files"
    if any(found != wanted for found, wanted in versions):
        return bad(f"{where}: tables of another version of Dagster",
                   f"stop the services, back up, DAGSTER_HOME={asked.home.dagster} dagster instance migrate, start them")  # fmt: skip
    if storage_server.is_configured() and storage_server.ADDRESS not in _settings(asked):
        return bad(
            f"{storage_server.ADDRESS} is set, and dagster.yaml keeps runs elsewhere",
            "restart the services: mtm writes it anew; your own settings name it with env:",
        )
    own = "" if _settings(asked).startswith(OURS) else ", settings of your own"
    return ok(f"{where}, {instance.get_runs_count():,} runs{own}")


def daemon(instance: dg.DagsterInstance, asked: Asked) -> Found:
    """Its parts wrote a heartbeat lately. Without it nothing is taken from the inbox or a source."""
    beats, wanted = instance.get_daemon_heartbeats(), sorted(instance.get_required_daemon_types())
    is_server = storage_server.is_configured()
    if not beats:
        never = "never ran here"
        return (
            bad(never, "start it: mtm serve daemon (docs/deployment.md)")
            if is_server
            else ok(f"{never}: mtm run does without")
        )
    ages = {kind: time.time() - beats[kind].timestamp for kind in wanted if kind in beats}
    late = [kind for kind in wanted if ages.get(kind, LATE + 1) > LATE]
    failed = [kind for kind in wanted if kind in beats and beats[kind].errors]
    if late:
        last = max((b.timestamp for b in beats.values()), default=0)
        seen = (
            f"not running: last heartbeat {_ago(time.time() - last)}"
            if len(late) == len(wanted)
            else f"late: {', '.join(late).lower()}"
        )
        return (bad if is_server else warn)(
            seen, "start it: systemctl start mtm-daemon, docker compose up -d daemon, or mtm dev"
        )
    if failed:
        return warn(
            f"runs, with errors in {', '.join(failed).lower()}",
            "the daemon's log says which (journalctl -u mtm-daemon)",
        )
    return ok(f"last heartbeat {_ago(min(ages.values(), default=0))}")


def sensors(instance: dg.DagsterInstance, asked: Asked) -> Found:
    """None that takes deliveries in was turned off, and none fails at each tick."""
    states = instance.all_instigator_state()
    off = sorted(
        s.instigator_name for s in states if s.status.value == "STOPPED" and s.instigator_type.value == "SENSOR"
    )
    on = sorted(s.instigator_name for s in states if s.status.value != "STOPPED")
    failing = []
    for state in states:
        last = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        failing += (
            [state.instigator_name]
            if last and last[0].status.value == "FAILURE" and state.instigator_name not in off
            else []
        )
    if failing:
        return bad(f"the last tick failed: {', '.join(failing)}", "look at the ticks in the Dagster UI (Automation)")
    if off:
        return warn(
            f"turned off: {', '.join(off)}", "turn them on in the Dagster UI (Automation), if that was not on purpose"
        )
    return ok(f"on: {', '.join(on) or 'as declared'}")


def queue(instance: dg.DagsterInstance, asked: Asked) -> Found:
    """Runs that wait get their turn."""
    waiting = instance.get_run_records(dg.RunsFilter(statuses=WAITS))
    old = [r for r in waiting if time.time() - r.create_timestamp.timestamp() > STUCK]
    if old and not instance.get_runs_count(dg.RunsFilter(statuses=GOES)):
        longest = max(time.time() - r.create_timestamp.timestamp() for r in old)
        return bad(f"{len(old)} runs wait, the first since {_ago(longest)}, and none is on its way",
                   "start the daemon; if it runs, cancel what holds the pool (Deployment, Concurrency in the UI)")  # fmt: skip
    return ok(f"{len(waiting)} wait")


def runs(instance: dg.DagsterInstance, asked: Asked) -> Found:
    """None is on its way for longer than a run may take."""
    allowed = os.environ.get("MTM_RUN_TIMEOUT", "")
    limit = float(allowed) if allowed.isdecimal() and allowed.isascii() else LONG
    going = instance.get_run_records(dg.RunsFilter(statuses=GOES))
    long = [r for r in going if time.time() - (r.start_time or r.create_timestamp.timestamp()) > limit]
    if long:
        names = ", ".join(
            f"{r.dagster_run.job_name} {r.dagster_run.tags.get('dagster/partition', '')}".strip() for r in long[:3]
        )
        return warn(
            f"on their way for more than {limit / 3600:.1f} h: {names}",
            "look at them in the Dagster UI, and terminate what hangs: the next run cleans up",
        )
    return ok(f"{len(going)} on their way")


def _settings(asked: Asked) -> str:
    return (asked.home.dagster / "dagster.yaml").read_text(encoding="utf-8")


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"


LOOKS: dict[str, Callable[[dg.DagsterInstance, Asked], Found | None]] = {
    "Dagster's storage": storage, "daemon": daemon, "sensors and schedules": sensors, "queue": queue, "runs on their way": runs,
}  # fmt: skip
