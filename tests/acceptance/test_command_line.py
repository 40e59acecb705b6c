"""The command line with a toy operation: exit codes, one-line errors, refusals that say where and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import CommandLine
from tests.toy import write_rows, write_toy

pytestmark = [pytest.mark.usefixtures("toy"), pytest.mark.slow]
HEADER = ["Region", "District", "Displaced people", "Displaced households", "Contact phone"]
PHONE = "+996555010203"
GOOD = [["North", "N1", 100, 20, PHONE], ["North", "N2", 50, 10, PHONE], ["South", "S1", 30, 6, PHONE]]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """One home with one published round, for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        line = CommandLine(folder / "home")
        line("receive", write_rows(folder / "round1.xlsx", [HEADER, *GOOD]))
        line("run")
        yield line


def test_a_round_from_receive_to_rollback(mtm: CommandLine, workbook: Callable[..., Path]) -> None:
    first = workbook("round1.xlsx", [HEADER, *GOOD])
    installed = CommandLine(mtm.home, installed=True)
    assert "delivery 1 of toy-baseline-r01" in installed("receive", first).stdout
    assert "published as r000001" in installed("run").stderr
    assert mtm.rows("SELECT individuals FROM mart_population WHERE place_level = 0") == [{"individuals": 180}]

    bad = workbook("round1 bad.xlsx", [HEADER, *GOOD[:2], ["South", "S1", "many", 6, PHONE]])
    assert "supersedes" in mtm("receive", bad).stdout
    refused = mtm("run", code=3)
    assert "REFUSED" in refused.stderr and PHONE not in refused.stderr
    (finding,) = [f for f in mtm.json("findings", "toy-baseline-r01") if f["code"] == "not_a_whole_number"]
    assert (finding["sheet"], finding["row_number"], finding["column_label"]) == ("data", 4, "Displaced people")
    assert finding["todo"]
    assert mtm.rows("SELECT individuals FROM mart_population WHERE place_level = 0") == [{"individuals": 180}]
    assert {r["state"] for r in mtm.json("status")["rounds"]} == {"refused"}
    rows = mtm.json("rejected", "toy-baseline-r01")
    assert [(r["row_number"], r["Displaced people"]) for r in rows] == [(4, "many")]

    mtm("receive", workbook("round1 corrected.xlsx", [HEADER, *GOOD[:2], ["South", "S1", 40, 6, PHONE]]))
    mtm("run")
    assert mtm.rows("SELECT individuals FROM mart_population WHERE place_level = 0") == [{"individuals": 190}]
    changed = {m["mart"]: m for m in mtm.json("diff", "r000001", "r000002")["marts"]}
    assert changed["mart_population"]["changed"] == 3
    assert mtm.json("rollback", "r000001")["current"] == "r000001"
    assert mtm.rows("SELECT individuals FROM mart_population WHERE place_level = 0") == [{"individuals": 180}]
    assert mtm.json("run") == []  # what was rolled back does not come again by itself
    published = b"".join(p.read_bytes() for p in (mtm.home / "published").rglob("*") if p.is_file())
    assert PHONE.encode() not in published


def test_a_tampered_release_is_found(published: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "home")
    shutil.copytree(published.home, other.home, symlinks=True)
    assert other.json("verify")["ok"]
    path = other.home / "published" / "releases" / "r000001" / "parquet" / "mart_population.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert "mart_population.parquet is altered" in other("verify", code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["receive", "nothing-here.xlsx"], 2),
        (["run", "toy-baseline-r09"], 2),
        (["query", "SELECT 1"], 2),
        (["show", "r000009"], 2),
        (["no-such-command"], 2),
        (["findings"], 2),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(mtm: CommandLine, arguments: list[str], code: int) -> None:
    done = mtm(*arguments, code=code)
    assert len(done.stderr.strip().splitlines()) <= 4


def test_a_file_that_cannot_be_read_is_exit_code_4_and_the_others_go_on(
    mtm: CommandLine, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    done = mtm("receive", broken, workbook("round1.xlsx", [HEADER, *GOOD]), code=4)
    assert "broken.xlsx" in done.stderr and "round1.xlsx: delivery 1" in done.stdout
    assert mtm("read", broken, code=4).stderr.startswith("mtm: ")


def test_read_gives_every_cell(mtm: CommandLine, workbook: Callable[..., Path]) -> None:
    path = workbook("any.xlsx", [["a", "b"], [1, "1+1"], ["", 2.5]])
    (sheet,) = json.loads(mtm("read", path, "--format", "json").stdout)
    assert [r["cells"] for r in sheet["rows"]] == [["a", "b"], [1, "1+1"], [None, 2.5]]


def test_read_refuses_a_formula_that_was_never_calculated(mtm: CommandLine, workbook: Callable[..., Path]) -> None:
    path = workbook("formula.xlsx", [["a", "b"], [1, "=1+1"]])
    told = json.loads(mtm("read", path, "--format", "json", code=4).stdout)
    assert (told["code"], told["where"]) == ("stale_formula", "formula.xlsx, sheet data, cells B2")


def test_queries_are_read_only_and_shut_off_from_files(published: CommandLine) -> None:
    for sql in (
        "DELETE FROM mart_population",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY mart_population TO 'x.csv'",
    ):
        published("query", sql, code=2)
