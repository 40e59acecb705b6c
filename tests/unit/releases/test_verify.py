"""Verifying: every kind of harm to a release is found, told in one line, with the command that repoints; and rolling back."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests.unit.releases.made import published
from warehouse.cli import cli
from warehouse.errors import MtmError, UsageError
from warehouse.releases import index
from warehouse.releases import verify as verifying
from warehouse.releases.contents import hashed_all
from warehouse.releases.integrity import problems
from warehouse.releases.manifest import current_id, latest_id, load_manifest, release_named
from warehouse.releases.structure import structure_problems
from warehouse.releases.verify import promote, rollback, verify, verify_all
from warehouse.settings import Home


def opened_up(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def flipped_bit(folder: Path) -> None:
    data = bytearray((folder / "mtm.duckdb").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "mtm.duckdb").write_bytes(data)


def altered_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("2026-01-03", "2026-01-04"))


def hidden_alteration(folder: Path) -> None:
    """A file and the manifest's hash of it, both."""
    (folder / "NOTES.md").write_text("all is well")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["NOTES.md"] = hashed_all(folder, [folder / "NOTES.md"])["NOTES.md"]
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))


def link_for_a_file(folder: Path) -> None:
    path = folder / "verdict.json"
    path.rename(folder.parent.parent / "elsewhere.json")
    path.symlink_to(folder.parent.parent / "elsewhere.json")


HARM: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a bit flipped": (flipped_bit, "mtm.duckdb is altered"),
    "truncated": (lambda f: (f / "mtm.duckdb").write_bytes((f / "mtm.duckdb").read_bytes()[:-4096]), "mtm.duckdb is altered"),
    "a file gone": (lambda f: (f / "parquet" / "mart_plain.parquet").unlink(), "parquet/mart_plain.parquet is missing"),
    "a stray wal": (lambda f: (f / "mtm.duckdb.wal").write_bytes(b"x"), "mtm.duckdb.wal does not belong"),
    "a stray folder": (lambda f: (f / "more").mkdir(), "more does not belong"),
    "a link": (link_for_a_file, "verdict.json is a link"),
    "the manifest altered": (altered_manifest, "manifest.json is altered"),
    "the manifest cut off": (lambda f: (f / "manifest.json").write_text("{"), "manifest.json is altered"),
    "file and manifest altered": (hidden_alteration, "manifest.json is altered"),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("quick", [True, False])
def test_harm_is_found_and_the_command_that_repoints_is_named(three: Home, harm: str, quick: bool) -> None:
    folder = three.releases / "r000003"
    opened_up(folder)
    HARM[harm][0](folder)
    with pytest.raises(MtmError) as found:
        verify(three, quick=quick)
    assert HARM[harm][1] in found.value.what and found.value.code == "tampered"
    assert found.value.todo == "mtm rollback r000002" and found.value.exit_code == 1
    with pytest.raises(MtmError):
        rollback(three, "r000002")["current"] and rollback(three, "r000003")
    assert current_id(three) == "r000002" and verify(three)["ok"]
    answers = {a["release_id"]: a["ok"] for a in verify_all(three)}
    assert answers == {"r000001": True, "r000002": True, "r000003": False}
    with pytest.raises(MtmError, match="nothing for readers, r000002 is served and whole"):
        verify(three, "r000003")


def test_the_release_named_is_itself_whole(three: Home) -> None:
    for name in ("r000003", "r000002"):
        opened_up(three.releases / name)
        flipped_bit(three.releases / name)
    with pytest.raises(MtmError, match="mtm rollback r000001"):
        verify(three)
    shutil.rmtree(three.releases / "r000002")
    opened_up(three.releases / "r000001")
    flipped_bit(three.releases / "r000001")
    with pytest.raises(MtmError, match="restore it from a backup: no other release is whole"):
        verify(three)


def test_what_can_be_written_is_told_and_mended_by_serving_it_again(three: Home) -> None:
    opened_up(three.releases / "r000002")
    with pytest.raises(MtmError) as found:
        verify(three, "r000002")
    assert found.value.code == "writable" and "can be written" in found.value.what and "chmod" in found.value.todo
    rollback(three, "r000002")
    assert verify(three)["ok"]


