"""Sensors on declared sources over ticks, with the job that pulls: still for two ticks, a redelivery runs, the same bytes
do not, what fails backs off and is told, and no secret is anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from orchestration import pull as pulls
from orchestration.pull import pull_source
from orchestration.resources import WarehouseHome
from orchestration.sensors import source_sensors
from orchestration.sensors import sources as sensors
from tests.integration.sources.api_servers import KEY, TOKEN, Dtm, Kobo, record
from tests.integration.sources.file_servers import PASSWORD, USER, Sftp
from tests.integration.sources.web_server import File, Web
from warehouse.deliveries.sources import retry, state
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home


class Clock:
    """Time for sensors: goes on when it is told to."""

    def __init__(self) -> None:
        import time

        self.now, self.monotonic = time.time(), time.monotonic

    def time(self) -> float:
        return self.now


@dataclass
class Ticks:
    """Ticks of one kind of sensor; pulls that are asked for are done at once, as the daemon would."""

    home: Home
    instance: dg.DagsterInstance
    clock: Clock
    kind: str = "files"
    cursor: str | None = None
    pulls: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    requested: dict[str, str] = field(default_factory=dict)  # tags of the last run on a round

    def __call__(self, later: float = 30.0) -> str:
        """One tick; returns why nothing was requested, or `pull`, `run`."""
        self.clock.now += later
        with dg.build_sensor_context(self.instance, cursor=self.cursor) as context:
            result = sensors.tick(context, self.home, lambda source: source.kind == self.kind, "nothing is enabled")
        self.cursor = result.cursor
        self.texts += [str(result), str(result.cursor)]
        for request in result.run_requests or []:
            if request.job_name == "publish_round":
                self.requested = {**request.tags, "dagster/partition": str(request.partition_key)}
                if request.run_key not in self.runs:
                    self.runs.append(str(request.run_key))
            elif request.run_key not in self.pulls:
                self.pulls.append(str(request.run_key))
                self.pull(dict(request.run_config))
        said = [r.job_name or "" for r in result.run_requests or []]
        return " ".join(said) or str(result.skip_reason.skip_message if result.skip_reason else "")

    def pull(self, config: dict[str, Any], retries: int = 0) -> dg.ExecuteInProcessResult:
        """What the daemon does with a request. `retries`: in the run, without a pause (0: the run gives up at once)."""
        again = dg.RetryPolicy(max_retries=retries)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pulls, "AGAIN", again)
            patch.setattr(pulls.pull, "_retry_policy", again)
            return self._pulled(config)

    def _pulled(self, config: dict[str, Any]) -> dg.ExecuteInProcessResult:
        result = pull_source.execute_in_process(
            {**config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            self.instance,
            resources={"warehouse": WarehouseHome(path=str(self.home.root))},
            raise_on_error=False,
        )
        self.texts += [str(e) for e in self.instance.all_logs(result.run_id)]
        return result


@pytest.fixture
def ticks(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ticks]:
    clock = Clock()
    monkeypatch.setattr(sensors, "time", clock)
    monkeypatch.setattr(state, "time", clock)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Ticks(home, instance, clock)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def warehouse(home: Home) -> WarehouseHome:
    return WarehouseHome(path=str(home.root))


@pytest.fixture
def declared(toy: Path) -> Callable[..., None]:
    """Writes the toy operation's sources: `declared(share="s3://…")`."""

    def write(more: str = "", **urls: str) -> None:
        entries = [f"  - {{name: {name}, url: {json.dumps(url)}, enabled: true{more}}}" for name, url in urls.items()]
        (toy / "sources.yml").write_text("\n".join(["sources:", *entries]), encoding="utf-8")

    return write


