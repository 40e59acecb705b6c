"""Tables for people: one row a line, whatever the cells hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import polars as pl

from orchestration.checks import told
from orchestration.tables import checks, findings, markdown
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.settings import Home


def check(code: str, severity: str, passed: bool) -> CheckResult:
    return CheckResult(code, "marts", severity, passed, f"{code} holds.", "", "3 rows", "0 rows", "look at it")  # type: ignore[arg-type]


def verdict(*found: CheckResult, outcome: str = "refused", error: str = "") -> Verdict:
    return Verdict("kgz-bma-r03", "0" * 16, None, outcome, list(found), "0.1.0", error)  # type: ignore[arg-type]


def test_cells_cannot_break_a_table() -> None:
    table = markdown(["a", "b"], [("x|y", "two\nlines"), (None, 1234567), (True, 0.5)])
    assert isinstance(table, dg.MarkdownMetadataValue)
    assert table.md_str.splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | two lines |",
        "|  | 1,234,567 |",
        "| True | 0.5 |",
    ]


def test_no_rows_are_words() -> None:
    assert markdown(["a"], [], "no findings") == dg.MetadataValue.text("no findings")


def test_findings_tell_the_rows_that_they_are_about() -> None:
    alike = {"severity": "note", "code": "no_consent", "what": "no consent", "todo": "nothing", "people": None}
    alike |= {"sheet": "data", "row_number": 7, "column_label": "Consent"}
    table = pl.DataFrame([{**alike, "rows": 31}, {**alike, "rows": 2}], schema_overrides={"people": pl.Int64})
    shown = findings(SimpleNamespace(table=lambda _: table))  # type: ignore[arg-type]
    assert isinstance(shown, dg.MarkdownMetadataValue)
    assert (
        shown.md_str.splitlines()[2]
        == "| note | no_consent | no consent | data, row 7, Consent and 1 more | 33 |  | nothing |"
    )


def test_failed_checks_come_first_with_what_to_do() -> None:
    lines = checks([check("fine", "block", True), check("broken", "block", False)]).md_str.splitlines()
    assert lines[2].startswith("| ✗ | broken") and lines[2].endswith("look at it |")
    assert lines[3].startswith("| ✓ | fine") and "look at it" not in lines[3]


def test_the_verdict_in_a_line() -> None:
    assert told(verdict(check("total", "block", False))) == "Refused: total holds. Seen 3 rows, allowed 0 rows."
    assert told(verdict(error="a suite is missing")) == "Refused: the gate failed closed (a suite is missing)"
    assert "not published" in told(verdict(check("total", "block", True), outcome="provisional"))
    assert (
        told(verdict(check("total", "block", True), check("odd", "review", False), outcome="passed"))
        == "The one check that can stop it holds."
    )


def test_a_redelivery_is_shown_beside_what_it_supersedes(toy: Path, home: Home, workbook: Callable[..., Path]) -> None:
    from orchestration.assets.normalize import _compared
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize

    header = ["_uuid", "Region", "Displaced people"]
    first = (
        Vault(home).receive(workbook("round1 a.xlsx", [header, ["u1", "North", 101], ["u2", "South", 1002]])).delivery
    )
    assert _compared(normalize(home, first)) == {}
    second = Vault(home).receive(workbook("round1 b.xlsx", [header, ["u1", "North", 111]])).delivery
    (shown,) = _compared(normalize(home, second)).values()
    assert "| idp.individuals | 1,103 | 111 | 0 | 1,002 | 10 |" in str(shown.value)
    assert "North" not in str(shown.value)
