"""`mtm doctor` on releases, operations' files, retention, due rounds, Chromium: each holds, and each is made to fail."""

from __future__ import annotations

import os
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from tests.toy import write_toy
from tests.unit.releases.made import candidate, verdict_on
from warehouse.doctor import published
from warehouse.doctor.model import Asked, Check, Found, Row, examine
from warehouse.due import Due
from warehouse.releases.publish import publish
from warehouse.releases.staging import thaw
from warehouse.settings import Home


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("two") / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(home.root.parent).parent))
        for people in (10, 20):
            one = candidate(home, {"A": people, "B": 100})
            publish(home, one, verdict_on(one))
    return home


@pytest.fixture
def released(two: Home, tmp_path: Path) -> Home:
    shutil.copytree(two.root, tmp_path / "released", symlinks=True)
    return Home(tmp_path / "released")


def served(home: Home) -> Row:
    (row,) = examine(Asked(home), [Check("served", published.served)])
    return row


def look(found: Found | None) -> str:
    assert found
    return found.state


def test_the_served_release_is_whole(released: Home) -> None:
    assert served(released).state == "ok" and "files as published" in served(released).seen
    assert look(published.others(Asked(released))) == "ok"


def test_the_served_release_was_altered(released: Home) -> None:
    path = next((released.releases / "r000002").rglob("mtm.duckdb"))
    path.chmod(0o644)
    row = served(released)
    assert row.state == "bad" and "can be written" in row.seen and "chmod -R a-w" in row.todo
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    row = served(released)
    assert row.state == "bad" and "mtm.duckdb is altered" in row.seen and "mtm rollback r000001" in row.todo


def test_the_served_release_was_written_to_since(released: Home) -> None:
    path = next((released.releases / "r000002").rglob("mtm.duckdb"))
    os.utime(path, (time.time() + 7200, time.time() + 7200))  # the same bytes, and somebody had it open to write
    row = served(released)
    assert row.state == "warn" and "mtm.duckdb was written to" in row.seen
    os.utime(path, (0, 0))
    os.utime(released.releases / "r000002", (time.time() + 7200, time.time() + 7200))  # a file came and went
    assert "its folder was written to" in served(released).seen


def test_nothing_or_something_that_is_gone_is_served(released: Home) -> None:
    released.current.unlink()
    assert served(released).state == "bad" and "mtm rollback r000002" in served(released).todo
    released.current.symlink_to("releases/r000009")
    row = served(released)
    assert row.state == "bad" and row.todo


def test_an_older_release_is_damaged(released: Home) -> None:
    thaw(released.releases / "r000001")
    next((released.releases / "r000001").rglob("mtm.duckdb")).unlink()
    found = published.others(Asked(released))
    assert found and found.state == "warn" and "r000001: " in found.seen and "mtm.duckdb is missing" in found.seen


def test_operations_that_can_t_be_used(home: Home, toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(published.operations(Asked(home))) == "ok"
    (toy / "codebooks" / "baseline.yml").write_text("codebook: [")
    assert look(published.operations(Asked(home))) == "bad"
    monkeypatch.setenv("MTM_OPERATIONS", str(toy / "nowhere"))
    assert look(published.operations(Asked(home))) == "bad"


def test_raw_files_past_their_retention(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(published.retention(Asked(home))) == "ok"
    monkeypatch.setattr("warehouse.personal.purge.due", lambda _: ["one"])
    found = published.retention(Asked(home))
    assert found and found.state == "bad" and found.todo == "mtm purge --expired"


def test_rounds_that_are_late(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.due.due_rounds", lambda _: [])
    assert look(published.due_rounds(Asked(home))) == "ok"
    late = [Due(f"toy-baseline-r{n:02d}", date(2026, 1, 1), "late", 9, "text") for n in range(1, 7)]
    monkeypatch.setattr("warehouse.due.due_rounds", lambda _: late)
    found = published.due_rounds(Asked(home))
    assert found and found.state == "warn" and "toy-baseline-r01 (9 days)" in found.seen and "and 2 more" in found.seen


def test_no_chromium(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTM_CHROMIUM", "/no/such/program")
    assert published.chromium(Asked(home)).state == "bad"
    monkeypatch.delenv("MTM_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert published.chromium(Asked(home)).state == "warn"
    (tmp_path / "chromium").touch(0o755)
    assert published.chromium(Asked(home)).state == "ok"
