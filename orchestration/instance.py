"""Dagster's own storage: runs, events, partitions and settings, under `MTM_HOME/dagster`.

The settings of an installation belong here. Nothing of the warehouse depends on this folder: it can be thrown away.
Concept: https://docs.dagster.io/deployment/oss/oss-instance-configuration
"""

import json
import os
from pathlib import Path

import dagster as dg

from orchestration import storage_server
from warehouse.settings import Home

OURS = "# Written by mtm, and again whenever it changes. To keep your own settings, remove this line.\n"
# Pools count whole runs: a candidate spans several steps, and a run must not wait between two of its own.
# Events go to one SQLite file: with a file for each run as well, every event would be written twice.
# What libraries print is not kept: it may hold values that must not leave the build side.
SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    granularity: run
    default_limit: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
FILES = """\
event_log_storage:
  module: orchestration.storage
  class: EventLog
  config:
    base_dir: {folder}
"""


def prepare(home: Home) -> Path:
    """The folder `DAGSTER_HOME` with its settings; an operator's own `dagster.yaml` there is left as it is."""
    folder = home.ensure().dagster
    folder.chmod(0o700)
    path = folder / "dagster.yaml"
    text = OURS + SETTINGS + _storage(folder)
    found = path.read_text(encoding="utf-8") if path.exists() else OURS
    if found.startswith(OURS) and found != text:  # new, or of an older version, or the home was moved
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    return folder


def _storage(folder: Path) -> str:
    """On a server where one is configured, else in files here."""
    path = folder / "dagster.yaml"
    if not storage_server.is_configured():
        if path.exists() and storage_server.ADDRESS in path.read_text(encoding="utf-8"):
            raise storage_server.forgotten(path)
        return FILES.format(folder=json.dumps(str(folder / "events")))
    storage_server.complete()
    return storage_server.SETTINGS


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance of this home. Its runs are those that the UI shows. Raises MtmError where its server can't be used."""
    folder = str(prepare(home))
    try:
        return dg.DagsterInstance.from_config(folder)
    except Exception as error:
        if not storage_server.is_configured():
            raise
        raise storage_server.unreachable(error) from None
