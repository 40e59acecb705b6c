"""An HTTP server on loopback for tests: files with Range and ETag, and faults in the order in which they are queued."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Route = Callable[["Handler"], None]


@dataclass
class Web:
    """A running server. `routes` by path; `seen` holds (method, path with query, headers) of every request."""

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ranges(self, path: str) -> list[str | None]:
        """The Range of each request to a path, in order."""
        return [headers.get("Range") for _, asked, headers in self.seen if urlsplit(asked).path == path]


class Handler(BaseHTTPRequestHandler):
    """Answers by route; says nothing on its own."""

    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        self.web.seen.append((self.command, self.path, dict(self.headers)))
        route = self.web.routes.get(urlsplit(self.path).path)
        if route is None:
            self.answer(404, b"not here")
        else:
            route(self)

    do_POST = do_GET

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """One answer; `Content_Length="x"` overrides what would be said."""
        self.send_response(status)
        for key, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        """Close the connection in the middle."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Silence."""


@dataclass
class File:
    """A file with Range support and a queue of faults: a status, ("cut", n), ("short", n), ("after", seconds)."""

    body: bytes
    etag: str | None = '"one"'
    faults: list[object] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    lengthless: bool = False
    honest: bool = True  # whether If-Range is looked at

    def __call__(self, handler: Handler) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            return handler.answer(fault, b"fault")
        start, body = self._part(handler)
        headers = dict(self.headers)
        if self.etag:
            headers["ETag"] = self.etag
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        if isinstance(fault, tuple) and fault[0] == "after":
            return handler.answer(503, b"", Retry_After=str(fault[1]))
        if isinstance(fault, tuple):
            headers["Content_Length"] = str(len(body))
            handler.answer(206 if start else 200, body[: int(str(fault[1]))], **headers)
            return handler.cut()
        if self.lengthless:
            handler.answer(200, body, **{**headers, "Content_Length": "", "Connection": "close"})
            return handler.cut()
        handler.answer(206 if start else 200, body, **headers)
        return None

    def _part(self, handler: Handler) -> tuple[int, bytes]:
        asked, condition = handler.headers.get("Range", ""), handler.headers.get("If-Range")
        changed = self.honest and condition is not None and condition != self.etag
        if not asked.startswith("bytes=") or changed or self.lengthless:
            return 0, self.body
        start = int(asked.removeprefix("bytes=").split("-")[0])
        return start, self.body[start:]


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A server for the time of the context."""
    web = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"web": web}))
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign,misc]
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
