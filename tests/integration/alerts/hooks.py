"""A webhook's server on loopback: keeps what was posted, answers what is queued (a code, or a code with Retry-After)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0SECRET/B0SECRET/x9Secret77"


@dataclass
class Hook:
    """A running server. `answers`: (code, body, Retry-After) in turn, then 200 ok."""

    port: int = 0
    posted: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """An address with a secret in its path and in its query, as Slack's and Teams' are."""
        return f"http://127.0.0.1:{self.port}/services/{SECRET}?sig=Sig77Secret"

    @property
    def texts(self) -> list[str]:
        """Each message whole, as text."""
        return [json.dumps(body, ensure_ascii=False) for body in self.posted]


class Handler(BaseHTTPRequestHandler):
    """Takes what is posted; says nothing on its own."""

    hook: Hook

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        code, text, asked = self.hook.answers.pop(0) if self.hook.answers else (200, "ok", "")
        self.hook.headers.append(dict(self.headers))
        if code < 300:
            self.hook.posted.append(json.loads(data))
        self.send_response(code)
        for name, value in (("Content-Length", str(len(text.encode()))), ("Retry-After", asked), ("Location", "/elsewhere" if 300 <= code < 400 else "")):  # fmt: skip
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def serve() -> Iterator[Hook]:
    """A server for the time of the context."""
    hook = Hook()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hook": hook}))
    server.daemon_threads = True
    hook.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
