"""What a verdict says beside its checks: inputs, change against the base release, waivers, Data Docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from expectations.checks import catalogue
from expectations.docs import KEPT, build_docs, page
from expectations.gate import check_candidate, check_normalized
from tests.unit.expectations.samples import Candidate, bma, candidate
from warehouse.errors import GateRefused
from warehouse.operations import Operation
from warehouse.releases.admitted import admitted
from warehouse.releases.compare import MartDiff, diff_databases
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.settings import Home
from warehouse.waivers.ledger import append, now, read, today
from warehouse.waivers.model import Give, Revoke, Waiver

HOSTILE = "<script>alert(1)</script> $x {{ y }} & 'z'"


def given_waiver(home: Home, finding: str, check: str, covers: float, days: int = 30, **more: str) -> Waiver:
    """A waiver that was given today, written down as the command does."""
    number = len(read(home)) + 1
    end = (today() + timedelta(days=days)).isoformat()
    waiver = Waiver(f"w{number:04d}", "xx-bma-r02", finding, check, covers, 0.0, "seen", "a test of waivers", "data manager", now().isoformat(), end, **more)  # fmt: skip
    append(home, lambda _: Give(at=now(), waiver=waiver))
    return waiver


def lacking(tmp_path: Path) -> Candidate:
    """A candidate whose marts hold what the gate refuses, and may be waived: a published count is not reproduced."""
    return candidate(bma(), tmp_path).sql("UPDATE reference.published_figure SET published_value = 31 WHERE figure_code = 'returned'; UPDATE marts.mart_published_figures SET published_value = 31 WHERE figure_code = 'returned'")  # fmt: skip


def test_the_inputs_are_told_and_equal_inputs_are_equal(operation: Operation, tmp_path: Path) -> None:
    verdict = check_candidate(candidate(bma(), tmp_path / "a"), operation)
    again = check_candidate(candidate(bma(), tmp_path / "b"), operation)
    assert verdict == again  # no date, no path
    assert {"declared", "thresholds", "waivers", "models", "checks", "gate"} <= set(verdict.inputs)
    part = check_candidate(candidate(bma().declared_partial(), tmp_path / "c"), operation)
    assert (verdict.inputs["declared"], part.inputs["declared"]) == ("whole", "partial")


def test_a_waiver_lets_a_check_through_which_stays_failed(operation: Operation, tmp_path: Path) -> None:
    given = lacking(tmp_path)
    refused = check_candidate(given, operation)
    assert refused.outcome == "refused" and [c.code for c in refused.blocking] == ["published_counts_differ"]
    waiver = given_waiver(given.home, "published_counts_differ", "published_counts_differ", 1)
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "passed" and verdict.blocking == [] and verdict.waivers == [waiver.as_dict()]
    check = next(c for c in verdict.checks if c.code == "published_counts_differ")
    assert (check.passed, check.waiver) == (False, waiver.id)
    assert verdict.inputs["waivers"] != refused.inputs["waivers"]
    assert admitted(given, verdict) == verdict
    assert [line.do for line in read(given.home)] == ["give", "use"]
    assert waiver.id in page(verdict) and "a test of waivers" in page(verdict)


def test_a_waiver_that_ends_between_verdict_and_release_publishes_nothing(operation: Operation, tmp_path: Path) -> None:
    given = lacking(tmp_path)
    waiver = given_waiver(given.home, "published_counts_differ", "published_counts_differ", 1)
    verdict = check_candidate(given, operation)
    append(given.home, lambda _: Revoke(at=now(), id=waiver.id, owner="", reason=""))
    with pytest.raises(GateRefused, match="w0001 holds no longer"):
        admitted(given, verdict)
    assert check_candidate(given, operation).outcome == "refused"


@pytest.mark.parametrize(("covers", "days"), [(0.5, 30), (1, -1)])
def test_a_worse_value_or_a_late_day_is_refused(operation: Operation, tmp_path: Path, covers: float, days: int) -> None:
    given = lacking(tmp_path)
    given_waiver(given.home, "published_counts_differ", "published_counts_differ", covers, days)
    assert check_candidate(given, operation).outcome == "refused"
    assert [line.do for line in read(given.home)] == (["give", "expire"] if days < 0 else ["give"])


def test_no_waiver_lets_a_law_an_error_or_a_partial_round_through(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = candidate(bma().spoil("conservation", delivered=9), tmp_path / "law")
    given_waiver(law.home, "conservation", "conservation", 99)
    assert "conservation" in {c.code for c in check_candidate(law, operation).blocking}
    part = lacking(tmp_path / "part")
    part.normalized = part.normalized.declared_partial()
    given_waiver(part.home, "published_counts_differ", "published_counts_differ", 1)
    verdict = check_candidate(part, operation)
    assert verdict.outcome == "provisional"
    with pytest.raises(GateRefused, match="partial"):
        admitted(part, verdict)
    broken = lacking(tmp_path / "broken")
    given_waiver(broken.home, "published_counts_differ", "published_counts_differ", 1)
    monkeypatch.setattr("expectations.gate.base_diff", lambda *_: 1 / 0)
    assert check_candidate(broken, operation).outcome == "refused"


def test_findings_are_waived_by_their_codes(operation: Operation, tmp_path: Path) -> None:
    spoilt = bma().more("finding", {"severity": "block", "code": "odd_thing", "sheet": "data", "row_number": 2})
    given = candidate(spoilt, tmp_path)
    refused = check_candidate(given, operation)
    check = next(c for c in refused.blocking)
    assert check.counted == {"odd_thing": 1}
    given_waiver(given.home, "odd_thing", check.code, 1)
    assert check_candidate(given, operation).outcome == "passed"
    worse = replace(
        given, normalized=spoilt.more("finding", {"severity": "block", "code": "other_thing", "row_number": 3})
    )
    assert check_candidate(worse, operation).outcome == "refused"


def test_the_first_check_of_a_run_knows_waivers_too(operation: Operation, tmp_path: Path) -> None:
    spoilt = bma().more("finding", {"severity": "block", "code": "odd_thing"})
    spoilt.home = Home(tmp_path / "home").ensure()  # type: ignore[attr-defined]
    assert check_normalized(spoilt, operation).outcome == "refused"
    given_waiver(spoilt.home, "odd_thing", "blocking_findings", 1)  # type: ignore[attr-defined]
    assert check_normalized(spoilt, operation).outcome == "passed"


def _verdict(**more: object) -> Verdict:
    check = CheckResult("heaping", "normalized", "block", False, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, [HOSTILE], 11, 1.0, 0.0)  # fmt: skip
    waiver = {
        "id": "w0001",
        "finding": HOSTILE,
        "observed": HOSTILE,
        "reason": HOSTILE,
        "owner": HOSTILE,
        "since": "",
        "expires": "",
    }
    given = {
        "error": HOSTILE,
        "waivers": [waiver],
        "inputs": {HOSTILE: HOSTILE},
        "diff": {"marts": [{"mart": HOSTILE}]},
    }
    return Verdict("xx-bma-r02", "abc123", "r1", "refused", [check], "1", **{**given, **more})  # type: ignore[arg-type]


def test_the_page_escapes_every_text_and_fetches_nothing() -> None:
    html = page(_verdict())
    assert "<script" not in html.lower() and "alert(1)&lt;/script&gt;" in html
    assert not re.findall(r"https?://|<link|<img|url\(|@import", html)
    assert "Content-Security-Policy" in html and html == page(_verdict())
    for text in ("$x", "{{ y }}"):
        assert text in html.replace("&#36;", "$").replace("&#123;", "{").replace("&#125;", "}")
    assert f"11 {catalogue().families[11].en}" in html


def test_the_page_has_each_check_in_two_languages(operation: Operation, tmp_path: Path) -> None:
    verdict = check_candidate(candidate(bma(), tmp_path), operation)
    html = page(verdict)
    for check in verdict.checks:
        assert check.sentence_en in html and check.sentence_ru in html and f"<code>{check.code}</code>" in html
    assert html.index("1 delivery · поставка") < html.index("2 figures · показатели")


def test_few_pages_are_kept(home: Home) -> None:
    for number in range(KEPT + 3):
        build_docs(home, replace(_verdict(), normalized_id=f"n{number:03d}"))
    assert len(list((home.gate_docs / "xx-bma-r02").iterdir())) == KEPT


@pytest.fixture
def two() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two databases with a mart of people, one place withheld."""
    rows = "('r1','K','returned',0,100,'all'), ('r1','A','returned',1,60,'all'), ('r1','B','returned',1,40,'all'), ('r1','C','returned',2,NULL,'all'), ('r1','A','returned',1,35,'male')"
    with duckdb.connect(":memory:") as con:
        for name in ("before", "after"):
            con.execute(f"ATTACH ':memory:' AS {name}; CREATE SCHEMA {name}.marts")
            con.execute(f"CREATE TABLE {name}.marts.mart_x (round_key VARCHAR, place_code VARCHAR, category VARCHAR, place_level INT, individuals BIGINT, sex VARCHAR, PRIMARY KEY (round_key, place_code, category, sex))")  # fmt: skip
            con.execute(f"INSERT INTO {name}.marts.mart_x VALUES {rows}")
        yield con


