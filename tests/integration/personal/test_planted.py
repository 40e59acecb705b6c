"""Planted people go through the whole line: a byte scan of everything outside of vault and build finds none of them."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from tests.integration.alerts import hooks
from tests.integration.personal.planted import MAILS, NUMBERS, PATTERNS, PEOPLE, PHONES, PLACES, leaks
from tests.toy import write_rows, write_toy
from warehouse.cli import cli
from warehouse.releases.manifest import current_id, load_manifest
from warehouse.settings import Home

pytestmark = pytest.mark.slow

ROUND = "toy-baseline-r01"
HEADER: list[object] = ["_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Contact phone", "Contact",
                        "remark", "Info"]  # fmt: skip


@dataclass
class Line:
    """A home and all that was printed on the way."""

    home: Home
    said: list[str] = field(default_factory=list)

    def mtm(self, *arguments: str, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, catch_exceptions=True)
        told = result.output + str(result.exception or "")
        assert result.exit_code == exit_code or getattr(result.exception, "exit_code", None) == exit_code, told
        self.said.append(told)
        return result


def rows(*, count: object = 121) -> list[list[object]]:
    """Identifiers where they are expected, in a column that is ignored, in free text, in a row that is rejected."""
    found: list[list[object]] = [HEADER]
    for i, phone in enumerate(PHONES):
        info = f"ask {PEOPLE[i]}" if i == 2 else "nothing to add"
        remark = f"{NUMBERS[i]} {MAILS[i]}" if i % 2 else f"house at {PLACES[i]}"
        people = count if i == 1 else 120 + i
        found.append(
            [f"u{i}", 1, f"Region {i % 2}", f"TOY0{i % 2}", f"District {i}", people, phone, PEOPLE[i], remark, info]
        )
    found.append(["u1", 1, "Region 1", "TOY01", PEOPLE[0], 7, PHONES[0], PEOPLE[0], MAILS[0], ""])  # says u1 twice
    return found


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Refused deliveries with people in every corner, then one that is published, then a second home with another key."""
    folder = tmp_path_factory.mktemp("planted")
    book = write_toy(folder) / "codebooks" / "baseline.yml"
    text = book.read_text(encoding="utf-8")
    contact = "      - {field: contact, labels: [Contact], column_class: identifier}\n    ignored"
    book.write_text(text.replace("    ignored", contact), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(folder / "operations"))
        patch.setenv("MTM_HOME", str(folder / "home"))
        patch.delenv("MTM_DEBUG", raising=False)
        yield Line(Home(folder / "home").ensure())


def test_people_in_every_corner_stop_the_round_and_leave_no_trace(line: Line) -> None:
    """A column under a harmless header, a sheet that nobody knows, headers, names of sheets and of the file."""
    table = rows(count=f"call {PHONES[1]}")
    table[0] = [*HEADER, "Value", f"Note {PHONES[3]}"]
    table = [table[0], *([*row, NUMBERS[i % 8], ""] for i, row in enumerate(table[1:]))]
    people = [["ФИО", "Note"], *([name, "x"] for name in PEOPLE)]
    name = f"round1 {PHONES[2].replace(' ', '')}.xlsx"
    path = write_rows(line.home.root.parent / name, table, f"data {MAILS[0]}"[:31], **{PEOPLE[1]: people})  # type: ignore[arg-type]
    line.mtm("receive", str(path))
    line.mtm("run", ROUND, exit_code=3)
    told = json.loads(line.mtm("findings", ROUND, "--json").output)
    blocked = {f["column_label"] for f in _findings(told) if f["code"] == "unknown_identifier_column"}
    assert {"column 11", "column 1"} <= blocked
    assert current_id(line.home) is None
    assert leaks(line.home.root) == {}


