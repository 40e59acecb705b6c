"""Sail: a Spark Connect server in Rust, started in this process on the loopback address.

Starting and stopping it belongs here; sessions on it are opened as on any other Connect server (`session.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sail_server() -> Iterator[str]:
    """The address (`sc://…`) of a server that runs while this is open."""
    os.environ.setdefault("RUST_LOG", "error")  # its log goes to standard error
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        host, port = server.listening_address or ("127.0.0.1", 0)
        yield f"sc://{host}:{port}"
    finally:
        server.stop()
