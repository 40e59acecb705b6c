"""Publishing: what is in a release, and what is served when any step fails, a process dies, or two publish at once."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.releases.made import candidate, published, verdict_on
from warehouse.deliveries.disk import file_hash
from warehouse.errors import GateRefused, MtmError
from warehouse.releases import index, pointer
from warehouse.releases import publish as publishing
from warehouse.releases.flips import flips
from warehouse.releases.integrity import problems
from warehouse.releases.manifest import current_id, latest_id, load_manifest, number_of, read_manifest, release_ids
from warehouse.releases.pointer import flip
from warehouse.releases.publish import publish
from warehouse.releases.structure import structure_problems
from warehouse.releases.verdict import verdict_path
from warehouse.settings import Home


def served(home: Home) -> int:
    with duckdb.connect(str(home.current / "mtm.duckdb"), read_only=True) as con:
        return int(con.execute("SELECT individuals FROM marts.mart_population WHERE place_level = 0").fetchall()[0][0])


def leftovers(home: Home) -> list[str]:
    names = [p.name for p in [*home.releases.iterdir(), *home.published.iterdir()]]
    return [n for n in names if n.startswith((".staging", ".trash", ".current", ".latest"))]


def test_a_release_is_whole_frozen_and_noted(line: Home) -> None:
    waiver = {
        "id": "w1",
        "round_key": "toy-baseline-r01",
        "finding": "looks_odd",
        "reason": "seen",
        "owner": "X",
        "expires": "2027-01-01",
    }
    docs = line.gate_docs / "toy-baseline-r01"
    made = candidate(line, {"A": 10, "B": 20})
    (docs / made.normalized.normalized_id).mkdir(parents=True)
    (docs / made.normalized.normalized_id / "index.html").write_text("<html></html>")
    (docs / made.normalized.normalized_id / "out").symlink_to("/etc/hostname")
    m = publish(line, made, verdict_on(made, waivers=[waiver]))
    folder = line.current.resolve()
    assert (m.release_id, current_id(line), latest_id(line)) == ("r000001", "r000001", "r000001")
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {"manifest.json", *m.files} and not (folder / "gate" / "out").exists()
    assert {
        "mtm.duckdb",
        "verdict.json",
        "gate/index.html",
        "NOTES.md",
        "NOTES.ru.md",
        "NOTES.ky.md",
        "parquet/mart_plain.parquet",
    } <= found
    assert {p.stat().st_mode & 0o777 for p in folder.rglob("*") if p.is_file()} == {0o444}
    assert {p.stat().st_mode & 0o777 for p in [folder, *folder.rglob("*")] if p.is_dir()} == {0o555}
    assert m.waivers == [waiver] and m.verdict["to_review"] == ["looks_odd"] and m.verdict["outcome"] == "passed"
    assert m.marts["mart_population"]["key"] == ["round_key", "place_code", "population_category", "sex", "age_group"]
    assert m.marts["mart_population"]["columns"]["individuals"] == "BIGINT"
    assert index.written(line)["r000001"]["manifest_sha256"] == file_hash(folder / "manifest.json")
    assert problems(line, "r000001") == [] == structure_problems(line, m) and leftovers(line) == []
    assert not (line.build / "candidate").exists()


def test_old_manifests_still_load(three: Home) -> None:
    path = three.releases / "r000002" / "manifest.json"
    data = json.loads(path.read_text())
    for name in ("verdict", "waivers", "personal_scan"):
        del data[name]
    path.chmod(0o644)
    path.write_text(json.dumps(data))
    assert read_manifest(path.parent).waivers == []


def test_nothing_is_published_without_the_stored_verdict(three: Home) -> None:
    for spoil in ("gone", "another", "refused", "other base"):
        made = candidate(three, {"A": 40, "B": 100})
        given = verdict_on(made)
        if spoil == "gone":
            verdict_path(three, given.round_key, given.normalized_id).unlink()
        elif spoil == "another":
            replace(given, gate="others").save(three)
        elif spoil == "refused":
            given = replace(given, outcome="refused")
            given.save(three)
        else:
            given = replace(given, base_release="r000001")
            given.save(three)
        with pytest.raises(GateRefused):
            publish(three, made, given)
        assert (current_id(three), release_ids(three)[-1], leftovers(three)) == ("r000003", "r000003", [])


def altered(folder: Path) -> None:
    (folder / "verdict.json").write_text("{}")


def another_row(folder: Path) -> None:
    with duckdb.connect(str(folder / "mtm.duckdb")) as con:
        con.execute("UPDATE marts.mart_plain SET b = 'y' WHERE a = 1")


def another_table(folder: Path) -> None:
    with duckdb.connect(str(folder / "mtm.duckdb")) as con:
        con.execute("CREATE SCHEMA other; CREATE TABLE other.people (name VARCHAR)")


def a_stray_file(folder: Path) -> None:
    (folder / "mtm.duckdb.wal").write_text("")


def one_parquet_for_another(folder: Path) -> None:
    (folder / "parquet" / "mart_plain.parquet").write_bytes((folder / "parquet" / "dim_round.parquet").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "after"),
    [(another_row, "write_serving"), (another_table, "write_serving"), (one_parquet_for_another, "write_serving"),
     (altered, "audit"), (a_stray_file, "audit"), (altered, "freeze"), (a_stray_file, "sync_tree")],
)  # fmt: skip
def test_what_changes_before_or_after_the_audit_is_found(
    three: Home, spoil: Callable[[Path], None], after: str
) -> None:
    """F13: whatever step it comes after, a file that is not what was built and audited publishes nothing."""
    true, made = getattr(publishing, after), candidate(three, {"A": 40, "B": 100})

    def then_spoilt(*arguments: Any) -> Any:
        answer = true(*arguments)
        for folder in three.releases.glob(".staging-*"):
            spoil(folder)
        return answer

    with pytest.MonkeyPatch.context() as patch, pytest.raises(MtmError) as refused:
        patch.setattr(publishing, after, then_spoilt)
        publish(three, made, verdict_on(made))
    assert refused.value.code == "audit_failed"
    assert (current_id(three), release_ids(three)[-1], leftovers(three), served(three)) == (
        "r000003",
        "r000003",
        [],
        130,
    )
    assert published(three, {"A": 40, "B": 100}).release_id == "r000004"


STEPS = [
    "write_serving",
    "write_notes",
    "sync_tree",
    "hashes",
    "audit",
    "freeze",
    "must_be_unchanged",
    "_name",
    "record_written",
    "advance",
    "serve",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("comes", ["before", "after"])
def test_a_disk_that_refuses_leaves_the_old_release_or_the_new_one(three: Home, step: str, comes: str) -> None:
    true, made = getattr(publishing, step), candidate(three, {"A": 40, "B": 100})

    def refuses(*arguments: Any, **more: Any) -> None:
        if comes == "after":
            true(*arguments, **more)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(MtmError) as failed:
        patch.setattr(publishing, step, refuses)
        publish(three, made, verdict_on(made))
    assert failed.value.code == "disk_full" and str(three.root) not in str(failed.value)
    now = "r000004" if (step, comes) == ("serve", "after") else "r000003"
    assert (current_id(three), leftovers(three), served(three)) == (now, [], 140 if now == "r000004" else 130)
    if now == "r000003":  # the next run needs no hand work, and takes what is whole as it is
        assert published(three, {"A": 40, "B": 100}).release_id == "r000004"
    assert served(three) == 140 and problems(three, "r000004") == []
    assert release_ids(three) == ["r000001", "r000002", "r000003", "r000004"]


def dies_after(home: Home, step: str) -> None:
    true = getattr(publishing, step)

    def dies(*arguments: Any, **more: Any) -> None:
        true(*arguments, **more)
        os._exit(9)

    setattr(publishing, step, dies)
    made = candidate(home, {"A": 40, "B": 100})
    publish(home, made, verdict_on(made))


def in_a_process(work: Callable[..., None], *arguments: object) -> int:
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode or 0


@pytest.mark.parametrize("step", ["sync_tree", "_name", "serve"])
def test_a_killed_run_is_taken_up_by_the_next(three: Home, step: str) -> None:
    """F5, F6: also between the rename and the flip; the whole release that waits is taken, under the same id."""
    assert in_a_process(dies_after, three, step) == 9
    assert current_id(three) == ("r000004" if step == "serve" else "r000003")
    assert bool(leftovers(three)) == (step == "sync_tree")
    if step != "serve":
        assert published(three, {"A": 40, "B": 100}).release_id == "r000004"
    assert served(three) == 140 and leftovers(three) == [] and problems(three, "r000004") == []
    assert published(three, {"A": 50, "B": 100}).release_id == "r000005"


def races(home: Home, name: str, people: int, start: Any, told: Any) -> None:
    made = candidate(home, {"A": people, "B": 100}, name=name)
    given = verdict_on(made)
    start.wait(30)
    try:
        told.put((publish(home, made, given).release_id, people))
    except MtmError as error:
        told.put((error.code, people))


def test_of_two_publishers_one_wins_and_the_other_does_no_damage(three: Home) -> None:
    """F8: two processes, both built on r000003, both about to write r000004."""
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(2), context.Queue()
    both = [context.Process(target=races, args=(three, f"candidate{n}", n, start, told)) for n in (41, 42)]
    for process in both:
        process.start()
    answers = dict(told.get(timeout=60) for _ in both)
    for process in both:
        process.join(30)
    assert sorted(answers) == ["lost_race", "r000004"]
    assert served(three) == answers["r000004"] + 100
    assert problems(three, "r000004") == [] == structure_problems(three, load_manifest(three))
    with duckdb.connect(str(three.build / "databases" / "r000004.duckdb"), read_only=True) as con:
        kept = con.execute("SELECT individuals FROM marts.mart_population WHERE place_level = 0").fetchall()
    assert kept == [(served(three),)]  # the next candidate's base is the winner's
    assert leftovers(three) == [] and [f.release_id for f in flips(three)] == release_ids(three)


def test_a_rollback_while_a_candidate_is_built_wins(three: Home) -> None:
    made = candidate(three, {"A": 40, "B": 100})
    given = verdict_on(made)
    flip(three, "r000001", "r000003")
    with pytest.raises(MtmError) as lost:
        publish(three, made, given)
    assert lost.value.code == "lost_race" and lost.value.todo.startswith("run again")
    assert (current_id(three), release_ids(three)[-1], leftovers(three)) == ("r000001", "r000003", [])
    again = published(three, {"A": 40, "B": 100})
    assert (again.release_id, again.parent, current_id(three)) == ("r000004", "r000001", "r000004")


def test_readers_never_see_a_release_go_back(three: Home) -> None:
    seen, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append((number_of(current_id(three) or ""), number_of(latest_id(three) or ""), served(three)))

    reader = threading.Thread(target=read)
    reader.start()
    for people in range(40, 44):
        published(three, {"A": people, "B": 100})
    stop.set()
    reader.join()
    assert seen == sorted(seen) and len(seen) > 4


def test_torn_links_are_swept_and_the_lock_is_waited_for(three: Home) -> None:
    (three.published / ".current.123").symlink_to("releases/r000001")
    (three.published / ".latest-candidate.9").symlink_to("releases/r000001")
    with pointer.pointer_lock(three):
        assert leftovers(three) == []
        with pytest.raises(MtmError, match="another process is moving"), pointer.pointer_lock(three, wait=0.1):
            raise AssertionError("two held the lock")


def test_a_release_that_is_not_whole_is_not_flipped_to(three: Home) -> None:
    folder = three.releases / "r000001"
    folder.chmod(0o755)
    (folder / "NOTES.md").unlink()
    with pytest.raises(MtmError) as refused:
        flip(three, "r000001", "r000003")
    assert refused.value.code == "tampered" and current_id(three) == "r000003"


def test_a_waiting_release_with_other_exceptions_is_not_taken(three: Home) -> None:
    flip(three, "r000002", "r000003")
    made = candidate(three, {"A": 30, "B": 100})
    given = verdict_on(made, waivers=[{"id": "w1"}])
    assert publish(three, made, given).release_id == "r000004"  # r000003 says nothing of w1
    flip(three, "r000002", "r000004")
    assert published(three, {"A": 30, "B": 100}).release_id == "r000003"
