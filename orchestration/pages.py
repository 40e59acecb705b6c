"""The pages of verdicts over HTTP on the loopback address, so that a click in the Dagster UI opens them.

A browser opens no file of the machine from a page of the web; this serves the pages of verdicts and nothing else. It lives
as long as the process that started it. Making the pages is the work of `expectations/docs.py`.
"""

import os
import re
import subprocess
import sys
import threading
import time
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from warehouse.releases.verdict import DOCS_PAGE, Verdict
from warehouse.settings import PROJECT, Home

HOST, PORT = "127.0.0.1", 3001
ADDRESS = "MTM_PAGES"  # where the pages are served, if elsewhere
PAGE = re.compile(rf"/([a-z0-9-]+)/([0-9a-z]+)/{re.escape(DOCS_PAGE)}")


def address(verdict: Verdict) -> str:
    """Where a verdict's page is found while the UI runs."""
    base = os.environ.get(ADDRESS, f"http://{HOST}:{PORT}").rstrip("/")
    return f"{base}/{verdict.round_key}/{verdict.normalized_id}/{DOCS_PAGE}"


def start(home: Home, port: int = PORT) -> int:
    """Serve the pages in a process of its own, which ends with this one (also after it became another program): its id."""
    os.environ[ADDRESS] = f"http://{HOST}:{port}"
    serve = [sys.executable, "-m", __name__, str(home.gate_docs), str(port), str(os.getpid())]
    return subprocess.Popen(serve, cwd=PROJECT).pid


class Pages(BaseHTTPRequestHandler):
    """Answers with a verdict's page; with nothing else, and to nobody who asks under another name of this machine."""

    def __init__(self, *given: object, folder: Path) -> None:
        """The pages lie in `folder`."""
        self.folder = folder
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """The page, or 404."""
        found = PAGE.fullmatch(urlsplit(self.path).path)
        asked = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        path = self.folder.joinpath(*found.groups(), DOCS_PAGE) if found else None
        if path is None or asked not in (HOST, "localhost") or not path.is_file():
            self.send_error(
                HTTPStatus.NOT_FOUND, "No such page: mtm check ROUND makes the page of a round's verdict again"
            )
            return
        content = path.read_bytes()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is written about who looks."""


def server(folder: Path, port: int, host: str = HOST) -> ThreadingHTTPServer:
    """The server, bound and not yet running. Another `host` is for a network that only a proxy with a login reaches."""
    return ThreadingHTTPServer((host, port), partial(Pages, folder=folder))


def main(folder: Path, port: int, parent: int) -> None:
    """Serve until `parent`, the process that started this one, is gone."""
    try:
        serving = server(folder, port)
    except OSError as error:
        print(
            f"mtm: the pages of verdicts are not served on port {port} ({error.strerror}): mtm dev --port takes others",
            file=sys.stderr,
        )
        return
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        while os.getppid() == parent:
            time.sleep(1)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
