"""A home, its backup and what is restored of it: equal; and everything that must be refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.backup.small import PERSONAL, deliver, publish, put, told
from warehouse.backup.check import check
from warehouse.backup.contents import contents
from warehouse.backup.drill import drill
from warehouse.backup.key import make_key
from warehouse.backup.place import open_place
from warehouse.backup.record import last, warning
from warehouse.backup.repository import existing
from warehouse.backup.restore import restore, restore_part
from warehouse.backup.take import backup
from warehouse.errors import MtmError, UsageError
from warehouse.releases.manifest import current_id
from warehouse.settings import Home


def test_what_is_restored_is_what_was_backed_up(small: Home, place: str, tmp_path: Path) -> None:
    before = told(small.root)
    taken = backup(small, place)
    assert (taken.encrypted, taken.snapshot.problems, taken.snapshot.current) == (True, [], "r000001")
    done = restore(tmp_path / "back" / "home", place)
    after = told(done.home.root)
    assert after == before and done.ok
    assert current_id(done.home) == "r000001" and os.readlink(done.home.latest_candidate) == "releases/r000001"
    assert not {"inbox/waits.xlsx", "build/databases/r000001.duckdb", "backup.json"} & set(after)
    assert all(
        (done.home.root / name).stat().st_mode & 0o077 == 0
        for name in ("vault", "build", "waivers", "build/normalized")
    )
    assert (done.home.releases / "r000001").stat().st_mode & 0o777 == 0o555
    assert drill(small, place).ok and not list(small.build.glob("verify-drill-*"))


def test_only_what_is_new_is_sent_and_nothing_of_it_can_be_read(small: Home, place: str) -> None:
    first = backup(small, place)
    assert first.sent.objects == len(
        {f.sha256 for f in first.snapshot.files.values()}
    )  # the copy of the inbox is no second object
    assert backup(small, place).sent.objects == 0
    put(small, "vault/corrections/toy.jsonl", b"one more\n")
    assert backup(small, place).sent.objects == 1
    stored = b"".join(p.read_bytes() for p in Path(place).rglob("*") if p.is_file())
    names = " ".join(p.as_posix() for p in Path(place).rglob("*"))
    for sign in (PERSONAL[:20], b"996555010203", b"toy-baseline", b"figures of"):
        assert sign not in stored and sign.decode() not in names
    assert not any(
        f.sha256 in names for f in first.snapshot.files.values()
    )  # nobody can tell whether a file that he has is in it
    assert last(small)["files"] == len(first.snapshot.files) + 1


def test_without_a_key_microdata_stays_on_the_machine(
    small: Home, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MTM_BACKUP_KEY")
    with pytest.raises(UsageError) as refused:
        backup(small, "memory://backup")
    assert refused.value.code == "no_backup_key"
    assert backup(small, place).encrypted is False
    assert restore(tmp_path / "back", place).ok
    monkeypatch.setenv("MTM_BACKUP_KEY", "a key of more than twenty letters")
    with pytest.raises(UsageError) as begun:
        backup(small, place)
    assert begun.value.code == "backup_unencrypted"


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "no_backup_key"), ("another key of twenty letters", "wrong_backup_key"), ("short", "weak_backup_key")],
)
def test_another_key_opens_nothing(
    key: str, code: str, small: Home, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(small, place)
    monkeypatch.setenv("MTM_BACKUP_KEY", key)
    for work in (lambda: restore(tmp_path / "back", place), lambda: check(place), lambda: backup(small, place)):
        with pytest.raises(MtmError) as refused:
            work()
        assert refused.value.code == code
    assert not (tmp_path / "back").exists()


def test_a_key_in_a_file(small: Home, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_BACKUP_KEY")
    make_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o400
    with pytest.raises(UsageError):
        make_key(tmp_path / "key")
    monkeypatch.setenv("MTM_BACKUP_KEY_FILE", str(tmp_path / "key"))
    assert backup(small, place).encrypted and restore(tmp_path / "back", place).ok


def test_a_home_that_holds_something_is_never_written_over(small: Home, place: str, tmp_path: Path) -> None:
    backup(small, place)
    before = told(small.root)
    with pytest.raises(UsageError) as refused:
        restore(small.root, place)
    assert refused.value.code == "home_not_empty" and told(small.root) == before
    other = tmp_path / "started"  # the daemon was started there: its folders and Dagster's storage are no state
    put(Home(other).ensure(), "dagster/dagster.yaml", b"telemetry:")
    assert restore(other, place).ok and (other / "dagster/dagster.yaml").exists()


def test_damage_is_found_and_told_and_another_snapshot_stands(small: Home, place: str, tmp_path: Path) -> None:
    first = backup(small, place).snapshot
    ledger = put(small, "waivers/waivers.jsonl", b'{"id": "w1"}\n{"id": "w2"}\n')
    second = backup(small, place).snapshot
    new = existing(open_place(place)).object_name(second.files["waivers/waivers.jsonl"].sha256)
    (Path(place) / new).write_bytes((Path(place) / new).read_bytes()[:-1] + b"x")
    found = check(place)
    assert found.problems == {second.id: ["waivers/waivers.jsonl is damaged"]} and found.whole == [first.id]
    with pytest.raises(MtmError) as refused:
        restore(tmp_path / "back", place)
    assert refused.value.code == "backup_damaged" and "--list" in refused.value.todo
    assert not (tmp_path / "back/vault").exists() and not (tmp_path / "back/published").exists()
    with pytest.raises(MtmError) as unfinished:
        Home(tmp_path / "back").ensure()
    assert unfinished.value.code == "restore_unfinished"
    assert restore(tmp_path / "other", place, first.id).ok
    assert check(place, mend=True).removed == 1
    assert backup(small, place).sent.objects == 1 and not check(place).problems
    assert restore(tmp_path / "back2", place).home.waivers.joinpath(ledger.name).read_bytes() == ledger.read_bytes()
    (Path(place) / new).unlink()
    assert all("missing" in told[0] for told in check(place).problems.values())


def test_objects_can_not_be_exchanged_or_cut(small: Home, place: str) -> None:
    """Authenticated with their names: a swap, a cut and a longer one are damage, never other contents."""
    repository = existing(open_place(backup(small, place).place))
    one, two = sorted(repository.place.names("objects/"))[:2]
    whole = (Path(place) / one).read_bytes()
    for damaged in ((Path(place) / two).read_bytes(), whole[:-20], whole + b"more", b"", whole[:24]):
        (Path(place) / one).write_bytes(damaged)
        with pytest.raises(MtmError) as refused:
            list(repository.read(one))
        assert refused.value.code == "backup_damaged"


def test_damage_in_the_home_is_told_while_it_is_backed_up(small: Home, place: str) -> None:
    sha256 = deliver(small, b"second delivery", 2)
    blob = small.vault / "blobs" / sha256[:2] / sha256
    blob.write_bytes(b"altered")
    mart = small.releases / "r000001/mart.parquet"
    mart.chmod(0o644)
    mart.write_bytes(b"altered too")
    told_of = backup(small, place).snapshot.problems
    assert told_of == [
        f"published/releases/r000001/{mart.name} is altered",
        f"vault/blobs/{sha256[:2]}/{sha256} is altered",
    ]
    blob.unlink()
    assert any("is missing" in line for line in backup(small, place).snapshot.problems)


def test_paths_that_leave_a_home_are_refused(small: Home, place: str, tmp_path: Path) -> None:
    repository = existing(open_place(backup(small, place).place))
    snapshot = repository.newest()
    assert snapshot
    for path in ("../outside", "/etc/outside", "vault/../../outside"):
        data = json.loads(snapshot.as_json()) | {"files": {path: ["a" * 64, 1, 0o600, 0]}}
        name = "snapshots/20990101T000000000000Z-aaaaaa.1.json"
        repository.put(name, [json.dumps(data).encode()], 9)
        with pytest.raises(MtmError):
            restore(tmp_path / "back", place, "20990101T000000000000Z-aaaaaa")
        Path(place, name).unlink()


def test_what_is_published_while_it_runs_is_whole_or_not_in_it(
    small: Home, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery and a release come while files are sent: the snapshot is of the moment before, and whole."""
    from warehouse.backup import take

    def meanwhile(home: Home, path: str, *rest: object, stored=take._stored) -> object:
        if path.endswith("mart.parquet") and not (small.releases / "r000002").exists():
            publish(small, 2, deliver(small, b"another round", 2))
        return stored(home, path, *rest)

    monkeypatch.setattr(take, "_stored", meanwhile)
    taken = backup(small, place).snapshot
    assert (taken.releases, taken.current, taken.problems) == (["r000001"], "r000001", [])
    done = restore(tmp_path / "back", place)
    assert (
        done.ok
        and current_id(done.home) == "r000001"
        and b"r000002" not in (done.home.published / "index.jsonl").read_bytes()
    )
    assert backup(small, place).snapshot.releases == ["r000001", "r000002"]


