"""`mtm read`: every cell as it was on standard output, notices beside it, and refusals with a code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from warehouse.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["read", *map(str, arguments)])
    answer = capsys.readouterr()
    return int(ended.value.code or 0), answer.out, answer.err


def test_json_keeps_kinds_and_csv_keeps_texts(
    capsys: pytest.CaptureFixture[str], workbook: Callable[..., Path]
) -> None:
    path = workbook("x.xlsx", [["a", "b"], ["007", 7], [True, 2.5], [None, "+1 is text"]])
    code, out, _ = run(capsys, path, "--format", "json")
    (sheet,) = json.loads(out)
    assert code == 0 and {k: sheet[k] for k in ("file", "sheet", "hidden", "notices")} == {
        "file": "x.xlsx", "sheet": "data", "hidden": False, "notices": [],
    }  # fmt: skip
    assert sheet["rows"][1] == {"row": 2, "cells": ["007", 7]} and sheet["rows"][2]["cells"] == [True, 2.5]
    assert run(capsys, path, "--json")[1] == out
    assert run(capsys, path)[1].splitlines()[:3] == ["a,b", "007,7", "TRUE,2.5"]


def test_a_csv_keeps_its_texts_in_json_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n007,1\n")
    assert json.loads(run(capsys, path, "--json")[1])[0]["rows"][1]["cells"] == ["007", "1"]


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"], []])
def test_a_refusal_is_one_line_with_its_code_and_an_object(
    capsys: pytest.CaptureFixture[str], workbook: Callable[..., Path], option: list[str]
) -> None:
    path = workbook("x.xlsx", [["a"]] * 20)
    path.write_bytes(path.read_bytes()[:-100])
    code, out, err = run(capsys, path, *option)
    assert code == 4 and err.count("\n") == 1 and err.rstrip().endswith("code: bad_zip")
    if option:
        assert json.loads(out)["code"] == "bad_zip" and json.loads(out)["where"] == "x.xlsx"
    else:
        assert out == ""


def test_an_error_cell_is_refused_with_its_address(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Data")
        page.write(0, 0, "a")
        for row in range(1, 13):
            page.write_formula(row, 2, "=1/0", None, "#DIV/0!")
    code, _, err = run(capsys, path)
    assert code == 4 and "12 cells hold an error" in err
    assert "sheet Data, cells C2, C3, C4, C5, C6, C7, C8, C9, C10, C11 and 2 more" in err


def test_a_sheet_that_is_not_there(capsys: pytest.CaptureFixture[str], workbook: Callable[..., Path]) -> None:
    path = workbook("x.xlsx", [["a"]], sheet="one", two=[["b"]])
    assert json.loads(run(capsys, path, "--sheet", "two", "--json")[1])[0]["rows"] == [{"row": 1, "cells": ["b"]}]
    code, _, err = run(capsys, path, "--sheet", "three")
    assert code == 2 and "'one', 'two'" in err


def test_notices_are_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Data")
        page.write(1, 0, "x")
        page.set_row(1, None, None, {"hidden": True})
    assert "1 hidden rows hold data: 2" in run(capsys, path)[2]
    (notice,) = json.loads(run(capsys, path, "--json")[1])[0]["notices"]
    assert (notice["code"], notice["severity"], notice["row_number"]) == ("hidden_rows", "review", 2)


def test_a_file_that_is_not_there_or_empty(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, tmp_path / "none.xlsx")[2].endswith("code: no_file\n")
    (tmp_path / "empty.xlsx").touch()
    assert run(capsys, tmp_path / "empty.xlsx")[2].endswith("code: empty_file\n")
