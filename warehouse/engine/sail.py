"""Sail: a Spark Connect server in Rust, started in this process on the loopback address.

Starting and stopping it belongs here; sessions on it are opened as on any other Connect server (`session.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.releases.models import environment

UNITS = {"m": 2**20, "g": 2**30}
POOL = "SAIL_RUNTIME__MEMORY_POOL"
SPILLED = "SAIL_RUNTIME__TEMPORARY_FILES"
MOST_SPILLED = 2**40  # bytes: the disk is the limit


@contextmanager
def sail_server(memory: str, scratch: Path) -> Iterator[str]:
    """The address (`sc://…`) of a server that runs while this is open; what it spills lies in `scratch`.

    `memory`: of its operators, as Spark writes it (`2g`). What the environment says of Sail's own settings goes before.
    """
    from pysail.spark import SparkConnectServer

    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = {name: value for name, value in settings_of(memory, scratch).items() if name not in os.environ}
    with environment(own):  # they are read when it starts
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
    try:
        host, port = server.listening_address or ("127.0.0.1", 0)
        yield f"sc://{host}:{port}"
    finally:
        server.stop()


def settings_of(memory: str, scratch: Path) -> dict[str, str]:
    """Sail's settings by their variables. Its defaults know no limit, and spill into the machine's folder for temporary files."""
    return {
        "RUST_LOG": "error",  # its log goes to standard error
        f"{POOL}__TYPE": "greedy",
        f"{POOL}__GREEDY__MAX_SIZE": str(int(memory[:-1]) * UNITS[memory[-1]]),
        f"{SPILLED}__PATHS": json.dumps([str(scratch)]),
        f"{SPILLED}__MAX_SIZE": str(MOST_SPILLED),
    }
