"""`mtm doctor` on what is elsewhere and on who gets in: each check holds, and each is made to fail."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from warehouse.doctor import listening, network
from warehouse.doctor.model import Asked
from warehouse.settings import Home

LISTEN = "import socket, sys; s = socket.create_server((sys.argv[1], 0)); print(s.getsockname()[1], flush=True); sys.stdin.read()"


@contextmanager
def listener(host: str) -> Iterator[int]:
    """A process that calls itself the Dagster UI, and its port."""
    words = [sys.executable, "-c", LISTEN, host, "dagster_webserver"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_a_ui_that_others_reach(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "within_a_container", lambda: False)
    with listener("127.0.0.1") as port:
        (mine,) = [x for x in listening.listeners() if x.port == port]
        assert mine.is_loopback and str(mine) == f"the Dagster UI on 127.0.0.1:{port}"
    with listener("0.0.0.0") as port:
        found = network.exposure(Asked(home))
        assert found.state == "bad" and f"the Dagster UI on 0.0.0.0:{port}" in found.seen
        monkeypatch.setattr(network, "within_a_container", lambda: True)
        assert network.exposure(Asked(home)).state == "ok"
    monkeypatch.setattr(network, "listeners", lambda: [])
    assert network.exposure(Asked(home)).state == "ok"


@pytest.mark.parametrize(
    ("text", "address", "is_loopback"),
    [("0100007F", "127.0.0.1", True), ("00000000", "0.0.0.0", False), ("0500A8C0", "192.168.0.5", False),
     ("00000000000000000000000001000000", "::1", True), ("0" * 32, "::", False),
     ("0000000000000000FFFF00000100007F", "::ffff:127.0.0.1", True)],
)  # fmt: skip
def test_addresses_as_the_kernel_writes_them(text: str, address: str, is_loopback: bool) -> None:
    if sys.byteorder != "little":
        pytest.skip("written for the other order of bytes")
    found = listening.Listener(1, "x", listening._address(text), 1)
    assert found.is_loopback is is_loopback
    assert str(found.address) in (address, "::ffff:7f00:1")


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_without_a_login(home: Home) -> None:
    assert network.login(Asked(home)) is None
    for status, told in ((200, "without a login"), (401, "in the clear")):
        with answering(status) as address:
            found = network.login(Asked(home, address=address))
            assert found and found.state == "bad" and told in found.seen
    for gone in (address, "mtm.example.org"):
        found = network.login(Asked(home, address=gone))
        assert found and found.state == "bad" and "does not answer" in found.seen


def test_an_address_with_a_login(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_status", lambda _: 401)
    assert network.login(Asked(home, address="https://mtm.example.org")).state == "ok"  # type: ignore[union-attr]


def test_sources_that_do_not_answer(home: Home, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "drop"
    (toy / "sources.yml").write_text(f"sources:\n- {{name: drop, url: '{folder}', enabled: true}}\n")
    found = network.sources(Asked(home))
    assert found and found.state == "bad" and "toy/drop: " in found.seen
    folder.mkdir()
    found = network.sources(Asked(home))
    assert found and found.state == "ok" and found.seen == "1 answer"
    monkeypatch.setattr(network, "_problem", lambda _: threading.Event().wait(0.5) or "")
    monkeypatch.setattr(network, "SECONDS", 0.05)
    assert "no answer in time" in network.sources(Asked(home)).seen  # type: ignore[union-attr]


def test_an_api_that_is_not_there(home: Home, toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (toy / "sources.yml").write_text(
        "sources:\n- {name: k, url: 'kobo+https://127.0.0.1/aB3dE5fG7hJ9kL1mN3pQ5r', enabled: true}\n"
    )
    asked_for: list[str] = []
    monkeypatch.setattr(network, "_status", lambda url: asked_for.append(url) or 404)
    assert network.sources(Asked(home)).state == "ok" and asked_for == ["https://127.0.0.1/"]  # type: ignore[union-attr]
    monkeypatch.setattr(network, "_status", lambda _: 503)
    assert "answers 503" in network.sources(Asked(home)).seen  # type: ignore[union-attr]


def test_a_postgresql_server_that_is_not_there(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_PUBLISH_TO", raising=False)
    assert network.postgresql(Asked(home)).state == "ok"  # type: ignore[union-attr]
    monkeypatch.setenv("MTM_PUBLISH_TO", "postgresql://u:pw-4711-x@127.0.0.1:1/d")
    found = network.postgresql(Asked(home))
    assert found and found.state == "bad" and "pw-4711" not in found.seen
