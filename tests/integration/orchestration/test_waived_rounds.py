"""Waivers and partial rounds through the whole line: what is published, what is shown, what is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.run import RoundResult, run_round
from tests.toy import write_rows, write_toy
from warehouse.cli import cli
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.releases.manifest import current_id
from warehouse.releases.query import query
from warehouse.settings import Home
from warehouse.status import RoundState, round_states
from warehouse.waivers.give import revoke
from warehouse.waivers.ledger import read, today

pytestmark = pytest.mark.slow

ONE, TWO = "toy-baseline-r01", "toy-baseline-r02"
CHECK = "households_above_individuals_often"
HEADER: list[object] = [
    "_uuid",
    "Round",
    "Region",
    "Region code",
    "District",
    "Displaced people",
    "Displaced households",
]


@dataclass
class Line:
    """A home, its command line, and rounds of the toy operation."""

    home: Home
    folder: Path

    def deliver(self, name: str, number: int, *, wrong: int = 0, partial: bool = False, people: int = 113) -> None:
        """A workbook of eight places; in `wrong` of them more households than people."""
        rows: list[list[object]] = [HEADER]
        for i in range(1, 9):
            count, homes = (people + 10 * i, 21 + i) if i > wrong else (20, 21 + i)
            rows.append([f"u{i}", number, f"Region {1 + i % 2}", f"TOY0{1 + i % 2}", f"District {i}", count, homes])
        path = self.folder / name
        Vault(self.home).receive(path if path.exists() else write_rows(path, rows), partial=partial)

    def run(self, key: str = ONE) -> RoundResult:
        return run_round(self.home, key)

    def mtm(self, *words: str) -> Any:
        done = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=True)
        if isinstance(done.exception, MtmError):
            raise done.exception
        return json.loads(done.stdout)

    def state(self, key: str = ONE) -> RoundState:
        return next(s for s in round_states(self.home) if s.round_key == key)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The toy operation; round 1 is refused for its households, and nothing is published yet."""
    folder = tmp_path_factory.mktemp("waived")
    write_toy(folder)
    with pytest.MonkeyPatch.context() as patch:
        home = Home(folder / "home").ensure()
        patch.setenv("MTM_OPERATIONS", str(folder / "operations"))
        patch.setenv("MTM_HOME", str(home.root))
        patch.delenv("MTM_DEBUG", raising=False)
        yield Line(home, folder)


def waive(line: Line, key: str = ONE, days: int = 30) -> dict[str, Any]:
    end = (today() + timedelta(days=days)).isoformat()
    given: dict[str, Any] = line.mtm(
        "waive", key, CHECK, "--reason", "seen again with the field office", "--owner", "data manager", "--expires", end
    )
    return given


def test_a_waived_round_is_published_and_shown_everywhere(line: Line) -> None:
    line.deliver("first.xlsx", 1, wrong=1)
    refused = line.run()
    assert refused.outcome == "refused" and refused.verdict and [c.code for c in refused.verdict.blocking] == [CHECK]
    assert line.mtm("verdict", ONE)["outcome"] == "refused" and line.state().state == "refused"
    waiver = waive(line)
    assert line.state().todo == f"mtm run {ONE} (waivers changed)" and line.state().waits
    assert line.run().outcome == "published"
    told = line.mtm("verdict", ONE)
    assert told["outcome"] == "passed" and [w["id"] for w in told["waivers"]] == [waiver["id"]]
    assert Path(told["data_docs"]).is_file()
    release = line.home.releases / str(current_id(line.home))
    assert waiver["id"] in (release / "gate" / "index.html").read_text(encoding="utf-8")
    assert json.loads((release / "verdict.json").read_text(encoding="utf-8"))["waivers"] == told["waivers"]
    sql = f"SELECT outcome, waiver, code_name_ru <> '', observed_value > allowed_value FROM mart_quality WHERE code = '{CHECK}'"
    assert query(line.home, sql)[1] == [("waived", waiver["id"], True, True)]
    ((every, named),) = query(line.home, "SELECT count(*), count(check_family) FROM mart_quality WHERE quality_type = 'check'")[1]  # fmt: skip
    assert every == named == len(told["checks"])
    findings = line.mtm("waivers", ONE)
    assert [(w["state"], w["uses"]) for w in findings] == [("active", 1)]


def test_a_redelivery_that_is_worse_is_not_covered(line: Line) -> None:
    before = current_id(line.home)
    line.deliver("worse.xlsx", 1, wrong=3)
    assert line.run().outcome == "refused" and current_id(line.home) == before


def test_a_waiver_that_is_taken_back_asks_for_a_new_verdict(line: Line) -> None:
    line.deliver("first.xlsx", 1)  # what was published stands again
    assert line.run().outcome in ("published", "unchanged") and not line.state().waits
    revoke(line.home, "w0001", "", "", today())
    assert line.state().state == "published" and line.state().replay is not None
    result = run_round(line.home, ONE, check_only=True)
    assert result.outcome == "refused" and not line.state().waits
    assert line.state().todo.startswith("judged again and refused")
    assert [entry.do for entry in read(line.home)][-1] == "revoke"


def test_other_rounds_keep_what_was_said_of_this_one(line: Line) -> None:
    """The checks of a round stay as they were published: after another verdict on it, and where all is built from the vault."""
    checks = f"SELECT * FROM mart_quality WHERE quality_type = 'check' AND round_key = '{ONE}' ORDER BY ALL"
    told = query(line.home, checks)[1]
    for path in (line.home.build / "databases").glob("*.duckdb"):
        path.unlink()
    line.deliver("second.xlsx", 2)
    assert line.run(TWO).outcome == "published"
    assert told and query(line.home, checks)[1] == told
    sql = "SELECT round_key, count(*) FILTER (WHERE outcome = 'waived') FROM mart_quality WHERE quality_type = 'check' GROUP BY ALL ORDER BY ALL"
    assert query(line.home, sql)[1] == [(ONE, 1), (TWO, 0)]
    diff = line.mtm("verdict", TWO)["diff"]
    changed = {mart["mart"]: mart for mart in diff["marts"]}
    assert changed["mart_population"]["added"] > 0 and changed["mart_population"]["people_net"] == 0
    assert "dim_country" not in changed and diff["equal"] > 0


def test_a_partial_round_is_never_published(line: Line) -> None:
    before = current_id(line.home)
    line.deliver("third.xlsx", 3, wrong=1, partial=True)
    key = "toy-baseline-r03"
    assert line.run(key).outcome == "refused"
    waive(line, key)
    assert line.run(key).outcome == "provisional" and line.state(key).state == "provisional"
    assert not line.state(key).waits and current_id(line.home) == before
    status = next(r for r in line.mtm("status")["rounds"] if r["round_key"] == key)
    assert (status["state"], status["partial"], status["release"]) == ("provisional", True, None)


def test_what_is_served_and_declared_partial_since_is_provisional(line: Line) -> None:
    before = current_id(line.home)
    line.deliver("second.xlsx", 2, partial=True)
    assert line.state(TWO).state == "waiting"  # the verdict on it as a whole round is none on it as a part
    assert line.run(TWO).outcome == "provisional" and line.state(TWO).state == "provisional"
    assert current_id(line.home) == before
    line.deliver("second.xlsx", 2)
    assert line.state(TWO).state == "published" and line.run(TWO).outcome == "unchanged"
