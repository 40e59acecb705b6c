"""`mtm doctor` on the machine, folders, locks, secrets: each check holds on a good home, and each is made to fail."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from warehouse.doctor import folders, given, kept, locks, machine
from warehouse.doctor.checks import ELSEWHERE, HERE
from warehouse.doctor.model import Asked, Check, examine, ok
from warehouse.errors import MtmError
from warehouse.releases import journal
from warehouse.settings import Home

Patch = pytest.MonkeyPatch


def asked(home: Home) -> Asked:
    return Asked(home)


def test_python_of_another_version(monkeypatch: Patch, home: Home) -> None:
    assert machine.python(asked(home)).state == "ok"
    monkeypatch.setattr("platform.python_version", lambda: "3.14.1")
    assert machine.python(asked(home)).state == "bad"


def test_packages_that_are_not_those_of_the_lock_file(monkeypatch: Patch, home: Home) -> None:
    assert machine.packages(asked(home)).state == "ok"
    real = machine._locked()
    wrong = {**real[0], "polars": {"1.0.0"}}
    monkeypatch.setattr(machine, "_locked", lambda: (wrong, real[1] | {"not-there"}))
    found = machine.packages(asked(home))
    assert found.state == "bad" and "(locked: 1.0.0)" in found.seen and "not-there is missing" in found.seen
    monkeypatch.setattr(machine, "LOCK", home.root / "uv.lock")
    assert machine.packages(asked(home)).state == "warn"


def test_a_disk_that_fills_up(monkeypatch: Patch, home: Home) -> None:
    assert machine.disk(asked(home)).state in ("ok", "warn")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**30))
    assert machine.disk(asked(home)).state == "bad"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3 * 2**30))
    assert machine.disk(asked(home)).state == "warn"
    monkeypatch.setattr(machine, "_release_size", lambda _: 2 * 2**30)  # then 3 GiB are not enough
    assert machine.disk(asked(home)).state == "bad"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**40))
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_files=1000, f_favail=3))
    assert "more files" in machine.disk(asked(home)).seen


def test_a_clock_that_stepped_back(monkeypatch: Patch, home: Home) -> None:
    monkeypatch.setattr(machine, "_is_synchronised", lambda: None)
    assert machine.clock(asked(home)).state == "ok"
    monkeypatch.setattr(machine, "_is_synchronised", lambda: False)
    assert machine.clock(asked(home)).state == "warn"
    journal.append(
        home.published / "flips.jsonl", {"at": "2999-01-01T00:00:00", "release_id": "r000001", "before": None}
    )
    found = machine.clock(asked(home))
    assert found.state == "bad" and "published/flips.jsonl was written" in found.seen


def test_core_dumps(monkeypatch: Patch, home: Home) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, 0))
    assert machine.dumps(asked(home)).state == "ok"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, 0))
    assert machine.dumps(asked(home)).state == "warn"


def test_a_folder_that_can_t_be_written(monkeypatch: Patch, home: Home) -> None:
    assert folders.writable(asked(home)).state == "ok"
    monkeypatch.setattr(folders, "_refused", lambda p: "Read-only file system" if p == home.build else "")
    found = folders.writable(asked(home))
    assert found.state == "bad" and "build (Read-only file system)" in found.seen
    (home.root / "file").touch()
    assert folders.writable(Asked(Home(home.root / "file"))).state == "bad"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert folders.writable(Asked(Home(home.root / "not" / "there"))).state == "bad"


def test_files_of_another_user(monkeypatch: Patch, home: Home) -> None:
    assert folders.owned(asked(home)).state == "ok"  # type: ignore[union-attr]
    strange = [(home.inbox / "theirs.xlsx", 54321), (home.vault / "x", 54321)]
    monkeypatch.setattr(folders, "_entries", lambda _: iter(strange))
    found = folders.owned(asked(home))
    assert found and found.state == "bad" and "user 54321 (1)" in found.seen and "vault/x" in found.seen
    monkeypatch.setattr(folders, "_entries", lambda _: iter([]))
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    assert folders.owned(asked(home)).state == "warn"  # type: ignore[union-attr]


def test_folders_that_others_look_into(home: Home) -> None:
    def state() -> str:
        found = folders.private(asked(home))
        assert found
        return found.state

    assert state() == "ok"
    for path, mode, right in ((home.vault, 0o750, 0o700), (home.releases, 0o777, 0o755), (home.root, 0o777, 0o755)):
        path.chmod(mode)
        assert state() == "bad", path
        path.chmod(right)
    assert state() == "ok"


def test_an_inbox_that_everybody_reads(monkeypatch: Patch, home: Home) -> None:
    (home.inbox / "round.xlsx").touch(0o644)
    (home.inbox / "round.xlsx").chmod(0o644)
    monkeypatch.setattr(folders, "_passable", lambda _: True)
    assert folders.private(asked(home)).state == "warn"  # type: ignore[union-attr]
    (home.inbox / "round.xlsx").chmod(0o640)
    assert folders.private(asked(home)).state == "ok"  # type: ignore[union-attr]


def test_folders_on_other_disks(monkeypatch: Patch, home: Home) -> None:
    assert folders.one_disk(asked(home)).state == "ok"  # type: ignore[union-attr]
    mounts = home.root / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {home.root} nfs4 rw 0 0\n")
    monkeypatch.setattr(folders, "MOUNTS", mounts)
    found = folders.one_disk(asked(home))
    assert found and found.state == "warn" and "nfs4" in found.seen
    real = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda p: SimpleNamespace(st_dev=1) if p == home.normalized else real(p))
    assert folders.one_disk(asked(home)).state == "bad"  # type: ignore[union-attr]


@contextmanager
def holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a lock."""
    code = f"import fcntl, sys; f = open({str(path)!r}, 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_who_holds_a_lock(monkeypatch: Patch, home: Home) -> None:
    path = home.build / "candidate.lock"
    path.touch()
    assert locks.held(asked(home)).seen == "none is held"  # type: ignore[union-attr]
    with holding(path) as process:
        found = locks.held(asked(home))
        assert found and found.state == "ok" and f"build/candidate.lock: process {process.pid}" in found.seen
        monkeypatch.setattr(locks, "LONG", -1.0)
        assert locks.held(asked(home)).state == "warn"  # type: ignore[union-attr]
        process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + 5
        while (found := locks.held(asked(home))) and found.state != "bad" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert found and found.state == "bad" and "stopped" in found.seen and f"kill -CONT {process.pid}" in found.todo
    assert locks.held(asked(home)).state == "ok"  # type: ignore[union-attr]


