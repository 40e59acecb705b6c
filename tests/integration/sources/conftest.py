"""Fixtures for sources: servers on loopback, a vault, a quick pace, and a net that catches secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.integration.sources.api_servers import KEY, TOKEN
from tests.integration.sources.file_servers import PASSWORD, Sftp, s3, sftp
from tests.integration.sources.web_server import Web, serve
from tests.toy import write_rows
from warehouse.deliveries.sources import kobo, retry
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome, receive_source
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home

AWS_SECRET = "aws-5ecret-access-key"
SECRETS = (TOKEN, KEY, PASSWORD, AWS_SECRET, "s1gned")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits and timeouts of a test, not of a field office."""
    for name, value in {"first_wait": 0.005, "longest_wait": 0.02, "connect": 5.0, "read": 5.0}.items():
        monkeypatch.setattr(retry.PACE, name, value)
    monkeypatch.setattr(kobo, "POLL_SECONDS", (0.01, 0.01))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, toy: Path) -> None:
    """The secrets that a pull needs; the toy operation."""
    for name, value in {
        "MTM_KOBO_TOKEN": TOKEN,
        "DTMAPI_SUBSCRIPTION_KEY": KEY,
        "MTM_SFTP_PASSWORD": PASSWORD,
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    with s3() as endpoint:
        yield endpoint


@pytest.fixture
def sftp_server(tmp_path: Path) -> Iterator[Sftp]:
    root = tmp_path / "sftp"
    root.mkdir()
    with sftp(root, tmp_path) as running:
        yield running


@pytest.fixture
def vault(home: Home) -> Vault:
    return Vault(home)


@pytest.fixture
def rows_file(tmp_path: Path) -> Callable[..., bytes]:
    """The bytes of a toy round: `rows_file(1, people=120)`; `rows` makes it large."""

    @cache  # a workbook holds the time at which it was made
    def make(number: int = 1, people: int = 10, rows: int = 2) -> bytes:
        path = tmp_path / "made.xlsx"
        table: list[list[object]] = [["_uuid", "Round", "Region", "Displaced people"]]
        write_rows(path, table + [[f"u{i}", number, f"Region {i}", people + i] for i in range(rows)])
        return path.read_bytes()

    return make


@pytest.fixture
def pull(vault: Vault) -> Callable[..., list[Outcome]]:
    """Pull a URL or a source."""

    def work(source: str | Source, **more: object) -> list[Outcome]:
        return list(receive_source(vault, source if isinstance(source, Source) else Source(source), **more))  # type: ignore[arg-type]

    return work


@pytest.fixture
def no_secrets(
    home: Home, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], None]]:
    """Nothing under the home, in logs or on the screen holds a secret; call it for more texts."""
    caplog.set_level(logging.DEBUG)

    def check(text: str = "") -> None:
        for secret in SECRETS:
            assert secret not in text
            assert secret.replace("/", "%2F") not in text

    yield check
    captured = capfd.readouterr()
    check(caplog.text + captured.out + captured.err)
    for path in home.root.rglob("*"):
        if path.is_file() and "blobs" not in path.parts:
            check(path.read_bytes().decode("utf-8", "replace") + path.name)
