"""Superset as a visitor meets it: a fresh one on a home of its own, and Chromium that opens its dashboards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bi.superset import serve
from tests.bi.browser import CHROMIUM, Seen, look
from warehouse.settings import PROJECT, Home

PICTURES = PROJECT / ".bi-pictures"


@dataclass(frozen=True)
class Running:
    """A Superset that serves: where, on which home, with which folder, and its environment."""

    url: str
    home: Home
    folder: Path
    found: dict[str, str]

    def rows(self, sql: str, release: Path | None = None) -> list[tuple[Any, ...]]:
        """An answer of the serving database itself, past Superset."""
        with duckdb.connect(str((release or self.home.current) / "mtm.duckdb"), read_only=True) as con:
            con.execute("SET schema = 'marts'")
            return con.execute(sql).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of its own that holds releases: a copy of what `MTM_HOME` has published, else the demo's."""
    home = Home(tmp_path_factory.mktemp("bi") / "home")
    given = Home.from_env()
    if not (given.current / "mtm.duckdb").exists():
        command = [sys.executable, "-m", "warehouse.cli", "demo"]
        ran = subprocess.run(command, env=os.environ | {"MTM_HOME": str(home.root)}, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    else:
        shutil.copytree(given.published, home.published, symlinks=True)
    return home


@pytest.fixture(scope="session")
def superset(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A fresh Superset: empty folder, migrated, assets imported, serving on a free port of loopback."""
    if not (serve.ENVIRONMENT / "bin" / "superset").exists():
        pytest.skip("Superset is not installed: make bi-test installs it")
    folder = tmp_path_factory.mktemp("superset") / "fresh"
    found = serve.prepare(demo, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve.start(found, folder, port)
    yield Running(f"http://127.0.0.1:{port}", demo, folder, found)
    serve.stop(server)


@pytest.fixture(scope="session")
def seen(superset: Running) -> dict[str, Seen]:
    """Every dashboard as an anonymous visitor sees it, with the answers that its charts were given."""
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    return look(superset.url, PICTURES)