def test_what_killed_runs_left(home: Home) -> None:
    assert locks.leftovers(asked(home)).state == "ok"  # type: ignore[union-attr]
    (home.build / "candidate").mkdir()
    (home.releases / ".staging-r000002-1").mkdir()
    old = home.build / "rebuild-1"
    old.mkdir()
    os.utime(old, (0, 0))
    found = locks.leftovers(asked(home))
    assert found and found.state == "warn" and "build/candidate" in found.seen and "build/rebuild-1" in found.seen
    with holding(home.build / "candidate.lock"):  # a run is on its way: its candidate is no leftover
        assert "build/candidate," not in locks.leftovers(asked(home)).seen  # type: ignore[union-attr]


def test_secrets_that_are_none(monkeypatch: Patch, home: Home, toy: Path) -> None:
    for name in [n for n in os.environ if n.startswith("MTM_") and ("PASS" in n or "TOKEN" in n or "KEY" in n)]:
        monkeypatch.delenv(name)
    assert given.secrets(asked(home)).state == "ok"
    for value in ("", "  ", "changeme", "<token>", "your-token", "${TOKEN}", "xxxx"):
        monkeypatch.setenv("MTM_KOBO_TOKEN", value)
        found = given.secrets(asked(home))
        assert found.state == "bad" and "MTM_KOBO_TOKEN" in found.seen, value
        assert not value.strip() or value not in found.seen, "a secret is told"
    monkeypatch.setenv("MTM_KOBO_TOKEN", "k2f")
    assert given.secrets(asked(home)).state == "warn"
    monkeypatch.setenv("MTM_KOBO_TOKEN", "k2f9-really-long-4711")
    assert given.secrets(asked(home)).state == "ok"
    (toy / "sources.yml").write_text(
        "sources:\n- {name: k, url: 'kobo+https://kf.kobotoolbox.org/aB3dE5fG7hJ9kL1mN3pQ5r', enabled: true, secret_env: MTM_TOY_TOKEN}\n"
    )
    assert "MTM_TOY_TOKEN is not set" in given.secrets(asked(home)).seen


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("postgresql://u:changeme@h/d", True),
        ("postgresql://u:k2f9long@h/d", False),
        ("postgresql://u@h/d", False),
        ("test", True),
    ],
)
def test_placeholders_in_addresses(value: str, is_one: bool) -> None:
    assert given.is_placeholder(value) is is_one


def test_a_state_of_another_version(home: Home) -> None:
    assert kept.state(asked(home)).state == "ok"  # type: ignore[union-attr]
    journal.write_json(home.root / "state.json", {"version": 0, "written_by": "0"})
    assert kept.state(asked(home)).state == "warn"  # type: ignore[union-attr]
    journal.write_json(home.root / "state.json", {"version": 999, "written_by": "9"})
    (row,) = examine(asked(home), [Check("state", kept.state)])
    assert not row.ok and "newer" in row.seen