def spoil_database(sql: str) -> Callable[[Path], Any]:
    def spoil(folder: Path) -> None:
        with duckdb.connect(str(folder / "mtm.duckdb")) as con:
            con.execute(sql)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(spoil_database("UPDATE marts.mart_plain SET b = 'other' WHERE a = 1"), "mart_plain: its rows are not those of the manifest"),
     (spoil_database("INSERT INTO marts.mart_plain VALUES (3, 'z')"), "mart_plain: 3 rows, 2 in the manifest"),
     (spoil_database("ALTER TABLE marts.mart_plain ADD COLUMN c INTEGER"), "mart_plain: its columns are not those"),
     (spoil_database("DROP TABLE marts.mart_plain"), "mart_plain is missing in the database"),
     (spoil_database("CREATE TABLE main.other (a INTEGER)"), "main.other does not belong to the database"),
     (spoil_database("CREATE VIEW marts.mart_view AS SELECT 1 AS a"), "marts.mart_view does not belong"),
     (spoil_database("CREATE OR REPLACE TABLE marts.mart_releases AS FROM marts.mart_releases"), "mart_releases: its key are not those"),
     (spoil_database("CREATE OR REPLACE TABLE marts.mart_population AS FROM marts.mart_population"), "mart_population: its foreign keys are not those"),
     (spoil_database("UPDATE marts.mart_releases SET release_id = 'r9'"), "mart_releases: Parquet and database differ"),
     (lambda f: shutil.copyfile(f / "parquet" / "mart_releases.parquet", f / "parquet" / "dim_round.parquet"), "dim_round"),
     (lambda f: (f / "mtm.duckdb").write_bytes(b"no database"), "can't be read")],
)  # fmt: skip
def test_a_database_that_does_not_hold_what_its_manifest_says(
    three: Home, spoil: Callable[[Path], Any], told: str
) -> None:
    """Also where whoever altered it altered all hashes too."""
    folder = three.releases / "r000003"
    opened_up(folder)
    spoil(folder)
    assert any(told in line for line in structure_problems(three, load_manifest(three)))


def test_a_full_disk_says_nothing_of_a_release(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a whole release would be called damaged, and another one served in its place."""

    def full(*_: object) -> str:
        raise duckdb.IOException("Could not write file: No space left on device")

    monkeypatch.setattr("warehouse.releases.structure.mart_hash", full)
    with pytest.raises(MtmError, match="the disk is full") as told:
        structure_problems(three, load_manifest(three))
    assert told.value.code == "disk_full"


def test_rolling_back_takes_less_than_a_second_and_forward_again_works(three: Home) -> None:
    (three.published / "tags.json").write_text('{"first": "r000001"}')
    started = time.perf_counter()
    assert rollback(three, "first") == {"before": "r000003", "current": "r000001", "unhashed": []}
    assert time.perf_counter() - started < 1
    assert rollback(three, "latest-candidate")["current"] == "r000003"
    with pytest.raises(UsageError, match="is current already"):
        rollback(three, "current")


def test_of_what_is_too_large_to_hash_at_once_the_size_counts(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "QUICK_BYTES", 100_000)
    assert rollback(three, "r000001")["unhashed"] == ["mtm.duckdb"]
    folder = three.releases / "r000002"
    opened_up(folder)
    (folder / "mtm.duckdb").write_bytes(b"short")
    with pytest.raises(MtmError, match=r"mtm\.duckdb is altered"):
        rollback(three, "r000002")


def test_what_was_held_back_is_promoted_and_only_on_what_it_was_built_on(three: Home) -> None:
    held = published(three, {"A": 40, "B": 100}, hold=True)
    assert (held.release_id, current_id(three), latest_id(three)) == ("r000004", "r000003", "r000004")
    rows = {r["release_id"]: r["channel"] for r in _json(three, "releases")}
    assert rows == {"r000001": "", "r000002": "", "r000003": "served", "r000004": "held back"}
    assert _json(three, "query", "--release", "latest-candidate", "SELECT count(*) AS n FROM dim_round") == [{"n": 1}]
    other = published(three, {"A": 50, "B": 100}, hold=True)
    assert promote(three)["current"] == other.release_id == "r000005"
    with pytest.raises(UsageError) as stale:
        promote(three, "r000004")
    assert stale.value.code == "stale_candidate" and "mtm run toy-baseline-r01" in stale.value.todo
    with pytest.raises(UsageError, match="is current already"):
        promote(three)
    rollback(three, "r000003")
    assert latest_id(three) == "r000005"  # a rollback leaves the channel
    assert {r["release_id"]: r["is_held"] for r in _json(three, "releases")}["r000005"] is False  # it was served
    assert {r["release_id"]: r["is_held"] for r in _json(three, "releases")}["r000004"] is True


def test_the_same_candidate_without_holding_it_back_is_served_as_it_waits(three: Home) -> None:
    published(three, {"A": 40, "B": 100}, hold=True)
    assert published(three, {"A": 40, "B": 100}).release_id == current_id(three) == "r000004"
    assert index.written(three)["r000004"]["held"] is False


def test_a_damaged_manifest_stops_no_list(three: Home) -> None:
    opened_up(three.releases / "r000002")
    (three.releases / "r000002" / "manifest.json").write_text("[]")
    assert [r["channel"] for r in _json(three, "releases")] == ["", "DAMAGED: mtm verify", "served"]
    with pytest.raises(MtmError) as damaged:
        load_manifest(three, "r000002")
    assert damaged.value.code == "manifest_damaged"
    assert published(three, {"A": 40, "B": 100}).release_id == "r000004"


def test_names_that_are_no_release(three: Home) -> None:
    for name in ("r000009", "nothing", "../r000001", ".", "", "r000001/", ".staging-r000001-1"):
        with pytest.raises(UsageError) as unknown:
            release_named(three, name)
        assert unknown.value.code == "unknown_release"
    assert problems(three, "r000009") == ["its folder is missing"]


def _json(home: Home, *words: str) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"], env={"MTM_HOME": str(home.root)})
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