def changes(con: duckdb.DuckDBPyConnection, sql: str = "") -> list[MartDiff]:
    con.execute(sql or "SELECT 1")
    return [MartDiff(**mart) for mart in diff_databases(con, "before", "after")["marts"]]


def test_equal_marts_are_no_change_in_any_order(two: duckdb.DuckDBPyConnection) -> None:
    assert changes(two) == []
    assert changes(two, "CREATE TABLE after.marts.t AS FROM after.marts.mart_x ORDER BY place_code DESC; DELETE FROM after.marts.mart_x; INSERT INTO after.marts.mart_x FROM after.marts.t") == []  # fmt: skip


def test_people_moved_are_told_net_and_gross(two: duckdb.DuckDBPyConnection) -> None:
    (change,) = changes(two, "UPDATE after.marts.mart_x SET individuals = individuals + if(place_code = 'A', 5, -5) WHERE place_level = 1 AND sex = 'all'")  # fmt: skip
    assert (change.rows_before, change.rows_after, change.added, change.gone, change.changed) == (5, 5, 0, 0, 2)
    assert (change.people_net, change.people_gross, change.share_values_changed) == (
        0,
        10,
        0.2,
    )  # 2 of 5 rows × 2 values


def test_rows_that_come_and_go_and_new_rounds(two: duckdb.DuckDBPyConnection) -> None:
    (change,) = changes(two, "DELETE FROM after.marts.mart_x WHERE place_code = 'B'; INSERT INTO after.marts.mart_x VALUES ('r1','D','returned',1,7,'all'), ('r2','K','returned',0,900,'all')")  # fmt: skip
    assert (change.added, change.gone, change.changed) == (2, 1, 0)
    assert (change.people_net, change.people_gross) == (0, 47)  # a round that is new has moved nobody


def test_what_is_withheld_tells_nothing(two: duckdb.DuckDBPyConnection) -> None:
    (change,) = changes(two, "UPDATE after.marts.mart_x SET individuals = NULL WHERE place_code = 'A'")
    assert (change.changed, change.people_gross) == (2, 0)


def test_marts_that_are_new_or_gone(two: duckdb.DuckDBPyConnection) -> None:
    found = changes(two, "CREATE TABLE after.marts.mart_new (a INT); INSERT INTO after.marts.mart_new VALUES (1); CREATE TABLE before.marts.mart_old (a INT)")  # fmt: skip
    assert [(c.mart, c.rows_before, c.rows_after, c.added, c.gone) for c in found] == [("mart_new", 0, 1, 1, 0), ("mart_old", 0, 0, 0, 0)]  # fmt: skip
