"""Backups on S3 and over SFTP, on loopback: equal when they are restored, and only what is new is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sources.file_servers import PASSWORD, s3, sftp
from tests.unit.backup.small import put, small_home, told
from warehouse.backup import remote, repository
from warehouse.backup.check import check
from warehouse.backup.place import open_place
from warehouse.backup.prune import Keep, prune
from warehouse.backup.restore import restore
from warehouse.backup.take import backup
from warehouse.deliveries.sources import retry
from warehouse.errors import MtmError
from warehouse.releases import verify
from warehouse.settings import Home


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3() as found:
        yield found


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("MTM_BACKUP_KEY", "a key of more than twenty letters")
    monkeypatch.setattr(verify, "structure_problems", lambda *_: [])
    monkeypatch.setattr(retry.PACE, "first_wait", 0.01)
    monkeypatch.setattr(retry.PACE, "tries", 2)
    return small_home(tmp_path / "small")


def tried(home: Home, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The life of a backup; an object that is larger than what is sealed in memory, and read in several pieces."""
    monkeypatch.setattr(repository, "IN_MEMORY", 2000)
    monkeypatch.setattr(remote, "BLOCK", 500)
    first = backup(home, url)
    assert first.encrypted and first.sent.objects > 8 and backup(home, url).sent.objects == 0
    put(home, "waivers/waivers.jsonl", b"another line\n")
    second = backup(home, url)
    assert second.sent.objects == 1 and PASSWORD not in str(second.as_dict())
    assert not check(url).problems and len(check(url).snapshots) == 3
    assert told(restore(folder / "back", url).home.root) == told(home.root)
    assert len(prune(url, Keep(1, 0, 0)).removed) == 2
    assert restore(folder / "again", url, second.snapshot.id).ok
    place = open_place(url)
    assert not place.names("locks/") and not place.torn()
    place.remove(sorted(place.names("objects/"))[0])
    with pytest.raises(MtmError) as refused:
        restore(folder / "damaged", url)
    assert refused.value.code == "backup_object_missing"


@pytest.mark.slow
@pytest.mark.upgrades
def test_a_bucket(endpoint: str, small: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "a-5ecret-of-aws",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import boto3

    boto3.client("s3").create_bucket(Bucket="backups")
    tried(small, "s3://backups/kgz/mtm", tmp_path, monkeypatch)
    with pytest.raises(MtmError) as refused:
        backup(small, "s3://nobody-made-this/mtm")
    assert refused.value.code == "source_not_found"


def test_a_server_over_sftp(small: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_SFTP_PASSWORD", PASSWORD)
    root = tmp_path / "server"
    root.mkdir()
    with sftp(root, tmp_path) as server:
        tried(small, f"{server.url}/kgz/mtm", tmp_path, monkeypatch)
        assert (root / "kgz/mtm/mtm-backup.json").is_file()
        monkeypatch.setenv("MTM_SFTP_PASSWORD", "another-5ecret")
        with pytest.raises(MtmError) as refused:
            backup(small, f"{server.url}/kgz/mtm")
    assert refused.value.code == "source_unauthorised" and "5ecret" not in str(refused.value)