def test_alerts_tell_it_without_anybody(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """To every kind of channel, in every language; by looking, and by the end of the run."""
    from orchestration.instance import open_instance
    from orchestration.sensors.alerts import run_failed

    with hooks.serve() as hook:
        for kind in ("SLACK", "TEAMS", "WEBHOOK"):
            monkeypatch.setenv(f"MTM_ALERT_{kind}_URL", hook.url)
        (line.home.root / "alerts.yml").write_text(
            "channels: [{name: slack, language: ru}, {name: teams, language: ky}]\n"
        )
        line.mtm("alerts", "check")
        with open_instance(line.home) as instance:
            (run,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
            (entry,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
            told = run_failed(run, entry.get_dagster_event(), line.home)
    assert [a.outcome for a in told] == ["repeated"]  # it is the same refusal
    titles = "".join(hook.texts)
    for title in (
        "gate refused the delivery",
        "поставка не прошла проверку",
        "текшерүүдөн өткөн жок",
        "mtm findings toy-baseline-r01",
        "В столбце, которого нет в кодовой книге, похоже, стоят телефоны",
    ):
        assert title in titles, title
    assert not [value for value, pattern in PATTERNS if pattern in titles.encode()]
    assert leaks(line.home.alerts, leave=()) == {}
    line.mtm("alerts", "--json")


def test_a_published_round_holds_nobody(line: Line) -> None:
    path = write_rows(line.home.root.parent / "round1 clean.xlsx", rows()[:-1])
    line.mtm("receive", str(path))
    line.mtm("run", ROUND)
    assert current_id(line.home) == "r000001"
    assert leaks(line.home.root) == {}
    assert json.loads(line.mtm("scan", "--json").output)["ok"] is True
    assert leaks(line.home.root, leave=("vault",))  # the scanner of this test does see them where they may be


def test_nothing_was_printed_either(line: Line) -> None:
    line.mtm("status", "--json")
    assert not [value for value, pattern in PATTERNS for text in line.said if pattern in text.encode()]


def test_another_key_gives_the_same_content(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Home(line.home.root.parent / "other").ensure()
    monkeypatch.setenv("MTM_HOME", str(other.root))
    monkeypatch.setenv("MTM_KEY", "another secret")
    line.mtm("receive", str(line.home.root.parent / "round1 clean.xlsx"))
    line.mtm("run", ROUND)
    one, two = load_manifest(other).marts, load_manifest(line.home).marts
    # the number of the delivery stands in dim_round: here it is the first, there the second
    assert {name for name in one if one[name]["content_hash"] != two[name]["content_hash"]} <= {"dim_round"}


def test_a_value_that_got_out_is_found_wherever_it_is(line: Line) -> None:
    """In a log, backwards in Dagster's folder, as a hash in a file of the home."""
    for where, pattern in (
        ("logs/x.log", PHONES[0].encode()),
        ("dagster/y", PEOPLE[3][::-1].encode()),
        ("z.txt", sha1(NUMBERS[2].encode()).hexdigest().upper().encode()),
    ):
        path = line.home.root / where
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"some words " + pattern + b" and others")
        result = line.mtm("scan", "--json", exit_code=1)
        assert [place for place in json.loads(result.output.split("\nmtm")[0])["hits"] if place.startswith(where)]
        path.unlink()


def test_a_release_that_would_hold_a_value_is_not_published(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever let it through: here a file that is written beside the serving database tells a phone, packed."""
    from warehouse.releases import publish

    plain = publish.write_serving

    def leaky(build: Path, folder: Path, *more: Any) -> Any:
        (folder / "notes.gz").write_bytes(gzip.compress(f"call {PHONES[4]}".encode()))
        return plain(build, folder, *more)

    monkeypatch.setattr(publish, "write_serving", leaky)
    path = write_rows(line.home.root.parent / "round1 again.xlsx", rows(count=131)[:-1])
    line.mtm("receive", str(path))
    result = line.mtm("run", ROUND, "--json", exit_code=1)
    assert "personal_data_found" in result.output and "notes.gz unpacked: 1" in result.output
    assert current_id(line.home) == "r000001" and not list(line.home.releases.glob(".staging-*"))
    assert leaks(line.home.root) == {}


def test_a_purge_takes_everything_and_proves_it(line: Line) -> None:
    before = load_manifest(line.home)
    due = json.loads(line.mtm("purge", "--round", ROUND, "--dry-run", "--json").output)
    assert len(due) == 3
    stones = json.loads(line.mtm("purge", "--round", ROUND, "--json").output)
    assert all(s["done"] and s["proof"]["left"] == {} and s["proof"]["files"] > 10 for s in stones)
    assert max(s["proof"]["values"] for s in stones) >= 24
    assert leaks(line.home.root, leave=()) == {}
    assert load_manifest(line.home) == before
    line.mtm("verify")
    line.mtm("status", "--json")


def test_a_purged_round_is_built_again_from_its_tables_and_its_file_refused(line: Line) -> None:
    """The build database is gone: the next round builds all; figures of the purged one stay as they were."""
    before = load_manifest(line.home)
    served = line.home.current.resolve() / "parquet" / "mart_population.parquet"
    path = write_rows(
        line.home.root.parent / "round2.xlsx",
        [HEADER[:6], *([f"v{i}", 2, *r[2:6]] for i, r in enumerate(rows()[1:-1]))],
    )
    line.mtm("receive", str(path))
    line.mtm("run", "toy-baseline-r02")
    after = load_manifest(line.home)
    assert after.release_id > before.release_id and {v.round_key for v in after.rounds} == {ROUND, "toy-baseline-r02"}
    assert after.version(ROUND) is not None and _of_round(served) == _of_round(
        line.home.current.resolve() / "parquet" / "mart_population.parquet"
    )
    error = line.mtm("receive", str(line.home.root.parent / "round1 clean.xlsx"), exit_code=1).output
    assert "purged" in error


def _of_round(path: Path) -> list[tuple[object, ...]]:
    import duckdb

    return sorted(duckdb.sql(f"SELECT round_key, place_code, individuals FROM read_parquet('{path}') WHERE round_key = '{ROUND}'").fetchall(), key=repr)  # fmt: skip


def _findings(told: object) -> list[dict[str, str]]:
    if isinstance(told, dict):
        told = told.get("findings", told)
    assert isinstance(told, list)
    return told


def test_folders_are_private_whatever_they_were(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        (home.root / "build").mkdir(parents=True, mode=0o777)
        (home.root / "normalized" / "kgz-bma-r01").mkdir(parents=True)
        home.ensure()
    finally:
        os.umask(before)
    assert all(p.stat().st_mode & 0o077 == 0 for p in (home.vault, home.build, home.normalized, home.corrections))
    assert (home.normalized / "kgz-bma-r01").is_dir() and not (home.root / "normalized").exists()
    shutil.rmtree(home.root)
