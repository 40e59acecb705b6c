"""What the gate said of a round stands in `mart_quality`, and is no part of the content of a release."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.operations import load_operation
from warehouse.releases.quality import check_rows, outcome_of
from warehouse.releases.quality_codes import code_rows
from warehouse.releases.serving import write_serving
from warehouse.releases.verdict import CheckResult, Verdict

CHECKS = [
    CheckResult("a", "normalized", "block", False, "A holds.", "А верно.", "3 rows", "at most 0", "look", [], 3, 3.0, 0.0, "w0001"),
    CheckResult("b", "marts", "review", False, "B holds.", "Б верно.", "0.5", "at most 0.25", "look", [], 9, 0.5, 0.25, sentence_ky="Б туура."),
    CheckResult("c", "marts", "block", True, "C holds.", "В верно.", "0 rows", "at most 0", "look", [], 1, 0.0, 0.0),
]  # fmt: skip


def test_each_check_is_a_row_with_words_and_numbers() -> None:
    rows = check_rows(Verdict("r1", "n1", None, "passed", CHECKS, "1"))
    assert [(r["code"], r["outcome"], r["findings"], r["check_family"]) for r in rows] == [("a", "waived", 1, 3), ("b", "failed", 1, 9), ("c", "passed", 0, 1)]  # fmt: skip
    assert (rows[1]["observed_value"], rows[1]["allowed_ru"], rows[1]["code_name_ru"]) == (
        0.5,
        "не больше 0,25",
        "Б верно.",
    )
    assert (rows[0]["code_name_ky"], rows[1]["code_name_ky"], rows[1]["allowed_ky"], rows[0]["observed_ky"]) == (
        "A holds.", "Б туура.", "эң көбү 0,25", "саптар: 3",
    )  # fmt: skip
    assert (rows[0]["waiver"], rows[1]["waiver"], rows[2]["todo_en"]) == ("w0001", None, "")
    assert [outcome_of(c) for c in CHECKS] == ["waived", "failed", "passed"]


def test_every_code_of_a_finding_has_a_name_in_each_language() -> None:
    rows = code_rows()
    assert len(rows) > 100 and len({r["code"] for r in rows}) == len(rows)
    assert all(
        r[f"code_name_{lang}"] and "{" not in r[f"code_name_{lang}"] for r in rows for lang in ("en", "ru", "ky")
    )


def test_what_the_conservation_law_counts_is_named_by_category_and_part() -> None:
    named = {
        r["code"]: (r["code_name_en"], r["code_name_ru"], r["code_name_ky"]) for r in code_rows([load_operation("kgz")])
    }
    assert named["conservation:rows"] == ("Rows", "Строки", "Саптар")
    assert named["conservation:returned.individuals"] == (
        "Returned migrants, people",
        "Вернувшиеся мигранты, люди",
        "Кайтып келген мигранттар, адамдар",
    )
    assert named["conservation:returned.individuals.year"][2] == "Кайтып келген мигранттар, адамдар, Жылы"


def _content(folder: Path, *checks: str) -> str:
    folder.mkdir()
    with duckdb.connect(str(folder / "build.duckdb")) as con:
        con.execute("CREATE SCHEMA marts; CREATE TABLE marts.mart_quality (quality_type VARCHAR, code VARCHAR)")
        rows = [("finding", "x"), *(("check", c) for c in checks)]
        con.executemany("INSERT INTO marts.mart_quality VALUES (?, ?)", rows)
    marts = write_serving(folder / "build.duckdb", folder / "release", folder)
    assert marts["mart_quality"]["rows"] == len(rows)
    return str(marts["mart_quality"]["content_hash"])


def test_what_was_said_does_not_change_the_content(tmp_path: Path) -> None:
    assert _content(tmp_path / "a") == _content(tmp_path / "b", "seen after another round", "other")
