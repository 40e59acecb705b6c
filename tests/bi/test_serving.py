"""What the server lets a visitor do, that a new release is read at once, and that a second start is quick."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from bi.superset import serve
from tests.bi.browser import Seen
from tests.bi.conftest import Running

pytestmark = [pytest.mark.bi, pytest.mark.slow]


def ask(superset: Running, query: dict[str, Any]) -> Any:
    """One query, as the dashboards ask it, without a login."""
    answer = requests.post(f"{superset.url}/api/v1/chart/data", json=query, timeout=60)
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()["result"][0]["data"]


def point(superset: Running, release: str) -> None:
    """Flips the pointer as a publication does: a new symlink over the old one."""
    beside = superset.home.published / "next"
    beside.symlink_to(Path("releases") / release)
    os.replace(beside, superset.home.current)


def test_a_new_release_is_read_at_once_and_no_query_fails_while_it_is_published(
    superset: Running, seen: dict[str, Seen]
) -> None:
    query = seen["quality"].asked["Releases, newest first"]
    rounds = seen["quality"].asked["Verdict of every round"]
    releases = sorted(path.name for path in superset.home.releases.iterdir() if (path / "mtm.duckdb").exists())
    served = superset.home.current.resolve().name
    others = [r for r in releases if r != served]
    if not others:
        pytest.skip("this home holds one release only")
    problems: list[str] = []
    seen_counts: set[int] = set()
    stop = threading.Event()

    def visitor() -> None:
        while not stop.is_set():
            try:
                seen_counts.add(len(ask(superset, rounds)))
            except AssertionError as error:
                problems.append(str(error))

    threads = [threading.Thread(target=visitor) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for release in [*others[-3:], served]:
            point(superset, release)
            current = [row["release_id"] for row in ask(superset, query) if row["state"]]
            assert current == [release], f"{release} is published, the dashboard shows {current}"
            time.sleep(0.3)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        point(superset, served)
    assert not problems
    assert len(seen_counts) > 1  # the visitors really saw several releases


def test_a_visitor_looks_and_changes_nothing(superset: Running, seen: dict[str, Seen]) -> None:
    asked = {
        "sqllab/execute/": {"database_id": 1, "sql": "SELECT 1", "schema": "marts"},
        "database/": {"database_name": "x", "sqlalchemy_uri": "duckdb:///:memory:"},
        "chart/": {"slice_name": "x", "datasource_id": 1, "datasource_type": "table"},
        "dataset/": {"database": 1, "table_name": "x"},
        "dashboard/": {"dashboard_title": "x"},
    }
    for path, body in asked.items():
        answer = requests.post(f"{superset.url}/api/v1/{path}", json=body, timeout=60, allow_redirects=False)
        assert answer.status_code in (302, 400, 401, 403, 404), f"{path}: {answer.status_code}"
        assert "result" not in answer.text
    assert requests.get(f"{superset.url}/api/v1/database/", timeout=60).status_code in (401, 403)


def expression(superset: Running, seen: dict[str, Seen], sql: str) -> requests.Response:
    """What a visitor gets who writes a measure of his own into a chart's query."""
    query = json.loads(json.dumps(seen["quality"].asked["Releases, newest first"]))
    metric = {"expressionType": "SQL", "sqlExpression": sql, "label": "x"}
    query["queries"][0] |= {"metrics": [metric], "columns": [], "orderby": []}
    return requests.post(f"{superset.url}/api/v1/chart/data", json=query, timeout=60)


@pytest.mark.parametrize(
    "reach", ["(SELECT content FROM read_text('{path}'))", "getenv('PATH')", "(SELECT count(*) FROM glob('/*'))"]
)
def test_an_expression_of_a_visitor_reaches_no_file(superset: Running, seen: dict[str, Seen], reach: str) -> None:
    assert expression(superset, seen, "MAX(release_id)").status_code == 200
    answer = expression(superset, seen, reach.format(path=superset.folder / "secret_key"))
    assert answer.status_code != 200, answer.text[:300]
    assert (superset.folder / "secret_key").read_text() not in answer.text


def test_secrets_are_the_owners_and_the_login_works(superset: Running) -> None:
    assert superset.folder.stat().st_mode & 0o777 == 0o700
    for name in ("secret_key", "password"):
        assert (superset.folder / name).stat().st_mode & 0o777 == 0o600
    word = (superset.folder / "password").read_text()
    login = {"username": "admin", "password": word, "provider": "db"}
    answer = requests.post(f"{superset.url}/api/v1/security/login", json=login, timeout=60)
    assert answer.status_code == 200
    wrong = requests.post(f"{superset.url}/api/v1/security/login", json=login | {"password": "x"}, timeout=60)
    assert wrong.status_code == 401


def test_the_server_listens_on_loopback_only(superset: Running) -> None:
    port = superset.url.rsplit(":", 1)[1]
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout.splitlines()
    hosts = {
        line.split()[1].split(":")[0]
        for line in listening[1:]
        if line.split()[1].endswith(f":{int(port):04X}") and line.split()[3] == "0A"
    }
    assert hosts == {"0100007F"}


def test_russian_is_there(superset: Running) -> None:
    visitor = requests.Session()
    visitor.get(f"{superset.url}/lang/ru", timeout=60)
    assert '"locale": "ru"' in visitor.get(f"{superset.url}/login/", timeout=60).text.replace("&#34;", '"').replace(
        "&quot;", '"'
    )


def test_a_second_start_has_nothing_to_import(superset: Running) -> None:
    begun = time.monotonic()
    serve.prepare(superset.home, superset.folder)
    assert time.monotonic() - begun < 5
