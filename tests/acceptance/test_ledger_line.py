"""A wrong delivery on the command line: the report, a row that comes back, a correction, a decision, the difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.conftest import CommandLine

pytestmark = [pytest.mark.usefixtures("toy"), pytest.mark.slow]
ROUND = "toy-baseline-r01"
PHONE = "+996555010203"
HEADER = ["_uuid", "Region", "District", "Displaced people", "Contact phone"]
ROWS = [["u1", "North", "N1", 100, PHONE], ["u2", "North", "N2", 50, PHONE], ["u3", "South", "S1", "many", PHONE]]
BY = ("--who", "data manager", "--why", "the field office confirmed by phone")


def test_from_a_refused_row_to_a_published_round(
    mtm: CommandLine, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    mtm("receive", workbook("round1.xlsx", [HEADER, *ROWS]))
    page = mtm("findings", ROUND, "--format", "html", "--lang", "ru").stdout
    assert "количество не является целым числом" in page and "data!D4" in page and PHONE not in page
    report = tmp_path / "report.xlsx"
    mtm("rejected", ROUND, "--format", "xlsx", "--out", report)
    book = openpyxl.load_workbook(report)
    book["Rejected rows"]["H4"] = 40
    book.save(report)
    assert "supersedes" in mtm("receive", report).stdout
    changed = mtm.json("diff", ROUND)
    assert (changed["rows_changed"], changed["cells_changed"], changed["changed"]) == (1, 1, [4])
    assert PHONE not in mtm("diff", ROUND).stdout

    wrong = mtm(
        "correct", ROUND, "--row", "3", "--column", "idp", "--expect", "51", "--value", "60", *BY, code=2
    ).stderr
    told = re.sub(r"key [0-9a-f]+", "key", wrong)  # the key is drawn for each home: its digits are nobody's value
    assert "correction_stale" in told and not re.search(r"\b50\b", told)
    entry = mtm.json(
        "correct", ROUND, "--row", "3", "--column", "Displaced people", "--expect", "50", "--value", "60", *BY
    )
    mtm("decide", ROUND, "reject-row", "--row", "2", *BY)
    assert "published" in mtm("run").stderr
    assert mtm.rows("SELECT individuals FROM mart_population WHERE place_level = 0") == [{"individuals": 100}]
    assert [e["state"] for e in mtm.json("corrections", ROUND)] == ["applied", "applied"]

    mtm("decide", ROUND, "withdraw", entry["entry"], *BY)
    assert mtm.json("status")["rounds"][0]["todo"] == f"mtm run {ROUND} (corrections changed)"
    published = b"".join(p.read_bytes() for p in (mtm.home / "published").rglob("*") if p.is_file())
    assert PHONE.encode() not in published
    for arguments in (
        ("diff", "nothing"),
        ("decide", ROUND, "withdraw", *BY),
        ("corrections", "--lang"),
        ("diff", "a", "b", "c"),
    ):
        mtm(*arguments, code=2)
