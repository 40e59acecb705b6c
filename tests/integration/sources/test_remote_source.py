"""Files behind S3 and SFTP: found by name, folder or pattern, whole or not at all, taken up where they were cut."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.sources.file_servers import PASSWORD, USER, Sftp, cutting
from warehouse.deliveries.sources import remote as remote_module
from warehouse.deliveries.sources.look import look
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome
from warehouse.deliveries.sources.retry import patiently
from warehouse.deliveries.sources.transfer import fetched
from warehouse.deliveries.vault import Vault

Pull = Callable[..., list[Outcome]]


@pytest.fixture
def bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket of its own: `bucket.put(key, bytes)`, `bucket.url`."""
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    name = f"mission-{uuid4().hex[:8]}"
    client.create_bucket(Bucket=name)

    class Bucket:
        url = f"s3://{name}"

        def put(self, key: str, body: bytes) -> None:
            client.put_object(Bucket=name, Key=key, Body=body)

    yield Bucket()


def names(outcomes: list[Outcome]) -> list[str]:
    return [o.name for o in outcomes if o.receipt]


def codes(outcomes: list[Outcome]) -> list[str]:
    return [o.error.code for o in outcomes if o.error]


def test_s3_key_folder_and_pattern(bucket: Any, pull: Pull, vault: Vault, rows_file: Callable[..., bytes]) -> None:
    for n in (1, 2, 3):
        bucket.put(f"in/round{n}.xlsx", rows_file(n))
    bucket.put("in/.hidden.xlsx", b"x")
    bucket.put("in/round4.xlsx.part", b"x")
    bucket.put("in/old/round9.xlsx", rows_file(9))
    assert names(pull(f"{bucket.url}/in/round1.xlsx")) == ["round1.xlsx"]
    assert vault.current("toy-baseline-r01").source == f"{bucket.url}/in/round1.xlsx"
    assert names(pull(f"{bucket.url}/in/round[23]*")) == ["round2.xlsx", "round3.xlsx"]
    again = pull(f"{bucket.url}/in/")
    assert names(again) == ["round1.xlsx", "round2.xlsx", "round3.xlsx"]
    assert not any(o.receipt.is_new for o in again if o.receipt)


def test_s3_keys_that_look_like_patterns_are_text(bucket: Any, pull: Pull, rows_file: Callable[..., bytes]) -> None:
    bucket.put("in/round1 [a]*.xlsx", rows_file(1))
    assert names(pull(f"{bucket.url}/in/round1 [a]*.xlsx")) == ["round1 [a]*.xlsx"]


def test_s3_one_bad_file_does_not_stop_the_others(bucket: Any, pull: Pull, rows_file: Callable[..., bytes]) -> None:
    bucket.put("in/a.xlsx", b"PK\x03\x04 no workbook")
    bucket.put("in/round1.xlsx", rows_file(1))
    outcomes = pull(f"{bucket.url}/in/")
    assert names(outcomes) == ["round1.xlsx"] and outcomes[0].is_refused


