"""The services of a server, one process each: code, webserver, viewer, daemon, pages. `deploy/` starts them all by `mtm serve`.

Starting them belongs here; asking whether one answers is in `alive.py`. `mtm dev` is the other way, on one's own machine.
Concept: https://docs.dagster.io/deployment/oss/oss-deployment-architecture
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import NoReturn

from orchestration import pages
from orchestration.dev import environment
from orchestration.instance import open_instance
from warehouse.errors import MtmError
from warehouse.releases import lock
from warehouse.settings import PROJECT, Home

HOST = "127.0.0.1"
PORTS = {"code": 4000, "webserver": 3000, "viewer": 3002, "pages": 3001, "daemon": 0}
CODE_HOST, CODE_PORT = "MTM_CODE_HOST", "MTM_CODE_PORT"
WORKSPACE = PROJECT / "deploy" / "workspace.yaml"


def serve(home: Home, part: str, host: str = HOST, port: int | None = None) -> NoReturn:
    """Become one service. Raises MtmError where its port is taken or Dagster's storage can't be used.

    The end of a service is asked for by SIGTERM; the code server then waits for the runs that it has started.
    """
    port = port or PORTS[part]
    if part == "pages":
        _serve_pages(home, host, port)
    _make_storage(home)
    os.chdir(PROJECT)
    if part == "code":
        _serve_code(home, host, port)
    os.execve(sys.executable, command(part, host, port), _environment(home))


def command(part: str, host: str, port: int) -> list[str]:
    """The command line of a service of Dagster."""
    python, workspace = [sys.executable, "-m"], ["-w", str(WORKSPACE)]
    listen = ["-h", host, "-p", str(port)]
    code = [
        "-m",
        "orchestration.definitions",
        "-a",
        "defs",
        "--location-name",
        "mtm",
        "--use-python-environment-entry-point",
    ]
    return {
        "code": [*python, "dagster", "code-server", "start", *listen, *code],
        "webserver": [*python, "dagster_webserver", *listen, *workspace],
        "viewer": [*python, "dagster_webserver", "--read-only", *listen, *workspace],
        "daemon": [*python, "dagster._daemon", "run", *workspace],
    }[part]


def _environment(home: Home) -> dict[str, str]:
    return {CODE_HOST: HOST, CODE_PORT: str(PORTS["code"]), **environment(home)}


def _make_storage(home: Home) -> None:
    """Dagster's tables are made by one process, while the others wait."""
    starting = home.ensure().dagster / "start.lock"
    lock.acquire(starting, wait=120)
    try:
        open_instance(home).dispose()
    finally:
        lock.release(starting)


def _serve_code(home: Home, host: str, port: int) -> NoReturn:
    """Watch over the code server: told to end by a signal, it would leave its runs behind; asked to, it waits for them."""
    started: list[subprocess.Popen[bytes]] = []
    signals: list[int] = []

    def end(number: int, _: object) -> None:
        signals.append(number)
        if len(signals) == 1 and started:
            threading.Thread(target=_ask_to_end, args=(started[0], host, port), daemon=True).start()
        else:  # told twice, or before it was there: now
            [child.terminate() for child in started] or sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    started.append(subprocess.Popen(command("code", host, port), env=_environment(home), preexec_fn=_end_with_parent))
    code = started[0].wait()
    sys.exit(0 if signals else code or 1)


def _ask_to_end(child: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    """No run is begun any more, and the server ends after the last one. Where it does not answer yet, it is ended."""
    from dagster._grpc.client import DagsterGrpcClient

    try:
        DagsterGrpcClient(port=port, host=HOST if host in ("0.0.0.0", "::") else host).shutdown_server()
    except Exception:
        child.terminate()


def _end_with_parent() -> None:
    """In the child: Linux ends it where its parent is killed (PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _serve_pages(home: Home, host: str, port: int) -> NoReturn:
    try:
        serving = pages.server(home.ensure().gate_docs, port, host)
    except OSError as error:
        raise MtmError(
            f"the pages of verdicts can't be served: {error.strerror}", where=f"{host}:{port}", expected="a free port",
            todo="end what listens there, or choose another --port", code="port_taken",
        ) from None  # fmt: skip
    serving.serve_forever()
    sys.exit(0)