@pytest.fixture
def put(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Puts a file behind a protocol and gives the folder's URL: `put("s3")(b"…")`."""

    def place(protocol: str) -> tuple[str, Callable[[bytes], object]]:
        if protocol == "s3":
            import boto3

            endpoint = request.getfixturevalue("s3_endpoint")
            monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
            client, name = boto3.client("s3", endpoint_url=endpoint), f"ticks-{uuid4().hex[:8]}"
            client.create_bucket(Bucket=name)
            return f"s3://{name}/in/", lambda b: client.put_object(Bucket=name, Key="in/round1.xlsx", Body=b)
        if protocol == "sftp":
            server: Sftp = request.getfixturevalue("sftp_server")
            (server.root / "in").mkdir()
            path, seconds = server.root / "in" / "round1.xlsx", count(1_700_000_000)

            def upload(body: bytes) -> None:
                path.write_bytes(body)
                os.utime(path, (next(seconds),) * 2)  # SFTP tells times in whole seconds: a test is quicker

            return f"{server.url}/in/", upload
        if protocol == "http":
            web: Web = request.getfixturevalue("web")

            def serve(body: bytes) -> None:
                web.routes["/round1.xlsx"] = File(body, etag=f'"{hash(body)}"')

            return f"{web.url}/round1.xlsx", serve
        folder: Path = request.getfixturevalue("tmp_path") / "share"
        folder.mkdir()
        return str(folder), (folder / "round1.xlsx").write_bytes

    return place


@pytest.mark.parametrize("protocol", ["folder", "s3", "sftp", "http"])
def test_a_file_is_pulled_when_it_stood_still_and_a_redelivery_runs(protocol: str, put: Callable[..., Any], declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    url, write = put(protocol)
    declared(share=url)
    write(rows_file(1)[:-10])
    assert "1 files are waiting to stand still" in ticks()
    write(rows_file(1))  # it still grew
    assert "waiting" in ticks() and ticks.pulls == []
    assert ticks() == "pull_source"
    delivery = vault.current("toy-baseline-r01")
    assert delivery.source_name == "toy/share"
    assert ticks() == "publish_round" and ticks.runs == [f"toy-baseline-r01:{delivery.sha256}"]
    assert "nothing" in ticks(90) and "nothing" in ticks(90)
    write(rows_file(1, people=500))
    assert "waiting" in ticks(90)
    assert ticks() == "pull_source" and ticks() == "publish_round"
    assert ticks.runs[1] == f"toy-baseline-r01:{vault.current('toy-baseline-r01').sha256}"
    assert len(ticks.pulls) == 2


def test_the_same_bytes_again_do_not_run(put: Callable[..., Any], declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault, tmp_path: Path) -> None:  # fmt: skip
    url, write = put("folder")
    declared(share=url)
    write(rows_file(1))
    ticks(), ticks(), ticks()
    os.utime(tmp_path / "share" / "round1.xlsx", (1, 1))
    assert "waiting" in ticks(90) and ticks() == "pull_source"
    assert "nothing new" in ticks(90)
    assert len(ticks.runs) == 1 and len(vault.deliveries("toy-baseline-r01")) == 1


def test_a_refused_file_is_shown_not_asked_for_again_and_does_not_stop_the_others(declared: Callable[..., None], ticks: Ticks, tmp_path: Path, rows_file: Callable[..., bytes]) -> None:  # fmt: skip
    share = tmp_path / "share"
    share.mkdir()
    (share / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (share / "round1.xlsx").write_bytes(rows_file(1))
    declared(share=str(share))
    ticks()
    assert ticks() == "pull_source" and ticks() == "publish_round"
    assert "broken.xlsx was refused" in ticks(10)
    ticks(90), ticks(90)
    assert len(ticks.pulls) == 1


def test_a_source_that_fails_backs_off_and_is_told_and_the_others_go_on(web: Web, declared: Callable[..., None], ticks: Ticks, tmp_path: Path, rows_file: Callable[..., bytes]) -> None:  # fmt: skip
    share = tmp_path / "share"
    share.mkdir()
    (share / "round1.xlsx").write_bytes(rows_file(1))
    declared(gone=f"{web.url}/none.xlsx", share=str(share))
    said = ticks()
    assert "toy/gone: can't be looked at (1 times)" in said and "nothing at this address" in said
    assert ticks() == "pull_source"
    for _ in range(20):
        ticks(60)
    assert 4 <= len(web.seen) <= 6  # after 1, 2, 4, 8 minutes


def test_a_pull_that_fails_is_asked_for_again_later(web: Web, declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    file = File(rows_file(1))
    web.routes["/round1.xlsx"] = file
    declared(share=f"{web.url}/round1.xlsx")
    ticks()
    file.faults = [None, *[503] * 6]
    assert ticks() == "pull_source" and vault.rounds() == []
    assert "failed 1 times" in ticks(10)
    assert ticks(90) == "pull_source" and ticks() == "publish_round"
    assert vault.rounds() == ["toy-baseline-r01"]


def test_services_are_pulled_at_their_interval(web: Web, declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    form = Kobo(web, export=rows_file(1))
    declared(", every: 1 h", kobo=f"{form.url}/export-settings/esOne")
    ticks.kind = "kobo"
    assert ticks() == "pull_source" and ticks() == "publish_round"
    assert "nothing to do" in ticks(600) and len(ticks.pulls) == 1
    form.export = rows_file(1, people=99)
    assert ticks(3600) == "pull_source" and ticks() == "publish_round"
    assert [d.source_name for d in vault.deliveries("toy-baseline-r01")] == ["toy/kobo", "toy/kobo"]
    assert ticks(3600) == "pull_source"  # the same export again
    assert "nothing to do" in ticks() and len(ticks.runs) == 2


def test_a_service_that_fails_is_asked_again_before_its_interval(web: Web, declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    form = Kobo(web, export=rows_file(1), states=["error"])
    declared(", every: 6 h", kobo=f"{form.url}/exports")
    ticks.kind = "kobo"
    assert ticks() == "pull_source" and "failed 1 times" in ticks(30)
    assert "status error" in ticks(1)
    form.states = ["complete"]
    assert ticks(60) == "pull_source" and ticks() == "publish_round"
    assert "nothing to do" in ticks(600)


def test_secrets_are_in_no_tick_cursor_run_or_state(web: Web, sftp_server: Sftp, declared: Callable[..., None], ticks: Ticks, no_secrets: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    form, api = Kobo(web), Dtm(web, [record(1, 1)], success=False)
    monkeypatch.setenv("MTM_DTM_URL", api.url)
    (sftp_server.root / "x.xlsx").write_bytes(b"PK")
    declared(kobo=form.url, dtm="dtm://admin1?country=Toyland", sftp=f"sftp://{USER}@127.0.0.1:{sftp_server.port}/x.xlsx")  # fmt: skip
    for ticks.kind in ("kobo", "dtm", "files", "files", "files"):
        ticks()
    monkeypatch.setenv("MTM_SFTP_PASSWORD", PASSWORD + "wrong")
    ticks(9999), ticks(9999)
    assert len(ticks.pulls) >= 3
    assert TOKEN not in str(ticks.texts) and KEY not in str(ticks.texts)
    no_secrets(" ".join(ticks.texts))


def test_a_broken_file_of_sources_is_told(toy: Path, ticks: Ticks) -> None:
    (toy / "sources.yml").write_text("sources: [{name: a, url: 's3://b/x', every: often}]")
    assert "sources.yml can't be used" in ticks()


def test_each_source_has_a_sensor_and_a_later_one_is_taken_up(declared: Callable[..., None], instance: dg.DagsterInstance, warehouse: WarehouseHome) -> None:  # fmt: skip
    def said(sensor: dg.SensorDefinition) -> str:
        with dg.build_sensor_context(instance, resources={"warehouse": warehouse}) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        return str(result.skip_reason.skip_message if result.skip_reason else [r.job_name for r in result.run_requests or []])  # fmt: skip

    declared(**{"kobo-a": "kobo+https://kf.example.org/aToy", "kobo_a": "kobo+https://kf.example.org/aToy"})
    found = {s.name: s for s in source_sensors()}
    assert list(found) == ["source_toy_kobo_a", "source_toy_kobo_a_2", "new_sources"]
    assert {s.default_status for s in found.values()} == {dg.DefaultSensorStatus.RUNNING}
    assert said(found["source_toy_kobo_a"]) == "['pull_source']"
    assert said(found["new_sources"]) == "no source was added since Dagster loaded"
    declared(later="kobo+https://kf.example.org/aToy")
    assert said(found["new_sources"]) == "['pull_source']"
    assert said(found["source_toy_kobo_a"]) == "toy/kobo-a is not enabled any more in sources.yml"


def test_a_lost_cursor_asks_for_no_run_twice(put: Callable[..., Any], declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes]) -> None:  # fmt: skip
    url, write = put("folder")
    declared(share=url)
    write(rows_file(1))
    ticks(), ticks()
    assert ticks() == "publish_round"
    ticks.instance.create_run_for_job(_nothing, tags=ticks.requested)
    ticks.cursor = "[broken"
    assert "nothing new" in ticks()


def test_a_fault_of_the_source_is_tried_again_and_a_refusal_is_not(web: Web, declared: Callable[..., None], ticks: Ticks, rows_file: Callable[..., bytes], vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    file = File(rows_file(1))
    web.routes["/round1.xlsx"] = file
    declared(share=f"{web.url}/round1.xlsx")
    config = {"ops": {"pull": {"config": {"source": "toy/share"}}}}
    file.faults = [503] * 2
    monkeypatch.setattr(retry.PACE, "tries", 1)
    assert ticks.pull(config, retries=2).success and vault.rounds() == ["toy-baseline-r01"]
    assert state.read_state(ticks.home, "toy/share").failures == 0
    file.faults, seen = [404] * 9, len(web.seen)
    assert not ticks.pull(config, retries=2).success and len(web.seen) == seen + 1
    file.faults, seen = [503] * 9, len(web.seen)
    assert not ticks.pull(config, retries=2).success and len(web.seen) == seen + 3
    assert state.read_state(ticks.home, "toy/share").failures == 2  # one for each run that was given up


@dg.job
def _nothing() -> None:
    """Stands for a run that was requested."""


def test_a_name_that_nobody_declared_fails_plainly(ticks: Ticks) -> None:
    result = ticks.pull({"ops": {"pull": {"config": {"source": "toy/nothing"}}}})
    assert not result.success and "there is no source" in str(ticks.texts)
