"""A PostgreSQL server for tests: data folder, password and port of its own, never as root; gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

PASSWORD = "s3cret-pw/4711@x"
ESCAPED = "s3cret-pw%2F4711%40x"


@dataclass
class Server:
    """A running server; `url(user, password, database)` is how it is reached over loopback."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, user: str = "postgres", password: str = ESCAPED, database: str = "postgres") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(), autocommit=True, **more)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connect() as con:
            return con.execute(sql).fetchall()

    def do(self, sql: str) -> None:
        with self.connect() as con:
            con.execute(sql)

    def stop(self) -> None:
        self.process.send_signal(2)  # fast shutdown: sessions are ended
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def start() -> Server:
    """Start one, or skip the test with the reason."""
    tools, user = _tools(), _user()
    folder = Path(tempfile.mkdtemp(prefix="mtm-pg-", dir="/tmp"))  # short: the path of a socket is limited
    (folder / "pw").write_text(PASSWORD)
    if user:
        for path in (folder, folder / "pw"):
            os.chown(path, user.pw_uid, user.pw_gid)
    as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_user}
    made = [
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "pw",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run([tools / "initdb", *made], check=True, **quiet)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "fsync": "off",
        "shared_buffers": "16MB",
    }
    words = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    server = Server(folder, port, subprocess.Popen([tools / "postgres", "-D", folder / "data", *words], **quiet))
    for _ in range(200):
        try:
            server.rows("SELECT 1")
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    server.stop()
    raise AssertionError("the server did not start")


def _tools() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(on_path or "").resolve().parent


def _user() -> pwd.struct_passwd | None:
    """The user that the server runs as: it refuses root. None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("the tests run as root and there is no user postgres or nobody to run a server as")
