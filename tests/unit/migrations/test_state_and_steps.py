"""The version of a home's state: what is refused, what is migrated, and that a step may be killed anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.backup.small import small_home
from warehouse.cli import cli
from warehouse.errors import MtmError
from warehouse.migrations import m0001_private_folders, steps
from warehouse.migrations.state import VERSION, version_of
from warehouse.migrations.steps import migrate
from warehouse.releases.flips import ever_served, flips
from warehouse.releases.index import written
from warehouse.releases.manifest import release_ids
from warehouse.settings import Home


def files(root: Path) -> dict[str, bytes]:
    found = [p for p in sorted(root.rglob("*")) if p.is_file() and not p.is_symlink() and not p.name.endswith("lock")]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


@pytest.fixture
def before(tmp_path: Path) -> Home:
    """A home of before versions: microdata in the open, no logs beside the releases."""
    home = small_home(tmp_path / "home")
    home.normalized.rename(home.root / "normalized")
    home.corrections.rmdir()
    (home.vault / "received").rename(home.inbox / "received")
    for name in ("state.json", "published/index.jsonl"):
        (home.root / name).unlink()
    return home


def test_a_new_home_has_the_version_of_the_program(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    assert version_of(home.root) is None
    home.ensure()
    assert json.loads((home.root / "state.json").read_text())["version"] == VERSION == max(steps.STEPS)
    assert sorted(steps.STEPS) == list(range(1, VERSION + 1))


def test_a_newer_state_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    (home.root / "state.json").write_text(json.dumps({"version": VERSION + 1, "written_by": "9.9"}))
    was = files(home.root)
    with pytest.raises(MtmError) as refused:
        home.ensure()
    assert refused.value.code == "state_is_newer" and "9.9" in refused.value.todo
    for words in (
        ["status"],
        ["query", "SELECT 1"],
        ["run"],
        ["rollback", "r000001"],
        ["gc"],
        ["backup", str(tmp_path / "b")],
        ["migrate"],
        ["purge", "--expired"],
    ):
        done = CliRunner().invoke(cli, words, env={"MTM_HOME": str(home.root)})
        assert isinstance(done.exception, MtmError) and done.exception.code == "state_is_newer", (words, done.output)
    assert files(home.root) == was and not (tmp_path / "b").exists()
    assert CliRunner().invoke(cli, ["help"], env={"MTM_HOME": str(home.root)}).exit_code == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "two"}', '{"version": -1}'])
def test_a_version_that_can_not_be_read_is_no_version(text: str, tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    (home.root / "state.json").write_text(text)
    with pytest.raises(MtmError) as refused:
        home.ensure()
    assert refused.value.code == "state_damaged"


def test_a_home_of_before_is_migrated_by_itself(before: Home) -> None:
    was = sorted(files(before.root).values())
    told = migrate(before.root, dry_run=True)
    assert [s.number for s in told] == [1, 2] and version_of(before.root) == 0
    before.ensure()
    assert version_of(before.root) == VERSION and migrate(before.root) == []
    assert (before.normalized / "toy-baseline-r01").is_dir() and (before.vault / "received/round1.csv").is_file()
    assert not (before.root / "normalized").exists() and not (before.inbox / "received").exists()
    assert before.normalized.stat().st_mode & 0o777 == 0o700
    assert set(written(before)) == {"r000001"} and [f.release_id for f in flips(before)] == ["r000001"]
    now = files(before.root)
    assert (
        sorted(v for n, v in now.items() if n not in ("state.json", "published/index.jsonl", "published/flips.jsonl"))
        == was
    )


def test_what_was_rolled_back_stays_withdrawn(before: Home) -> None:
    from tests.unit.backup.small import publish

    publish(before, 2, "b" * 64, served=False)
    (before.published / "index.jsonl").unlink()
    served = ever_served(before)
    before.ensure()
    assert ever_served(before) == served == {"r000001", "r000002"}
    assert [f.release_id for f in flips(before)] == ["r000001", "r000002", "r000001"]


def test_the_index_does_not_vouch_for_a_release_that_is_not_whole(before: Home) -> None:
    mart = before.releases / "r000001/mart.parquet"
    mart.chmod(0o644)
    mart.write_bytes(b"cut")
    assert any("is not noted" in line for step in migrate(before.root) for line in step.done)
    assert written(before) == {} and release_ids(before) == ["r000001"]


def test_a_migration_that_is_killed_at_any_call_is_taken_up(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def deadly(work: Callable[..., Any], counter: list[int], at: int) -> Callable[..., Any]:
        def called(*words: Any, **named: Any) -> Any:
            counter[0] += 1
            if counter[0] == at:
                raise Killed
            return work(*words, **named)

        return called

    at, wanted = 1, None
    while True:
        home = small_home(tmp_path / f"home-{at}")
        home.normalized.rename(home.root / "normalized")
        (home.root / "state.json").unlink()
        (home.published / "index.jsonl").unlink()
        with pytest.MonkeyPatch.context() as patch:
            counter = [0]
            for owner, name in (
                (os, "replace"),
                (os, "fsync"),
                (os, "write"),
                (Path, "rename"),
                (Path, "mkdir"),
                (Path, "write_text"),
            ):
                patch.setattr(owner, name, deadly(getattr(owner, name), counter, at))
            try:
                migrate(home.root)
                is_done = True
            except Killed:
                is_done = False
        home.ensure()
        found = {n for n in files(home.root) if "/." not in n and not n.startswith(".")}
        wanted = wanted or found
        assert found == wanted and set(written(home)) == {"r000001"} and len(flips(home)) == 1
        if is_done:
            break
        at += 1
    assert at > 8


def test_tables_of_two_places_are_put_together_and_none_is_lost(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    old = home.root / "normalized/toy-baseline-r02/n9/answer.parquet"
    same = home.root / "normalized/toy-baseline-r01/n1/rejected.parquet"
    for path in (old, same):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"older")
    assert m0001_private_folders.apply(home.root, dry_run=False)
    assert (home.normalized / "toy-baseline-r02/n9/answer.parquet").read_bytes() == b"older"
    assert (
        same.read_bytes() == b"older"
        and (home.normalized / "toy-baseline-r01/n1/rejected.parquet").read_bytes() != b"older"
    )


def test_a_step_that_changes_what_is_kept_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = small_home(tmp_path / "home")
    done: list[Path] = []

    def apply(root: Path, *, dry_run: bool) -> list[str]:
        done.extend([] if dry_run else [root])
        return ["something"]

    monkeypatch.setitem(
        steps.STEPS, VERSION + 1, SimpleNamespace(TITLE="rewrites the ledger", AUTOMATIC=False, apply=apply)
    )
    monkeypatch.setattr(steps, "VERSION", VERSION + 1)
    monkeypatch.setattr("warehouse.migrations.state.VERSION", VERSION + 1)
    with pytest.raises(MtmError) as asked:
        home.ensure()
    assert asked.value.code == "state_is_older" and "mtm backup" in asked.value.todo and not done
    dry = json.loads(
        CliRunner().invoke(cli, ["migrate", "--dry-run", "--json"], env={"MTM_HOME": str(home.root)}).stdout
    )
    assert [s["done"] for s in dry["steps"]] == [["something"]] and not done
    told = json.loads(CliRunner().invoke(cli, ["migrate", "--json"], env={"MTM_HOME": str(home.root)}).stdout)
    assert told["before"] == VERSION and done == [home.root] and home.ensure()
