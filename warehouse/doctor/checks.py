"""The checks of an installation, in the order in which they are told: what everything else stands on comes first.

Only the list belongs here. Those on Dagster come from `orchestration/doctor.py`.
"""

from __future__ import annotations

from warehouse.doctor import engine, folders, given, kept, locks, machine, network, published
from warehouse.doctor.model import Check

HERE = [
    Check("Python 3.11 to 3.13", machine.python),
    Check("packages", machine.packages),
    Check("MTM_HOME can be written", folders.writable),
    Check("files belong to one user", folders.owned),
    Check("microdata is private", folders.private),
    Check("one disk, of this machine", folders.one_disk),
    Check("version of the state", kept.state),
    Check("disk", machine.disk),
    Check("clock", machine.clock),
    Check("core dumps", machine.dumps),
    Check("locks", locks.held),
    Check("leftovers of runs", locks.leftovers),
    Check("engine of the models", engine.models),
    Check("operations and codebooks", published.operations),
    Check("served release", published.served),
    Check("other releases", published.others),
    Check("raw files end in time", published.retention),
    Check("backup", kept.backup),
    Check("alerts", kept.alerts),
    Check("rounds being collected", kept.collection),
    Check("late rounds", published.due_rounds),
    Check("Chromium for PDFs", published.chromium),
    Check("secrets", given.secrets),
    Check("who can reach the UI", network.exposure),
]
ELSEWHERE = [
    Check("sources", network.sources),
    Check("PostgreSQL server", network.postgresql),
    Check("login", network.login),
]
