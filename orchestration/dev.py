"""Starting the Dagster UI and daemon on this machine, on the loopback address only.

Only the start belongs here. `dagster dev` has no login and is not for production: the manual says what is.
"""

import os
import signal
import sys
from typing import NoReturn

from orchestration import pages
from orchestration.instance import prepare
from warehouse.settings import PROJECT, Home

HOST = "127.0.0.1"
QUIET = "ignore:Function `dev_command` is superseded:FutureWarning"  # nothing that a person here could act on


def dev(home: Home, port: int = 3000) -> NoReturn:
    """Become `dagster dev` for this home, with the pages of verdicts on the next port; ends with Ctrl-C."""
    # A shell script that starts this in its background hands down an ignored SIGINT: code servers would be left behind.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    pages.start(home, port + 1)
    os.environ.setdefault("MTM_UI", f"http://{HOST}:{port}")
    os.execve(sys.executable, command(port), environment(home))


def command(port: int) -> list[str]:
    """The command line of `dagster dev`."""
    workspace = str(PROJECT / "workspace.yaml")
    return [sys.executable, "-W", QUIET, "-m", "dagster", "dev", "-w", workspace, "-h", HOST, "-p", str(port)]


def environment(home: Home) -> dict[str, str]:
    """What the UI, the daemon and the code server are given: both homes, and the project on the path."""
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "MTM_HOME": str(home.root), "DAGSTER_HOME": str(prepare(home)), "PYTHONPATH": path}
