"""`mtm` without its five seconds of imports: a process that has loaded everything and forks a child for each command.

`python -m tests.faults.warm HOME` answers lines of JSON. A child is a process of its own that runs the same entry point
as the installed command; it may be killed, stopped or traced as that one. What is done to it does not belong here.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MODULES = (
    "dbt.adapters.duckdb", "dbt.cli.main", "great_expectations", "polars", "scipy.optimize", "expectations.gate",
    "tests.faults.steps", "warehouse.cli", "warehouse.releases.publish", "warehouse.releases.query", "warehouse.releases.verify",
)  # fmt: skip
PARSE = "from warehouse.releases.models import manifest_path; from warehouse.settings import Home; manifest_path(Home.from_env())"
HARMLESS = {"jemalloc_bg_thd", "polars-ooc-clea"}  # of memory: they stand still, and are made anew after a fork
PR_SET_PTRACER, ANY = 0x59616D61, ctypes.c_ulong(-1)


def load(home: Path) -> None:
    """Import and make what every run needs; no thread is started and no database opened before the fork."""
    os.environ["MTM_HOME"] = str(home)
    subprocess.run([sys.executable, "-c", PARSE], check=True)  # dbt opens a database to parse: in a process of its own
    for name in MODULES:
        importlib.import_module(name)
    import orchestration.run as run
    from expectations import runner
    from warehouse.settings import Home

    runner._context()
    for name in ("publish_round", "check_round"):
        run._job(Home(home), name)


def threads() -> list[str]:
    """Names of this process's threads besides the one that forks."""
    tasks = Path("/proc/self/task")
    others = [t for t in tasks.iterdir() if t.name != str(os.getpid())]
    return [(t / "comm").read_text().strip() for t in others]


def serve() -> None:
    """Answer `start` (fork a child, tell its process id) and `wait` (its exit code; -9 where it was killed)."""
    children: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "start":
            pid = start(asked)
            children.add(pid)
            answer: Any = pid
        else:
            _, status = os.waitpid(asked["pid"], 0)
            answer = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def start(asked: dict[str, Any]) -> int:
    """Fork; the child becomes the command."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = child(asked)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def child(asked: dict[str, Any]) -> int:
    """The command in this process, its output in files."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _redirect(asked["out"])
    os.environ.update(asked.get("environment", {}))
    os.chdir(asked.get("folder", "."))
    signal.alarm(int(asked.get("seconds", 0)))
    sys.argv = ["mtm", *asked["argv"]]
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY, 0, 0, 0)
    from tests.faults import hooks, steps

    for name, arguments in asked.get("hooks", {}).items():
        getattr(hooks, name)(*arguments)
    if asked.get("gate"):
        _until(Path(asked["gate"]))
    try:
        if asked["argv"][0].startswith("@"):
            return int(getattr(steps, asked["argv"][0].removeprefix("@"))())
        from warehouse.cli import main

        main(asked["argv"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _until(path: Path) -> None:
    """Say that all is loaded, and wait for the file: a tracer attaches meanwhile."""
    path.with_suffix(".ready").touch()
    while not path.exists():
        time.sleep(0.002)


def _redirect(out: str) -> None:
    for descriptor, name in ((1, "out"), (2, "err")):
        handle = os.open(f"{out}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, descriptor)
        os.close(handle)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)


if __name__ == "__main__":
    load(Path(sys.argv[1]))
    print(json.dumps(sorted(set(threads()) - HARMLESS)), flush=True)
    serve()
