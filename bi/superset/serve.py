"""`python -m bi.superset.serve`: Superset on loopback, on the releases of `MTM_HOME`.

Preparing its folder, starting and stopping it, and saying where to look belong here; `make bi` has installed it before.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from warehouse.errors import MtmError
from warehouse.settings import PROJECT, Home

HERE = Path(__file__).resolve().parent
ENVIRONMENT = PROJECT / ".superset"
DASHBOARDS = ("headlines", "countries", "coverage", "survey", "quality")


def environment(home: Home, folder: Path) -> dict[str, str]:
    """What Superset finds in its environment. No proxy, no telemetry, nothing of the shell's Python."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "FLASK_APP")}
    return kept | {
        "MTM_SUPERSET": str(folder),
        "MTM_SERVED": str(home.current / "mtm.duckdb"),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "FLASK_APP": "superset.app:create_app()",
        "SCARF_ANALYTICS": "false",
        "PYTHONWARNINGS": "ignore",
    }


def prepare(home: Home, folder: Path) -> dict[str, str]:
    """Makes Superset's folder (0700), its secrets (0600), its database, and imports the assets; returns its environment."""
    if not (home.current / "mtm.duckdb").exists():
        raise MtmError(
            "there is no release to show",
            where=str(home.root),
            expected="published/current/mtm.duckdb",
            todo="run `make demo` or `mtm run`, or set MTM_HOME",
            code="no_release",
        )
    if not (ENVIRONMENT / "bin" / "superset").exists():
        raise MtmError("Superset is not installed", where=".superset", todo="run `make bi`", code="no_superset")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in ("secret_key", "password"):
        _secret(folder / name)
    found = environment(home, folder)
    ran = subprocess.run([python(), str(HERE / "load.py")], env=found, cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        line = (ran.stderr.strip() or "no message").splitlines()[-1]
        raise MtmError(line, where="bi/superset", todo="see its charts and datasets", code="superset_import_failed")
    return found


def python() -> str:
    """Superset's own Python."""
    return str(ENVIRONMENT / "bin" / "python")


def _secret(path: Path) -> None:
    if path.exists():
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(24))


def start(found: dict[str, str], folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Starts the server on 127.0.0.1 and waits until it answers; its words go to `server.log`."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            todo = "stop what runs there, or set BI_PORT"
            raise MtmError(f"port {port} is taken", where="127.0.0.1", todo=todo, code="port_taken")
    command = [str(ENVIRONMENT / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8",
               "--timeout", "120", "--graceful-timeout", "3", "superset.app:create_app()"]  # fmt: skip
    with (folder / "server.log").open("ab") as log:  # a session of its own: it is stopped as a whole
        server = subprocess.Popen(command, env=found, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(server, folder, port)
    except BaseException:
        stop(server)
        raise
    return server


def _wait(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    ends = time.monotonic() + 180
    while server.poll() is None and time.monotonic() < ends:
        if _answers(port):
            return
        time.sleep(0.2)
    log, todo = str(folder / "server.log"), "read its last lines"
    raise MtmError("Superset does not start", where=log, todo=todo, code="superset_failed")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ends the server that `start` started, with its workers."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)


def main() -> int:
    """Serves until Ctrl+C."""
    parser = argparse.ArgumentParser(prog="make bi", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("BI_PORT", "8088")))
    port = parser.parse_args().port
    home = Home.from_env()
    folder = home.root / "superset"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped as by Ctrl+C
    try:
        print(f"== Superset: the dashboards of bi/superset on {home.root}", flush=True)
        server = start(prepare(home, folder), folder, port)
    except MtmError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    try:
        _say(port, folder)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)


def _say(port: int, folder: Path) -> None:
    for name in DASHBOARDS:
        print(f"   http://127.0.0.1:{port}/superset/dashboard/mtm-{name}/")
    print(f"   Looking needs no login. To edit, log in as admin: the password is in {folder / 'password'}")
    print("   Stop with Ctrl+C.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