def test_backups_that_are_old_or_not_meant(monkeypatch: Patch, home: Home) -> None:
    monkeypatch.delenv("MTM_BACKUP_URL", raising=False)
    assert kept.backup(asked(home)).state == "ok"  # type: ignore[union-attr]
    (home.releases / "r000001").mkdir()
    home.current.symlink_to("releases/r000001")
    assert kept.backup(asked(home)).state == "warn"  # type: ignore[union-attr]
    monkeypatch.setenv("MTM_BACKUP_URL", "/nowhere")
    found = kept.backup(asked(home))
    assert found and found.state == "bad" and found.todo == "mtm backup"
    journal.write_json(home.root / "backup.json", {"at": "2020-01-01T00:00:00+00:00"})
    found = kept.backup(asked(home))
    assert found and found.state == "bad" and "2020-01-01" in found.seen


def test_alerts_that_reach_nobody(monkeypatch: Patch, home: Home) -> None:
    for name in [n for n in os.environ if n.startswith("MTM_ALERT")]:
        monkeypatch.delenv(name)
    assert kept.alerts(asked(home)).state == "warn"  # type: ignore[union-attr]
    monkeypatch.setenv("MTM_ALERT_WEBHOOK_URL", "http://elsewhere.example/x")  # no https
    (row,) = examine(asked(home), [Check("alerts", kept.alerts)])
    assert row.state == "bad"
    monkeypatch.setenv("MTM_ALERT_WEBHOOK_URL", "https://elsewhere.example/x")
    assert kept.alerts(asked(home)).state == "ok"  # type: ignore[union-attr]
    from warehouse.alerts.state import changing

    with changing(home) as state:
        state.line("webhook").failures, state.line("webhook").error = 3, "no answer"
    found = kept.alerts(asked(home))
    assert found and found.state == "bad" and "3 times: no answer" in found.seen
    (home.root / "alerts.yml").write_text("channels: 7\n")
    assert kept.alerts(asked(home)).state == "bad"  # type: ignore[union-attr]


def test_a_check_that_breaks_is_told_and_the_others_go_on(home: Home) -> None:
    def raises(error: Exception) -> Check:
        def look(_: Asked) -> None:
            raise error

        return Check("broken", look)

    errors = [ValueError("secret value"), PermissionError(13, "x", "/a/b"), MtmError("what", todo="do")]
    rows = examine(asked(home), [*map(raises, errors), Check("fine", lambda _: ok("well"))])
    assert [r.state for r in rows] == ["bad", "bad", "bad", "ok"] and "secret value" not in json.dumps(
        [r.as_dict() for r in rows]
    )
    assert "/a/b" in rows[1].seen and rows[2].todo == "do"


@pytest.mark.parametrize("what", ["none", "a file", "empty", "garbage"])
def test_a_broken_home_is_told_and_nothing_is_made(tmp_path: Path, monkeypatch: Patch, what: str) -> None:
    monkeypatch.setattr(machine, "packages", lambda _: ok("")), monkeypatch.chdir(tmp_path)
    root = tmp_path / "home"
    if what == "a file":
        root.touch()
    elif what != "none":
        root.mkdir()
    if what == "garbage":
        for name in ("published/flips.jsonl", "published/index.jsonl", "state.json", "backup.json", "alerts.yml", "vault/deliveries/x/y.json",
                     "published/releases/r000001/manifest.json", "alerts/state.json", "build/candidate.lock"):  # fmt: skip
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"\xff\x00{not json")
        (root / "published/current").symlink_to("releases/r000001")
    before = sorted(tmp_path.rglob("*"))
    rows = examine(Asked(Home(root)), [c for c in (*HERE, *ELSEWHERE) if c.name != "packages"])
    assert sorted(tmp_path.rglob("*")) == before and len(rows) > 8
    assert all(r.todo for r in rows if r.state != "ok")
    assert any(r.state == "bad" for r in rows) is (what in ("a file", "garbage")), [r for r in rows if not r.ok]


def test_a_home_that_may_not_be_looked_into_is_told_once(home: Home, monkeypatch: Patch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError(13, "x", str(home.vault))

    check = Check("locks", refuses)  # type: ignore[arg-type]
    assert [r.state for r in examine(asked(home), [check])] == ["bad"]
    monkeypatch.setattr("os.access", lambda path, _: path != home.root)
    assert [r.check for r in examine(asked(home), [Check("home", folders.writable), check])] == ["home"]
    assert "may not look into it" in folders.writable(asked(home)).seen and kept.alerts(asked(home)) is None
