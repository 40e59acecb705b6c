"""Showing in the Dagster UI what a command changed: deliveries received, releases served or taken back.

Only the asking belongs here; what is told is worked out in `orchestration/standing.py`. The sensor `standing_rounds` tells it
as well, so a command never fails for it, and does not wait for it: to import Dagster takes longer than a rollback.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from warehouse.settings import PROJECT, Home

TELLING, WAITING = ".told", ".told-next"  # locks below `dagster/`: one process tells, one more waits for its turn
LATER = 10  # how much what is told may wait for what else the machine does (nice)


def show(home: Home) -> None:
    """Tell the UI of this home how its rounds stand now; nothing where no UI and no run was ever here.

    At once where Dagster is loaded in this process; else by a process of its own, for which nobody waits.
    """
    if not (home.dagster / "dagster.yaml").is_file():
        return
    with suppress(Exception):
        if "dagster" in sys.modules:
            _tell(home)
        else:
            nothing = subprocess.DEVNULL
            subprocess.Popen([sys.executable, "-m", __name__, str(home.root)], cwd=PROJECT, start_new_session=True,
                             stdin=nothing, stdout=nothing, stderr=nothing)  # fmt: skip


def tell_in_turn(home: Home) -> None:
    """Tell it after whoever is at it now. Where another process waits for that already, it will see all that is so by now."""
    with (
        suppress(Exception),
        (home.dagster / WAITING).open("a") as waiting,
        (home.dagster / TELLING).open("a") as telling,
    ):
        fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: somebody waits
        fcntl.flock(telling, fcntl.LOCK_EX)
        fcntl.flock(waiting, fcntl.LOCK_UN)
        _tell(home)


def _tell(home: Home) -> None:
    from orchestration.instance import open_instance
    from orchestration.standing import tell

    with open_instance(home) as instance:
        tell(home, instance)


if __name__ == "__main__":
    os.nice(LATER)
    tell_in_turn(Home(Path(sys.argv[1])))