def test_a_release_that_goes_meanwhile_is_looked_at_again(
    small: Home, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse.backup import take
    from warehouse.releases.staging import erase

    publish(small, 2, "a" * 64)

    def meanwhile(home: Home, path: str, *rest: object, stored=take._stored) -> object:
        if path == "published/releases/r000001/mart.parquet" and (small.releases / "r000001").exists():
            erase(small.releases / "r000001")
        return stored(home, path, *rest)

    monkeypatch.setattr(take, "_stored", meanwhile)
    assert backup(small, place).snapshot.releases == ["r000002"]


def test_the_status_warns_of_backups_that_are_configured(
    small: Home, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    assert warning(small) is None
    monkeypatch.setenv("MTM_BACKUP_URL", place)
    assert "none was taken" in str(warning(small))
    backup(small)
    assert warning(small) is None
    assert "3 days ago" in str(warning(small, datetime.now(UTC) + timedelta(days=3, minutes=1)))
    monkeypatch.setenv("MTM_BACKUP_DAYS", "5")
    assert warning(small, datetime.now(UTC) + timedelta(days=3)) is None


@pytest.mark.parametrize("url", ["https://example.org/x", "dtm://v3", "kobo+https://kf.example.org/api", "s3://", ""])
def test_places_that_hold_no_backups(url: str, small: Home) -> None:
    with pytest.raises(UsageError):
        backup(small, url)


def test_a_backup_is_not_put_into_its_home_and_no_home_is_told(small: Home, place: str, tmp_path: Path) -> None:
    for home, url in ((small, str(small.root / "backup")), (Home(tmp_path / "nothing"), place)):
        with pytest.raises(UsageError):
            backup(home, url)
    assert not Path(place).exists() and not (small.root / "backup").exists()


def test_every_left_out_path_says_why() -> None:
    rules = contents()
    assert all(len(out.why) > 10 for out in rules.left_out)
    for kept in ("vault/blobs/aa/b", "vault/pseudonym.key", "published/releases/r000001/gate/index.html", "published/tags.json", "build/sources/kgz.kobo.json",
                 "waivers/waivers.jsonl", "exports/people.jsonl", "gazetteer/kgz/2024.soate.csv", "boundaries/kgz/level1.geojson", "alerts/state.json",
                 "build/normalized/r/n/answer.parquet", "build/verdicts/r/n.json", "build/gate_docs/r/n/index.html", "something/new.json"):  # fmt: skip
        assert rules.holds(kept), kept


def test_one_part_is_restored_beside_a_home(small: Home, place: str, tmp_path: Path) -> None:
    backup(small, place)
    _, files = restore_part(tmp_path / "mended", place, "published/releases/r000001/")
    assert files == ["published/releases/r000001/manifest.json", "published/releases/r000001/mart.parquet"]
    for name in files:
        assert (tmp_path / "mended" / name).read_bytes() == (small.root / name).read_bytes()
    for target, only, code in (
        (tmp_path / "mended", "vault", "home_not_empty"),
        (tmp_path / "other", "published/releases/r9", "unknown_path"),
    ):
        with pytest.raises(UsageError) as refused:
            restore_part(target, place, only)
        assert refused.value.code == code
