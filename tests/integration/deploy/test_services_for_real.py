"""A server as `deploy/compose.yaml` makes it, of processes on loopback: PostgreSQL, code, webserver, viewer, daemon, pages, proxy.

`make deploy-test` runs it (some minutes); it needs PostgreSQL and nginx.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import toyland
from tests.integration.deploy import declared
from tests.integration.deploy.running import LOGINS, Services, patiently
from tests.integration.postgres.server import start

pytestmark = pytest.mark.deploy
PASSWORD = "p%ss/w0rd@'7 $x"
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"
START = 'mutation { startSensor(sensorSelector: {repositoryLocationName: "mtm", repositoryName: "__repository__", sensorName: "inbox"}) { __typename ... on PythonError { message } } }'  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("deployed")
    server = start()
    server.do("CREATE ROLE dagster LOGIN PASSWORD '" + PASSWORD.replace("'", "''") + "'")
    server.do("CREATE DATABASE dagster OWNER dagster")
    (folder / "dagster_password").write_text(PASSWORD + "\n")
    all_of_them = Services(folder, server, toyland.operation(folder))
    try:
        for service in declared.OURS:
            all_of_them.start(service)
        all_of_them.proxy()
        yield all_of_them
    finally:
        all_of_them.stop()
        server.stop()


def drop(services: Services, number: int, version: int = 0) -> None:
    """A file arrives in the inbox, whole at once."""
    made = toyland.delivery(services.folder, number, version)
    shutil.copy(made, services.home / "inbox" / f".{made.name}")
    (services.home / "inbox" / f".{made.name}").rename(services.home / "inbox" / made.name)


def holds(services: Services, number: int, version: int = 0) -> bool:
    """Whether the release that is served holds the round as it was delivered."""
    answer = services.mtm("query", "--json", "SELECT individuals FROM mart_population WHERE place_level = 0 AND sex = 'all' "
                          f"AND age_group = 'all' AND round_key = '{toyland.round_key(number)}'")  # fmt: skip
    return answer.returncode == 0 and str(toyland.people(number, version)) in answer.stdout


def runs(services: Services) -> list[dict[str, str]]:
    return list(services.graphql(RUNS)["data"]["runsOrError"]["results"])


def test_a_delivery_in_the_inbox_is_published(services: Services) -> None:
    drop(services, 1)
    patiently(lambda: holds(services, 1), 900, 2)
    patiently(lambda: [r["status"] for r in runs(services)] == ["SUCCESS"], 60)


def test_only_the_proxy_lets_in_and_by_login(services: Services) -> None:
    assert services.ask("/", secure=False)[0] == 308 and services.ask("/")[0] == 401
    assert services.ask("/", "nobody")[0] == 401 and services.ask("/graphql", body={"query": "{ version }"})[0] == 401
    for login in LOGINS:
        status, text, headers = services.ask("/", login)
        assert status == 200 and "Dagster" in text and headers["X-Frame-Options"] == "DENY"
        assert "SUCCESS" in json.dumps(services.graphql(RUNS, login))


def test_a_viewer_changes_nothing_and_an_editor_may(services: Services) -> None:
    assert services.graphql(START, "viewer")["data"]["startSensor"]["__typename"] == "UnauthorizedError"
    assert services.graphql(START, "editor")["data"]["startSensor"]["__typename"] == "Sensor"


def test_what_another_site_asks_for_is_refused(services: Services) -> None:
    body = {"query": "{ version }"}
    assert services.ask("/graphql", "editor", body, Origin="https://elsewhere.example")[0] == 403
    assert services.ask("/graphql", "editor", body, Origin=services.base + ".elsewhere.example")[0] == 403
    assert services.ask("/graphql", "editor", body, Origin=services.base)[0] == 200
    assert services.ask("/graphql?query=mutation%7B__typename%7D", "editor")[0] == 405


def test_subscriptions_go_through(services: Services) -> None:
    """The UI's websocket: a run's events arrive for the viewer; a foreign page is refused."""
    import asyncio

    import aiohttp

    run = runs(services)[0]["runId"]
    query = "subscription($id: ID!) { pipelineRunLogs(runId: $id) { __typename ... on PipelineRunLogsSubscriptionSuccess { messages { __typename } } } }"

    async def listen(origin: str) -> str:
        async with aiohttp.ClientSession(auth=aiohttp.BasicAuth("viewer", LOGINS["viewer"])) as session:
            url, protocols = f"{services.base}/graphql", ("graphql-ws",)
            async with session.ws_connect(url, protocols=protocols, ssl=services.trust(), origin=origin) as socket:
                await socket.send_json({"type": "connection_init", "payload": {}})
                await socket.send_json(
                    {"id": "1", "type": "start", "payload": {"query": query, "variables": {"id": run}}}
                )
                async for message in socket:
                    if "RunSuccessEvent" in message.data:
                        return str(message.data)
        return ""

    assert asyncio.run(asyncio.wait_for(listen(services.base), 60))
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        asyncio.run(listen("https://elsewhere.example"))


def test_the_verdict_is_one_click_away(services: Services) -> None:
    page = next((services.home / "build" / "gate_docs").glob("*/*/index.html"))
    status, text, _ = services.ask("/verdicts/" + "/".join(page.parts[-3:]), "viewer")
    assert status == 200 and toyland.round_key(1) in text
    assert services.ask("/verdicts/../../vault", "viewer")[0] in (400, 404)


def test_no_password_is_written_down(services: Services) -> None:
    settings = (services.home / "dagster" / "dagster.yaml").read_text()
    assert "env: MTM_DAGSTER_STORAGE" in settings
    for path in (p for p in services.folder.rglob("*") if p.is_file() and p.name != "dagster_password"):
        content = path.read_bytes()
        assert PASSWORD.encode() not in content and b"p%25ss" not in content, path
    lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if os.access(p, os.R_OK)]
    assert not [line for line in lines if b"p%25ss" in line or PASSWORD.encode() in line]


def test_webserver_and_daemon_have_no_state(services: Services) -> None:
    for service in ("webserver", "viewer", "daemon"):
        files = {p.name for p in (services.folder / service).rglob("*") if p.is_file()}
        assert files <= {"dagster.yaml", "start.lock", "state.json", ".migrate.lock"}, files


@pytest.mark.parametrize("service", declared.OURS)
def test_a_service_is_killed_and_started_again(services: Services, service: str) -> None:
    services.kill(service)
    services.start(service)
    if service in ("code", "daemon"):
        number, version = 2, declared.OURS.index(service)
        drop(services, number, version)
        patiently(lambda: holds(services, number, version), 900, 2)
    assert "SUCCESS" in json.dumps(services.graphql(RUNS, "viewer"))


def test_a_run_ends_before_the_code_server_does(services: Services) -> None:
    drop(services, 3)
    patiently((services.home / "build/candidate/build.duckdb").exists, 900, 0.05)
    services.kill("code", signal.SIGTERM)
    assert holds(services, 3)
    services.start("code")
    assert {r["status"] for r in runs(services)[:1]} == {"SUCCESS"}


def test_a_terminal_shares_the_storage(services: Services) -> None:
    assert services.mtm("check", toyland.round_key(3)).returncode == 0
    assert "check_round" in {r["jobName"] for r in runs(services)}
    forgotten = services.mtm("check", toyland.round_key(3), MTM_DAGSTER_STORAGE="")
    assert forgotten.returncode == 2 and "no_dagster_storage" in forgotten.stderr
    assert "env: MTM_DAGSTER_STORAGE" in (services.home / "dagster" / "dagster.yaml").read_text()


def test_the_database_goes_away_and_comes_back(services: Services) -> None:
    process = services.server.process
    command: Any = process.args
    process.send_signal(2)
    process.wait(30)
    answer = services.mtm("check", toyland.round_key(3))
    assert answer.returncode == 1 and "dagster_storage" in answer.stderr and "p%" not in answer.stderr
    user = services.server.folder.stat().st_uid if os.geteuid() == 0 else None
    services.server.process = subprocess.Popen(
        command, user=user, cwd=services.server.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    patiently(lambda: services.answers("webserver"), 60)
    time.sleep(1)
    patiently(lambda: services.graphql(RUNS)["data"], 60)
    for service in declared.OURS:  # as `restart: unless-stopped` would
        if services.running[service].poll() is not None:
            services.start(service)
    drop(services, 2, 3)
    patiently(lambda: holds(services, 2, 3), 900, 2)