def test_s3_errors_say_what_to_do(bucket: Any, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(pull(f"{bucket.url}/nothing.xlsx")) == ["source_not_found"]
    assert codes(pull("s3://no-such-bucket-here/x.xlsx")) == ["source_not_found"]
    monkeypatch.setattr("warehouse.deliveries.sources.retry.PACE.tries", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert codes(pull(f"{bucket.url}/x.xlsx")) == ["source_unavailable"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    (outcome,) = pull(f"{bucket.url}/x.xlsx")
    assert outcome.error is not None and outcome.error.code == "source_unauthorised"
    assert "AWS_ACCESS_KEY_ID" in str(outcome.error)


def test_sftp_connections_that_break_are_made_again_and_the_file_goes_on(sftp_server: Sftp, pull: Pull, vault: Vault, rows_file: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    body, begun = rows_file(1, rows=2000) + b"\0" * 3_000_000, record_starts(monkeypatch)
    (sftp_server.root / "round1.xlsx").write_bytes(body)
    sftp_server.cuts += [1_500_000, 2_600_000]
    with remote_file(vault, f"{sftp_server.url}/round1.xlsx") as path:
        assert path.read_bytes() == body
    assert begun[0] == 0 < begun[1] < begun[2] and sftp_server.cuts == []


def test_s3_connections_that_break_are_made_again_and_the_file_goes_on(bucket: Any, s3_endpoint: str, vault: Vault, rows_file: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    body, begun = rows_file(1, rows=2000) + b"\0" * 6_000_000, record_starts(monkeypatch)
    bucket.put("round1.xlsx", body)
    cuts = [3_000_000, 1_000_000]
    with cutting(s3_endpoint, cuts) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with remote_file(vault, f"{bucket.url}/round1.xlsx") as path:
            assert path.read_bytes() == body
    assert cuts == [] and begun == sorted(begun)


def record_starts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets at which files are opened."""
    chunks, begun = remote_module.Remote._chunks, []

    def recorded(self: Any, file: Any) -> Iterator[bytes]:
        begun.append(file.tell())
        yield from chunks(self, file)

    monkeypatch.setattr(remote_module.Remote, "_chunks", recorded)
    return begun


@contextmanager
def remote_file(vault: Vault, url: str) -> Iterator[Path]:
    """A file as it is fetched, before the vault reads it."""
    remote = patiently(lambda: remote_module.Remote(url, "MTM_SFTP_PASSWORD"))
    (item,) = patiently(remote.items)
    with fetched(vault.home, url, url, item.name, item.shown, partial(remote.opened, item)) as pulled:
        yield pulled.path


@pytest.mark.parametrize("protocol", ["s3", "sftp"])
def test_a_short_read_is_no_delivery(protocol: str, request: pytest.FixtureRequest, pull: Pull, vault: Vault, rows_file: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    if protocol == "s3":
        bucket = request.getfixturevalue("bucket")
        bucket.put("round1.xlsx", rows_file(1))
        url = f"{bucket.url}/round1.xlsx"
    else:
        server = request.getfixturevalue("sftp_server")
        (server.root / "round1.xlsx").write_bytes(rows_file(1))
        url = f"{server.url}/round1.xlsx"

    def never_whole(self: Any, file: Any) -> Iterator[bytes]:
        yield file.read(500) if not file.tell() else b""

    monkeypatch.setattr(remote_module.Remote, "_chunks", never_whole)
    assert codes(pull(url)) == ["source_truncated"]
    assert vault.rounds() == []


def test_a_full_disk_is_not_the_servers_fault(bucket: Any, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.deliveries.sources.transfer.Part.take", full)
    bucket.put("round1.xlsx", b"x")
    assert codes(pull(f"{bucket.url}/round1.xlsx")) == ["disk_full"]


def test_sftp_file_folder_and_pattern(sftp_server: Sftp, pull: Pull, vault: Vault, rows_file: Callable[..., bytes]) -> None:  # fmt: skip
    folder = sftp_server.root / "out" / "kgz"
    folder.mkdir(parents=True)
    for n in (1, 2):
        (folder / f"round{n}.xlsx").write_bytes(rows_file(n))
    (folder / "~$round1.xlsx").write_bytes(b"x")
    assert names(pull(f"{sftp_server.url}/out/kgz/round1.xlsx")) == ["round1.xlsx"]
    delivery = vault.current("toy-baseline-r01")
    assert delivery.source == f"sftp://127.0.0.1:{sftp_server.port}/out/kgz/round1.xlsx"
    assert names(pull(f"{sftp_server.url}/out/kgz")) == ["round1.xlsx", "round2.xlsx"]
    assert names(pull(f"{sftp_server.url}/out/kgz/*2.xlsx")) == ["round2.xlsx"]
    assert codes(pull(f"{sftp_server.url}/out/none.xlsx")) == ["source_not_found"]


def test_sftp_wrong_password_and_unknown_host_key(sftp_server: Sftp, pull: Pull, rows_file: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    (sftp_server.root / "round1.xlsx").write_bytes(rows_file(1))
    known = tmp_path / "known_hosts"
    monkeypatch.setenv("MTM_SFTP_KNOWN_HOSTS", str(known))
    known.write_text("")
    assert codes(pull(f"{sftp_server.url}/round1.xlsx")) == ["source_tls"]
    known.write_text(f"[127.0.0.1]:{sftp_server.port} {sftp_server.key.read_text()}")
    assert names(pull(f"{sftp_server.url}/round1.xlsx")) == ["round1.xlsx"]
    monkeypatch.setenv("MTM_SFTP_PASSWORD", "wr0ng-password")
    (outcome,) = pull(f"{sftp_server.url}/round1.xlsx")
    assert outcome.error is not None and outcome.error.code == "source_unauthorised"
    assert "MTM_SFTP_PASSWORD" in str(outcome.error)


def test_a_password_in_the_url_is_used_and_never_shown(sftp_server: Sftp, pull: Pull, rows_file: Callable[..., bytes], no_secrets: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.delenv("MTM_SFTP_PASSWORD")
    (sftp_server.root / "round1.xlsx").write_bytes(rows_file(1))
    spelled = PASSWORD.replace("/", "%2F")
    base = f"sftp://{USER}:{spelled}@127.0.0.1:{sftp_server.port}"
    outcomes = pull(f"{base}/round1.xlsx") + pull(f"{base}/none.xlsx") + pull(f"sftp://{USER}:{spelled}@127.0.0.1:9/x")
    assert names(outcomes) == ["round1.xlsx"]
    no_secrets(" ".join(f"{o} {o.error}" for o in outcomes))


def test_s3_secrets_are_nowhere(bucket: Any, pull: Pull, rows_file: Callable[..., bytes], no_secrets: Callable[[str], None]) -> None:  # fmt: skip
    bucket.put("round1.xlsx", rows_file(1))
    outcomes = pull(f"{bucket.url}/round1.xlsx") + pull(f"{bucket.url}/none.xlsx")
    no_secrets(" ".join(f"{o} {o.error}" for o in outcomes))


def test_looks_change_when_a_file_does(bucket: Any, sftp_server: Sftp, rows_file: Callable[..., bytes]) -> None:
    bucket.put("round1.xlsx", rows_file(1))
    path = sftp_server.root / "round1.xlsx"
    path.write_bytes(rows_file(1))
    sources = [Source(f"{bucket.url}/"), Source(f"{sftp_server.url}/")]
    before = [look(s)[0].mark for s in sources]
    assert [look(s)[0].mark for s in sources] == before
    bucket.put("round1.xlsx", rows_file(1, people=99))
    os.utime(path, (1, 1))
    after = [look(s)[0].mark for s in sources]
    assert all(a != b for a, b in zip(after, before, strict=True))


def test_any_other_protocol_of_fsspec(pull: Pull, rows_file: Callable[..., bytes], vault: Vault) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe({"/in/round1.xlsx": rows_file(1), "/in/round2.xlsx": rows_file(2)})
    assert names(pull("memory://in/")) == ["round1.xlsx", "round2.xlsx"]
    assert vault.current("toy-baseline-r01").source == "memory://in/round1.xlsx"


def test_chained_and_unknown_protocols_are_refused(pull: Pull) -> None:
    assert codes(pull("nosuch://host/x.xlsx")) == ["bad_url"]
