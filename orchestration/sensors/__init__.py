"""The sensors: one on the inbox folder, one for each declared source, and one for sources that are declared later.

Asking and telling belong here; taking files in is done in `orchestration/inbox.py` and by the job `pull_source`.
Concept: https://docs.dagster.io/guides/automate/sensors
"""

from orchestration.sensors.alerts import alert_sensors
from orchestration.sensors.inbox_folder import inbox
from orchestration.sensors.requests import request
from orchestration.sensors.sources import source_sensors

__all__ = ["alert_sensors", "inbox", "request", "source_sensors"]
