"""Tags, and removing old releases: what is kept and why, harm that a crash could do, and what history says afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime

import pytest
from click.testing import CliRunner, Result

from tests.unit.releases.made import candidate, published, verdict_on
from warehouse.cli import cli
from warehouse.errors import MtmError, UsageError
from warehouse.releases import gc, index
from warehouse.releases.flips import served_on
from warehouse.releases.gc import collect, keep_setting
from warehouse.releases.manifest import current_id, load_manifest, release_ids
from warehouse.releases.pointer import flip
from warehouse.releases.query import asked_release
from warehouse.releases.tags import add_tag, remove_tag, tags, tags_of
from warehouse.releases.verify import rollback, verify
from warehouse.settings import Home


def mtm(home: Home, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), env={"MTM_HOME": str(home.root)})


def test_a_tag_names_a_release_everywhere_one_is_asked_for(three: Home) -> None:
    assert json.loads(mtm(three, "tag", "r000002", "annual-2025", "--json").stdout) == {
        "release_id": "r000002",
        "tags": ["annual-2025"],
    }
    assert load_manifest(three, "annual-2025").release_id == "r000002"
    asked = asked_release(three, "annual-2025", None)
    assert asked is not None and asked.release_id == "r000002"
    assert json.loads(mtm(three, "verify", "annual-2025", "--json").stdout)["release_id"] == "r000002"
    assert json.loads(mtm(three, "show", "annual-2025", "--json").stdout)["tags"] == ["annual-2025"]
    assert json.loads(mtm(three, "diff", "annual-2025", "current", "--json").stdout)["people_moved"] == 10
    assert mtm(three, "tag", "annual-2025", "second-name").exit_code == 0
    assert tags_of(three, "r000002") == ["annual-2025", "second-name"]
    assert mtm(three, "tag", "r000002", "annual-2025", "--remove").exit_code == 0
    assert tags(three) == {"second-name": "r000002"}


@pytest.mark.parametrize(
    "name",
    ["", "r000001", "r7", "current", "latest-candidate", "a b", "../x", "-x", "отчёт", "x" * 65, "a/b", ".x", "a\n"],
)
def test_what_can_not_be_a_tag(three: Home, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        add_tag(three, "r000001", name)
    assert refused.value.code == "bad_tag" and tags(three) == {}


def test_a_tag_is_not_moved_in_silence_and_not_forgotten(three: Home) -> None:
    add_tag(three, "r000001", "v1")
    add_tag(three, "r000001", "v1")
    with pytest.raises(UsageError) as taken:
        add_tag(three, "r000002", "v1")
    assert taken.value.code == "tag_taken"
    with pytest.raises(UsageError, match="r000002 has no tag"):
        remove_tag(three, "r000002", "v1")
    (three.published / "tags.json").write_text('{"v1": ')
    with pytest.raises(MtmError) as damaged:
        collect(three, 1)
    assert damaged.value.code == "tags_damaged" and release_ids(three) == ["r000001", "r000002", "r000003"]


def test_the_last_ones_the_tagged_and_the_channels_are_kept(five: Home) -> None:
    add_tag(five, "r000001", "v1")
    done = collect(five, 1)
    assert done.removed == ["r000002", "r000003"] and release_ids(five) == ["r000001", "r000004", "r000005"]
    assert done.kept == {"r000001": ["tagged v1"], "r000004": ["the current one was built on it"],
                         "r000005": ["one of the last 1", "current", "latest-candidate"]}  # fmt: skip
    assert sorted(p.name for p in (five.build / "databases").iterdir()) == [
        "r000001.duckdb",
        "r000004.duckdb",
        "r000005.duckdb",
    ]
    assert done.bytes > 0 and collect(five, 1).removed == [] and verify(five)["ok"]
    assert published(five, {"A": 60, "B": 100}).release_id == "r000006"


def test_after_a_rollback_the_newest_and_what_is_served_are_kept(five: Home) -> None:
    rollback(five, "r000002")
    assert collect(five, 1).removed == ["r000003", "r000004"]
    assert (release_ids(five), current_id(five)) == (["r000001", "r000002", "r000005"], "r000002")


def test_a_dry_run_removes_nothing_and_says_the_same(five: Home) -> None:
    told = json.loads(mtm(five, "gc", "--keep", "1", "--dry-run", "--json").stdout)
    assert release_ids(five) == ["r000001", "r000002", "r000003", "r000004", "r000005"] and not index.removed(five)
    done = json.loads(mtm(five, "gc", "--keep", "1", "--json").stdout)
    assert {**told, "dry_run": False} == done and done["removed"] == ["r000001", "r000002", "r000003"]


READER = "import os, sys, time; f = open(sys.argv[1], 'rb'); print('open', flush=True); time.sleep(60)"
MAPPER = "import mmap, sys, time; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); f.close(); print('open', flush=True); time.sleep(60)"
STANDER = "import os, sys, time; os.chdir(os.path.dirname(sys.argv[1])); print('open', flush=True); time.sleep(60)"


@pytest.mark.parametrize("reads", [READER, MAPPER, STANDER])
def test_what_a_process_has_open_is_kept_until_it_ends(five: Home, reads: str) -> None:
    """F10: a long reader keeps its release."""
    path = five.releases / "r000002" / "mtm.duckdb"
    with subprocess.Popen([sys.executable, "-c", reads, str(path)], stdout=subprocess.PIPE) as reader:
        assert reader.stdout and reader.stdout.readline() == b"open\n"
        try:
            done = collect(five, 1)
        finally:
            reader.terminate()
    assert done.kept["r000002"] == [f"open in process {reader.pid}"] and "r000001" in done.removed
    assert collect(five, 1).removed == ["r000002"]


@pytest.mark.parametrize("dies_at", ["record_removed", "rename", "erase"])
def test_a_crash_in_the_middle_does_no_harm_and_the_next_one_ends_it(five: Home, dies_at: str) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    where = {"record_removed": "warehouse.releases.gc.record_removed", "rename": "warehouse.releases.gc.os.rename",
             "erase": "warehouse.releases.staging.shutil.rmtree"}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(where[dies_at], dies)
        collect(five, 1)
    assert current_id(five) == "r000005" and all(verify(five, i)["ok"] for i in release_ids(five))
    collect(five, 1)
    assert release_ids(five) == ["r000004", "r000005"] and sorted(index.removed(five)) == [
        "r000001",
        "r000002",
        "r000003",
    ]
    assert [p.name for p in five.releases.iterdir() if p.name.startswith(".")] == []


def test_ids_never_go_back_also_where_the_highest_are_gone(five: Home) -> None:
    rollback(five, "r000001")
    five.latest_candidate.unlink()
    os.rename(five.releases / "r000005", five.root / "elsewhere")
    assert index.next_id(five) == "r000006"
    (five.published / "flips.jsonl").unlink()
    assert index.next_id(five) == "r000006"


def test_history_says_that_a_release_is_gone(five: Home) -> None:
    collect(five, 1)
    with pytest.raises(UsageError) as gone:
        asked_release(five, None, "2026-01-02")
    assert gone.value.code == "release_removed" and "r000002, published 2026-01-02" in gone.value.what
    asked = asked_release(five, None, "9999-12-31")
    assert asked is not None and asked.release_id == "r000005"
    with pytest.raises(UsageError, match="was removed on"):
        rollback(five, "r000001")
    assert [r["release_id"] for r in load_manifest(five).history] == [
        "r000001",
        "r000002",
        "r000003",
        "r000004",
        "r000005",
    ]
    listed = json.loads(mtm(five, "releases", "--all", "--json").stdout)
    assert [(r["release_id"], "removed_at" in r) for r in listed] == [
        ("r000001", True), ("r000002", True), ("r000003", True), ("r000004", False), ("r000005", False)
    ]  # fmt: skip
    assert len(json.loads(mtm(five, "releases", "--json").stdout)) == 2


def test_a_log_that_begins_with_a_release_that_is_gone_still_answers(five: Home) -> None:
    path = five.published / "flips.jsonl"
    path.write_text(
        "".join(path.read_text().splitlines(keepends=True)[3:])
    )  # the first line left: r000004 after r000003
    collect(five, 1)
    assert served_on(five, datetime(2026, 1, 2, 9)) == "r000001"


def test_what_rests_on_removed_releases_only_goes_with_them(five: Home) -> None:
    gone = load_manifest(five, "r000001").rounds[0].normalized_id
    stays = load_manifest(five).rounds[0].normalized_id
    (five.releases / ".staging-r000009-1").mkdir()
    (five.build / "candidate").mkdir()
    done = collect(five, 1)
    left = {
        p.relative_to(five.root).as_posix()
        for p in [*five.normalized.glob("*/*"), *five.verdicts.glob("*/*"), *five.gate_docs.glob("*/*")]
    }
    assert not [p for p in left if gone in p] and len([p for p in left if stays in p]) == 3
    assert {"published/releases/.staging-r000009-1", "build/candidate"} <= set(done.files)
    assert not (five.build / "candidate").exists()


HOLDER = """import sys
from pathlib import Path
from warehouse.releases import lock
lock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()"""


def test_it_waits_for_a_publish(five: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    acquire = gc.lock.acquire
    monkeypatch.setattr(gc.lock, "acquire", lambda path: acquire(path, wait=0.1))
    command = [sys.executable, "-c", HOLDER, str(five.build / "candidate.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as builder:
        assert builder.stdout and builder.stdout.readline() == b"held\n"
        with pytest.raises(MtmError) as waits:
            collect(five, 1)
        builder.terminate()
    assert waits.value.code == "locked" and len(release_ids(five)) == 5
    collect(five, 1)
    assert len(release_ids(five)) == 2


@pytest.mark.parametrize(("text", "keep"), [("", 10), ("3", 3), ("0", None), ("many", None), ("-1", None)])
def test_the_setting(monkeypatch: pytest.MonkeyPatch, text: str, keep: int | None) -> None:
    monkeypatch.setenv("MTM_KEEP_RELEASES", text)
    if keep is None:
        with pytest.raises(UsageError, match="1 or more"):
            keep_setting()
    else:
        assert keep_setting() == keep


def test_a_release_that_was_removed_while_one_rolled_back_to_it(five: Home) -> None:
    made = candidate(five, {"A": 60, "B": 100})
    verdict_on(made)
    collect(five, 1)
    with pytest.raises(MtmError):
        flip(five, "r000001", "r000005")
    assert current_id(five) == "r000005"
