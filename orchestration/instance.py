"""Dagster's own storage: runs, events, partitions and settings, under `MTM_HOME/dagster`.

The settings of an installation belong here, as data; docs/scheduled-ingestion.md has them as a table. Nothing of the
warehouse depends on this folder: it can be thrown away.
Concept: https://docs.dagster.io/deployment/oss/oss-instance-configuration
"""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from orchestration import storage_server
from warehouse.deliveries.disk import write_whole
from warehouse.errors import UsageError
from warehouse.settings import Home

OURS = "# Written by mtm, and again whenever it changes. To keep your own settings, remove this line.\n"
Settings = dict[str, Any]


def settings(home: Home) -> Settings:
    """What `dagster.yaml` holds. Each key is one of Dagster's own; the values are plain data."""
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        **storage(home),
        # What libraries print is not kept: it may hold values that must not leave the build side.
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
        **queue(),
        **monitoring(),
    }  # fmt: skip


def storage(home: Home) -> Settings:
    """Runs and events: on the PostgreSQL server of MTM_DAGSTER_STORAGE, which is named and not told; else in files."""
    if storage_server.is_configured():
        storage_server.complete()
        return storage_server.SETTINGS
    # Events go to one SQLite file: with a file for each run as well, every event would be written twice.
    log = {"module": "orchestration.storage", "class": "EventLog", "config": {"base_dir": str(home.dagster / "events")}}
    return {"event_log_storage": log}


def queue() -> Settings:
    """Who runs beside whom. Pools count whole runs: a candidate spans several steps, and a run must not wait between two."""
    pulls = {"key": "mtm/work", "value": "pull", "limit": 2}
    source = {"key": "mtm/source", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
    runs = {"max_concurrent_runs": _number("MTM_MAX_RUNS", 4), "tag_concurrency_limits": [pulls, source]}
    return {
        "run_coordinator": {
            "module": "dagster._core.run_coordinator", "class": "QueuedRunCoordinator",
            "config": {"dequeue_interval_seconds": 3},
        },
        "run_launcher": {"module": "orchestration.launcher", "class": "Launcher"},
        "concurrency": {"pools": {"granularity": "run", "default_limit": 1}, "runs": runs},
        # A source that does not answer must not hold up the ticks of the others.
        "sensors": {"use_threads": True, "num_workers": 4},
        "schedules": {"use_threads": True, "num_workers": 2},
    }  # fmt: skip


def monitoring() -> Settings:
    """What becomes of runs that hang or whose process is gone. No run is started again by itself: what failed would again."""
    kept = {"skipped": 7, "started": 7, "failure": 90, "success": 365}
    return {
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": _number("MTM_MONITOR_SECONDS", 30),
            "start_timeout_seconds": _number("MTM_START_TIMEOUT", 300),
            "cancel_timeout_seconds": _number("MTM_CANCEL_TIMEOUT", 180),
            "max_runtime_seconds": _number("MTM_RUN_TIMEOUT", 7200),
            "max_resume_run_attempts": 0,
            "free_slots_after_run_end_seconds": 60,
        },
        "run_retries": {"enabled": False},
        "retention": {"sensor": {"purge_after_days": kept}, "schedule": {"purge_after_days": kept}},
    }


def _number(variable: str, default: int) -> int:
    """A whole number above zero from the environment. Raises UsageError where it is none."""
    text = os.environ.get(variable, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or not int(text):
        raise UsageError(
            f"{variable} is no number above zero",
            expected=f"a whole number, as {default}",
            todo="correct the environment; mtm help environment lists the variables",
            code="bad_environment",
        )
    return int(text)


def prepare(home: Home) -> Path:
    """The folder `DAGSTER_HOME` with its settings; an operator's own `dagster.yaml` there is left as it is."""
    folder = home.ensure().dagster
    folder.chmod(0o700)
    path = folder / "dagster.yaml"
    text = OURS + yaml.safe_dump(settings(home), sort_keys=False, allow_unicode=True)
    found = path.read_text(encoding="utf-8") if path.exists() else OURS
    if storage_server.is_forgotten(found):
        raise storage_server.forgotten(path)
    if found.startswith(OURS) and found != text:  # new, or of an older version, or the home was moved
        write_whole(path, text)
    return folder


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance of this home. Its runs are those that the UI shows. Raises MtmError where its server can't be used."""
    folder = str(prepare(home))
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")  # what a run plans is stored as one
    try:
        return dg.DagsterInstance.from_config(folder)
    except Exception as error:
        if not storage_server.is_configured():
            raise
        raise storage_server.unreachable(error) from None
