"""`mtm estimate`: answers as JSON and as a table, notes beside them, and refusals in one line."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.survey.r_numbers import rows
from warehouse.cli import main

KEYS = ["indicator", "option", "domain", "n", "estimate", "se", "ci_low", "ci_high", "df", "deff"]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["estimate", *map(str, arguments)])
    answer = capsys.readouterr()
    return int(ended.value.code or 0), answer.out, answer.err


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    table, design = tmp_path / "people.csv", tmp_path / "design.yml"
    columns = rows()
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    design.write_text("strata: h\nclusters: psu\nweight: w\nfpc: N1\n", encoding="utf-8")
    return table, design


def test_json_has_an_object_per_answer(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    asked = ["mean:y", "total:z", "prop:cat", "prop:b", "ratio:y/z", "median:y"]
    options = [part for text in asked for part in ("--indicator", text)]
    code, out, err = run(capsys, files[0], "--design", files[1], *options, "--json")
    answers = json.loads(out)
    assert (code, err) == (0, "")
    assert [(a["indicator"], a["option"], a["domain"]) for a in answers] == [
        ("mean:y", None, "all"), ("total:z", None, "all"), ("prop:cat", "x", "all"), ("prop:cat", "y", "all"),
        ("prop:cat", "z", "all"), ("prop:b", "1", "all"), ("ratio:y/z", None, "all"), ("median:y", None, "all"),
    ]  # fmt: skip
    assert all(set(KEYS) <= set(a) for a in answers)
    assert [a["interval"] for a in answers] == ["t", "t", *["logit"] * 4, "t", "woodruff"]
    assert answers[0]["ci_low"] == pytest.approx(54.8199859912, abs=1e-9)
    assert answers[5]["ci_high"] == pytest.approx(0.4510874824811, abs=1e-9)
    assert answers[-1]["deff"] is None


def test_domains_are_named_by_their_label(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    for by, domains in ((["--by", "dom"], ["p", "q"]), (["--by", "dom,side"], ["p,0", "q,0", "q,1"])):
        code, out, _ = run(capsys, files[0], "--design", files[1], "--indicator", "mean:y", *by, "--json")
        assert code == 0 and [a["domain"] for a in json.loads(out)] == domains
    assert json.loads(out)[0]["by"] == {"dom": "p", "side": "0"}


def test_interval_and_level_are_those_asked_for(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    asked = ["--indicator", "prop:b", "--interval", "beta", "--level", "0.9", "--json"]
    (answer,) = json.loads(run(capsys, files[0], "--design", files[1], *asked)[1])
    assert (answer["ci_low"], answer["ci_high"]) == pytest.approx((0.1711888665499, 0.4229012232459), abs=1e-9)
    assert (answer["interval"], answer["level"]) == ("beta", 0.9)


def test_a_table_fits_the_terminal_and_notes_stand_beside_it(
    capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]
) -> None:
    code, out, err = run(capsys, files[0], "--design", files[1], "--indicator", "mean:gap", "--by", "dom")
    assert code == 0
    header, *lines = out.strip().splitlines()
    assert header.split() == KEYS and len(lines) == 2 and max(map(len, lines)) <= 100
    assert "note: mean:gap, q: left out without an answer: 5 of 54 rows" in err.splitlines()


def test_a_domain_in_one_unit_is_pointed_out(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    _, _, err = run(capsys, files[0], "--design", files[1], "--indicator", "mean:y", "--by", "psu")
    assert err.count("all are in one unit of the first stage") == 10


def test_what_gives_no_figure_or_none_at_all_is_pointed_out(
    capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]
) -> None:
    text = files[0].read_text(encoding="utf-8").splitlines()
    files[0].write_text("\n".join([text[0] + ",none", *(line + ",0" for line in text[1:])]), encoding="utf-8")
    asked = ["--indicator", "ratio:y/none", "--indicator", "prop:cat=X", "--indicator", "prop:cat=x", "--json"]
    code, out, err = run(capsys, files[0], "--design", files[1], *asked)
    assert code == 0 and [a["estimate"] is None for a in json.loads(out)] == [True, False, False]
    assert "note: ratio:y/none, all: no estimate: the denominator adds up to 0" in err.splitlines()
    assert err.count("nobody gave this answer") == 1 and "prop:cat=X, all" in err


def test_a_workbook_gives_what_the_csv_gives(
    capsys: pytest.CaptureFixture[str], files: tuple[Path, Path], workbook: Callable[..., Path]
) -> None:
    columns = rows()
    book = workbook("people.xlsx", [list(columns), *map(list, zip(*columns.values(), strict=True))])
    asked = ["--design", files[1], "--indicator", "mean:gap", "--indicator", "prop:cat", "--json"]
    assert run(capsys, book, *asked) == run(capsys, files[0], *asked)


def test_blank_rows_are_nobody_and_keep_the_numbers_of_rows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, files: tuple[Path, Path]
) -> None:
    lines = files[0].read_text(encoding="utf-8").splitlines()
    blank = "," * lines[0].count(",")
    table = tmp_path / "gaps.csv"
    table.write_text("\n".join([*lines[:5], blank, *lines[5:], blank, blank]) + "\n", encoding="utf-8")
    asked = ["--design", files[1], "--indicator", "mean:y", "--json"]
    assert run(capsys, table, *asked) == run(capsys, files[0], *asked)
    table.write_text(table.read_text(encoding="utf-8").replace("\n4,0,2,", "\n4,,2,"), encoding="utf-8")
    assert "psu is missing in row 7 " in run(capsys, table, *asked)[2]


@pytest.mark.parametrize(
    ("changes", "exit_code", "code"),
    [
        ({"--indicator": "mean:nothing"}, 2, "no_column"),
        ({"--indicator": "mode:y"}, 2, "unknown_indicator"),
        ({"--indicator": "mean:cat"}, 1, "not_a_number"),
        ({"--by": "nothing"}, 2, "no_column"),
        ({"--level": "95"}, 2, "bad_level"),
        ({"--design": "nowhere.yml"}, 2, "no_design"),
        ({"--design": os.devnull}, 2, "no_design"),
    ],
)
def test_a_wrong_question_is_one_line(
    capsys: pytest.CaptureFixture[str], files: tuple[Path, Path], changes: dict[str, str], exit_code: int, code: str
) -> None:
    options = {"--design": str(files[1]), "--indicator": "mean:y", **changes}
    found, out, err = run(capsys, files[0], *[part for pair in options.items() for part in pair])
    assert (found, out, err.count("\n")) == (exit_code, "", 1)
    assert err.rstrip().endswith(f"code: {code}")


def test_a_table_that_cannot_be_read_has_its_own_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, files: tuple[Path, Path]
) -> None:
    asked = ["--design", files[1], "--indicator", "mean:y"]
    assert run(capsys, tmp_path / "nowhere.csv", *asked)[0] == 4
    for text, code in (("a,b\n", "no_rows"), ("a,b\n,\n", "no_rows"), ("y,y\n1,2\n", "column_twice")):
        (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
        found, _, err = run(capsys, tmp_path / "bad.csv", *asked)
        assert found == 1 and err.rstrip().endswith(f"code: {code}")
