"""`mtm serve`: command lines, what it says where it can't start, and whether a service answers. Real starts: tests/integration/deploy."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from dagster._core.workspace.load import location_origins_from_yaml_paths

from orchestration import alive, pages, serve
from warehouse.cli import cli
from warehouse.errors import MtmError
from warehouse.settings import Home


def closed() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_workspace_names_the_code_server(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    """The same location as with `mtm dev`: sensors keep their state."""
    monkeypatch.setenv(serve.CODE_HOST, "code")
    monkeypatch.delenv(serve.CODE_PORT, raising=False)
    given = serve._environment(home)
    assert (given[serve.CODE_HOST], given[serve.CODE_PORT]) == ("code", "4000") and given["DAGSTER_HOME"] == str(
        home.dagster
    )
    monkeypatch.setenv(serve.CODE_PORT, "4001")
    (origin,) = location_origins_from_yaml_paths([str(serve.WORKSPACE)])
    assert (origin.location_name, origin.host, origin.port) == ("mtm", "code", 4001)  # type: ignore[attr-defined]
    dev = yaml.safe_load((serve.PROJECT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    words = serve.command("code", "h", 1)
    assert dev["location_name"] == words[words.index("--location-name") + 1] and dev["module_name"] in words


def test_a_service_becomes_dagster(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, __: became.append(words))
    monkeypatch.setattr(serve, "_make_storage", lambda _: None)
    monkeypatch.chdir(Path.cwd())
    serve.serve(home, "viewer")
    assert "--read-only" in became[0] and became[0][became[0].index("-p") + 1] == "3002" and "127.0.0.1" in became[0]


def test_the_code_server_is_asked_to_end_and_ended_where_it_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Child:
        ended = 0

        def terminate(self) -> None:
            self.ended += 1

    child, asked = Child(), []
    serve._ask_to_end(child, "0.0.0.0", closed())  # type: ignore[arg-type]
    assert child.ended == 1
    monkeypatch.setattr(
        "dagster._grpc.client.DagsterGrpcClient.shutdown_server", lambda client: asked.append(client.host)
    )
    serve._ask_to_end(child, "0.0.0.0", 4000)  # type: ignore[arg-type]
    assert child.ended == 1 and asked == ["127.0.0.1"]


def test_the_code_server_is_waited_for_at_its_end() -> None:
    """A child that goes on after it was asked: the service ends when the child does."""
    child = (
        "import sys, time; print('up', flush=True); sys.stdin.readline(); time.sleep(0.3); print('done', flush=True)"
    )
    code = f"""
import sys, subprocess
from pathlib import Path
from orchestration import serve
from warehouse.settings import Home
serve.command = lambda *_: [sys.executable, '-c', {child!r}]
serve._environment = lambda _: None
serve._ask_to_end = lambda *_: print('asked', flush=True)
serve._serve_code(Home(Path('x')), '127.0.0.1', 1)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=serve.PROJECT
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "asked\n" and process.poll() is None
    out, _ = process.communicate("\n", timeout=30)
    assert out == "done\n" and process.returncode == 0


def test_pages_answer_and_a_port_that_is_taken_is_told(home: Home) -> None:
    server = pages.server(home.gate_docs, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    assert alive.problem(home, "pages", "127.0.0.1", port) == ""
    assert "answers 404" in alive.problem(home, "webserver", "127.0.0.1", port)
    with pytest.raises(MtmError) as told:
        serve.serve(home, "pages", port=port)
    assert told.value.code == "port_taken"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("part", ["code", "webserver", "viewer", "pages"])
def test_a_service_that_is_not_there(home: Home, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed()
    assert "no answer" in alive.problem(home, part, "127.0.0.1", port)
    monkeypatch.setenv("MTM_HOME", str(home.root))
    done = CliRunner().invoke(cli, ["serve", part, "--port", str(port), "--check", "--json"])
    assert done.exit_code == 1 and json.loads(done.stdout)["ok"] is False


def test_the_daemon_answers_by_its_heartbeats(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Instance:
        beats: dict[str, object] = {}

        def __enter__(self) -> Instance:
            return self

        def __exit__(self, *_: object) -> None: ...

        def get_required_daemon_types(self) -> set[str]:
            return {"SENSOR", "SCHEDULER"}

        def get_daemon_heartbeats(self) -> dict[str, object]:
            return self.beats

    class Beat:
        timestamp = time.time()

    monkeypatch.setattr("orchestration.instance.open_instance", lambda _: Instance())
    assert "no heartbeat of scheduler, sensor" in alive.problem(home, "daemon", "", 0)
    Instance.beats = {"SENSOR": Beat(), "SCHEDULER": Beat()}
    assert alive.problem(home, "daemon", "", 0) == ""
    Beat.timestamp -= 3600
    assert "no heartbeat" in alive.problem(home, "daemon", "", 0)
