"""The pages of verdicts over HTTP: what is served, and what is not."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.pages import server
from warehouse.settings import PROJECT

Asking = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    """Asks a running server that has one page, and a secret beside its folder."""
    page = tmp_path / "build" / "gate_docs" / "toy-bma-r01" / "ab12" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>отклонён</p>", encoding="utf-8")
    (tmp_path / "index.html").write_text("secret")
    serving = server(tmp_path / "build" / "gate_docs", 0)
    threading.Thread(target=serving.serve_forever, daemon=True).start()

    def asking(path: str, **headers: str) -> tuple[int, str]:
        con = http.client.HTTPConnection("127.0.0.1", serving.server_address[1], timeout=10)
        con.request("GET", path, headers=headers)
        answer = con.getresponse()
        return answer.status, answer.read().decode()

    yield asking
    serving.shutdown()
    serving.server_close()


def test_a_page_is_served(ask: Asking) -> None:
    assert ask("/toy-bma-r01/ab12/index.html") == (200, "<p>отклонён</p>")


def test_notes_and_the_manual_are_served_as_pages(ask: Asking, tmp_path: Path) -> None:
    notes = tmp_path / "published" / "releases" / "r000001" / "NOTES.md"
    notes.parent.mkdir(parents=True)
    notes.write_text("# Release\n\n<script>alert(1)</script>", encoding="utf-8")
    status, text = ask("/release/r000001/notes.html")
    assert status == 200 and "<h1>Release</h1>" in text and "<script>" not in text
    status, text = ask("/manual/how-the-line-works.html?from=ui")
    assert status == 200 and 'href="sources.html"' in text


@pytest.mark.parametrize("path", ["/", "/manual/../README.html", "/manual/nothing.html", "/release/r000009/notes.html", "/release/r000001/../../x.html", "/findings/toy-bma-r01.en.html", "/findings/toy-bma-r01.xx.html", "/toy-bma-r01/", "/toy-bma-r01/ab12/", "/../index.html", "/toy-bma-r01/../index.html", "/a/b/index.html", "/%2e%2e/x/index.html"])  # fmt: skip
def test_nothing_else_is(ask: Asking, path: str) -> None:
    status, text = ask(path)
    assert status == 404 and "secret" not in text


def test_a_page_of_the_web_can_not_ask_by_a_name_of_its_own(ask: Asking) -> None:
    assert ask("/toy-bma-r01/ab12/index.html", Host="evil.example:3001")[0] == 404


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from orchestration.pages import start; from warehouse.settings import Home; print(start(Home(Path(sys.argv[1])), 0))"
    with (tmp_path / "out").open("w+") as out:  # not a pipe: what goes on alone would hold it open
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, stdout=out, check=True)
        started = (out.seek(0), out.read())[1]
    pid = int(started)
    for _ in range(150):
        if not _runs(pid):
            return
        threading.Event().wait(0.2)
    os.kill(pid, 9)
    pytest.fail("it goes on alone")


def _runs(pid: int) -> bool:
    """Whether the process is there and no zombie (nobody may be there to bury it)."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
