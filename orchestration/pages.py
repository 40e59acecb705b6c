"""The pages that a click in the Dagster UI opens, over HTTP on the loopback address: verdicts, reports, notes, the manual.

A browser opens no file of the machine from a page of the web; this serves these pages and nothing else. It lives as long as
the process that started it. What the pages hold is in `page_content.py`.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.page_content import content
from warehouse.releases.verdict import DOCS_PAGE, Verdict
from warehouse.settings import PROJECT, Home

HOST, PORT = "127.0.0.1", 3001
ADDRESS = "MTM_PAGES"  # where the pages are served, if elsewhere
NOTED = "pages.address"  # in DAGSTER_HOME: where `mtm dev` serves them, for runs that the command line starts


def base(home: Home | None = None) -> str:
    """Where the pages are served: as MTM_PAGES says, else where `mtm dev` of this home served them last."""
    if stated := os.environ.get(ADDRESS):
        return stated.rstrip("/")
    with suppress(OSError):
        if home and (noted := (home.dagster / NOTED).read_text(encoding="utf-8").strip()):
            return noted
    return f"http://{HOST}:{PORT}"


def address(verdict: Verdict, home: Home | None = None) -> str:
    """Where a verdict's page is found while the UI runs."""
    return f"{base(home)}/{verdict.round_key}/{verdict.normalized_id}/{DOCS_PAGE}"


def field_report(home: Home, round_key: str, lang: str = "en") -> str:
    """Where the report to the field is found: what is wrong in the standing delivery, without a cell of it."""
    return f"{base(home)}/findings/{round_key}.{lang}.html"


def release_page(home: Home, release_id: str, name: str = "notes.html") -> str:
    """Where the notes or a report of a release are found."""
    return f"{base(home)}/release/{release_id}/{name}"


def manual(page: str) -> str:
    """A link to a page of the manual, in Markdown: `gate.md`."""
    name = page.removesuffix(".md")
    return f"[{name.replace('-', ' ')}]({base()}/manual/{name}.html)"


def start(home: Home, port: int = PORT) -> int:
    """Serve the pages in a process of its own, which ends with this one (also after it became another program): its id."""
    os.environ[ADDRESS] = f"http://{HOST}:{port}"
    with suppress(OSError):
        (home.ensure().dagster / NOTED).write_text(os.environ[ADDRESS], encoding="utf-8")
    serve = [sys.executable, "-m", __name__, str(home.gate_docs), str(port), str(os.getpid())]
    return subprocess.Popen(serve, cwd=PROJECT).pid


class Pages(BaseHTTPRequestHandler):
    """Answers with a page; with nothing else, and to nobody who asks under another name of this machine."""

    def __init__(self, *given: object, home: Home) -> None:
        """The pages are of `home`."""
        self.home = home
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """The page, or 404."""
        asked = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        page = content(self.home, urlsplit(self.path).path) if asked in (HOST, "localhost") else None
        if page is None:
            self.send_error(
                HTTPStatus.NOT_FOUND, "No such page: mtm check ROUND makes the page of a round's verdict again"
            )
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Nothing is written about who looks."""


def server(folder: Path, port: int, host: str = HOST) -> ThreadingHTTPServer:
    """The server, bound and not yet running; `folder` is the home's `gate_docs`. Another `host` is for a network that only
    a proxy with a login reaches."""
    return ThreadingHTTPServer((host, port), partial(Pages, home=Home(folder.parents[1])))


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
