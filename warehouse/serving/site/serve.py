"""Looking at the site on this machine: a small web server on the loopback address, for nobody else.

Serving a folder for a look belongs here; a public site is served by a web server of its own.
"""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and the site's own page for what is not there; says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a line for each file helps nobody."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """404.html of the site instead of the server's own words."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder; port 0 takes a free one. Raises OSError where the port is taken."""
    return ThreadingHTTPServer((ADDRESS, port), partial(Quiet, directory=str(folder)))
