"""Whether the engine that is asked for can be used: asked before anything is built, answered in one line.

Packages, Java and servers are looked at here without starting Spark; a session is opened in `session.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from warehouse.engine.settings import SparkSettings, engine_name, spark_settings
from warehouse.errors import MtmError

PYSPARK = "4."
OLDEST_JAVA = 17
SECONDS = 5.0


def must_be_ready(*, ask_servers: bool = True) -> str:
    """The engine that the settings name, once all that it needs is there. Raises MtmError (UsageError for the settings)."""
    name = engine_name()
    if name == "spark":
        settings = spark_settings()
        _packages(settings)
        if settings.way in ("session", "cluster"):
            java()
        if ask_servers:
            _reachable(settings)
    return name


def _packages(settings: SparkSettings) -> None:
    wanted = {"dbt-spark": "dbt.adapters.spark", "pyspark": "pyspark"}
    wanted |= {"grpcio": "grpc"} if settings.way in ("connect", "sail") else {}
    wanted |= {"pysail": "pysail"} if settings.way == "sail" else {}
    missing = [package for package, module in wanted.items() if not _is_there(module)]
    if missing:
        raise MtmError(
            f"Spark is not installed: {', '.join(missing)}", where="this environment", expected="the extra spark",
            todo="pip install 'mtm-warehouse[spark]', or MTM_ENGINE=duckdb", code="spark_not_installed",
        )  # fmt: skip
    found = version("pyspark")
    if not found.startswith(PYSPARK):
        raise MtmError(
            f"pyspark {found} is installed", expected=f"pyspark {PYSPARK}x", todo="pip install 'mtm-warehouse[spark]'",
            code="spark_version",
        )  # fmt: skip


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, PackageNotFoundError):
        return False


def java() -> Path:
    """The Java that Spark will use, of `JAVA_HOME` or the PATH. Raises MtmError where there is none."""
    program = _java_program()
    try:
        told = (
            subprocess.run([program, "-version"], capture_output=True, text=True, timeout=60).stderr if program else ""
        )
    except (OSError, subprocess.SubprocessError):
        told = ""
    number = re.search(r'version "(\d+)', told)
    if program is None or number is None or int(number.group(1)) < OLDEST_JAVA:
        seen = f"Java {number.group(1)}" if number else "no Java"
        raise MtmError(
            f"Spark needs Java, and there is {seen}", where="JAVA_HOME, the PATH", expected=f"Java {OLDEST_JAVA} or newer",
            todo=f"install a JRE, such as openjdk-{OLDEST_JAVA}-jre-headless; or MTM_SPARK=sail, which needs none", code="no_java",
        )  # fmt: skip
    return Path(program)


def _java_program() -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home:
        return shutil.which(str(Path(home) / "bin" / "java"))
    return shutil.which("java")


def _reachable(settings: SparkSettings) -> None:
    """One of the hosts answers."""
    hosts = settings.hosts
    for host, port in hosts:
        try:
            socket.create_connection((host, port), SECONDS).close()
            return
        except OSError:
            continue
    if hosts:
        raise MtmError(
            "the Spark server does not answer", where=f"MTM_SPARK, {settings.shown}", expected="a server that listens there",
            todo="start it, or correct MTM_SPARK; MTM_SPARK=local needs no server", code="spark_unreachable",
        )  # fmt: skip
