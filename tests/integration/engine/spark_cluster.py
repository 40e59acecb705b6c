"""A standalone cluster of Spark as people have it: one master and two workers of the pyspark package, on the loopback address.

Starting and ending its processes belongs here, and a Connect server in a process of its own.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
SECONDS = 120


def free_port() -> int:
    """A port on the loopback address that nobody uses now."""
    with socket.socket() as s:
        s.bind((HOST, 0))
        return int(s.getsockname()[1])


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The address (`spark://…`) of a cluster that runs while this is open; its logs and work folders lie in `folder`."""
    import pyspark

    script = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port, page = free_port(), free_port()
    address = f"spark://{HOST}:{port}"
    with ExitStack() as stack:
        master = [
            "org.apache.spark.deploy.master.Master",
            "--host",
            HOST,
            "--port",
            str(port),
            "--webui-port",
            str(page),
        ]
        stack.enter_context(_process([script, *master], folder / "master.log", folder))
        _wait_for(port, folder / "master.log")
        for number in range(workers):
            told = ["org.apache.spark.deploy.worker.Worker", "--host", HOST, "--cores", "1", "--memory", "1g",
                    "--webui-port", str(free_port()), "--work-dir", str(folder / f"work{number}"), address]  # fmt: skip
            log = folder / f"worker{number}.log"
            stack.enter_context(_process([script, *told], log, folder))
            _wait_for_text(log, "Successfully registered with master")
        yield address


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """The address (`sc://…`) of a Connect server in another process: Sail's command line."""
    port = free_port()
    command = [sys.executable, "-m", "pysail", "spark", "server", "--ip", HOST, "--port", str(port)]
    with _process(command, folder / "connect.log", folder):
        _wait_for(port, folder / "connect.log")
        yield f"sc://{HOST}:{port}"


@contextmanager
def _process(command: list[str], log: Path, folder: Path) -> Iterator[None]:
    environment = {**os.environ, "SPARK_LOCAL_IP": HOST, "SPARK_LOCAL_DIRS": str(folder / "local")}
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT, env=environment, cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, log: Path) -> None:
    for _ in range(SECONDS * 5):
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")


def _wait_for_text(log: Path, text: str) -> None:
    for _ in range(SECONDS * 5):
        if text in log.read_text(errors="replace"):
            return
        time.sleep(0.2)
    raise AssertionError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
