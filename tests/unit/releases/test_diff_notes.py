"""Differences between databases, and the notes that are written from them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.releases.made import build_database, candidate, published, verdict_on
from warehouse.releases.compare import diff_databases
from warehouse.releases.notes import Facts, markdown, plain
from warehouse.releases.notes_words import LANGUAGES, Words, words
from warehouse.releases.publish import publish
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home


def compared(
    tmp_path: Path, before: dict[str, int | None], after: dict[str, int | None], sql: str = "", **more: Any
) -> dict[str, Any]:
    (tmp_path / "b").mkdir()
    build_database(tmp_path / "a.duckdb", before)
    build_database(tmp_path / "b" / "b.duckdb", after, **more)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{tmp_path}/a.duckdb' AS one; ATTACH '{tmp_path}/b/b.duckdb' AS two")
        con.execute(sql)
        return diff_databases(con, "one", "two")


def test_rows_and_values_that_came_went_and_changed(tmp_path: Path) -> None:
    found = compared(tmp_path, {"A": 10, "B": 20, "C": 5}, {"A": 11, "B": 20, "D": 7})
    (mart,) = found["marts"]
    assert mart["mart"] == "mart_population" and found["equal"] == 3  # what carries ids of releases is left out
    assert (mart["rows_before"], mart["rows_after"], mart["added"], mart["gone"], mart["changed"]) == (4, 4, 1, 1, 2)
    assert (mart["values_changed"], mart["values_compared"]) == (
        2,
        3 * 6,
    )  # A and the country, of 6 columns that are no key
    assert mart["share_changed"] == pytest.approx(2 / 3, abs=1e-6) and mart["share_values_changed"] == pytest.approx(
        2 / 18, abs=1e-6
    )


def test_people_moved_add_up_every_movement(tmp_path: Path) -> None:
    found = compared(tmp_path, {"A": 10, "B": 20, "C": None}, {"A": 20, "B": 10, "C": None})
    (moved,) = found["people"]
    assert (moved["before"], moved["after"], moved["difference"], moved["moved"]) == (30, 30, 0, 20)
    assert found["people_moved"] == 20


def test_what_is_withheld_on_either_side_tells_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, {"A": 10, "B": 20}, {"A": None, "B": 20})
    assert found["people"][0]["moved"] == 10  # of the country: the place that is hidden now is not told


def test_people_of_a_round_in_one_of_the_two_moved_nowhere(tmp_path: Path) -> None:
    found = compared(tmp_path, {"A": 10}, {"A": 12}, round_key="toy-baseline-r02")
    assert [(p["round_key"], p["before"], p["after"], p["moved"]) for p in found["people"]] == [
        ("toy-baseline-r01", 10, None, None), ("toy-baseline-r02", None, 12, None)]  # fmt: skip
    assert found["people_moved"] == 0


def test_other_columns_marts_and_rows_without_a_key(tmp_path: Path) -> None:
    sql = """ALTER TABLE two.marts.dim_round ADD COLUMN more INTEGER; ALTER TABLE two.marts.dim_round DROP COLUMN round_title;
             DROP TABLE one.marts.mart_population; INSERT INTO two.marts.mart_plain VALUES (1, 'x'); DELETE FROM two.marts.mart_plain WHERE a = 2"""
    found = {m["mart"]: m for m in compared(tmp_path, {"A": 10}, {"A": 10}, sql)["marts"]}
    assert (found["dim_round"]["columns_added"], found["dim_round"]["columns_gone"]) == (["more"], ["round_title"])
    assert (found["mart_population"]["rows_before"], found["mart_population"]["added"]) == (0, 2)
    assert (found["mart_plain"]["added"], found["mart_plain"]["gone"]) == (1, 1)


def test_equal_databases_differ_in_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, {"A": 10}, {"A": 10}) == {"marts": [], "equal": 4, "people": [], "people_moved": 0}


def test_the_notes_tell_what_changed(three: Home) -> None:
    made = candidate(three, {"A": 35, "B": 101})
    waiver = {
        "id": "w1",
        "round_key": "toy-baseline-r01",
        "finding": "looks_odd",
        "reason": "asked | them",
        "owner": "data manager",
        "expires": "2027-01-01",
    }
    m = publish(three, made, verdict_on(made, waivers=[waiver]))
    notes = (three.current / "NOTES.md").read_text()
    assert "# Release r000004" in notes and "after r000003" in notes and m.content_hash[:12] in notes
    assert f"| toy-baseline-r01 | a round | delivered again | 1 ({m.rounds[0].delivery_id}) |" in notes
    assert "| toy-baseline-r01 | Displaced | 130 | 136 | 6 | 6 |" in notes
    assert "| mart\\_population" not in notes and "| mart_population | 3 | 3 | 0 | 0 | 3 | 16.67% |" in notes
    assert "Marts without any change: 3." in notes
    assert "asked \\| them | data manager | 2027-01-01" in notes
    assert "- `looks_odd`: It \\| looks &lt;odd&gt;. (seen 7, allowed at most 5)" in notes
    assert "Перемещённые | 130 | 136" in (three.current / "NOTES.ru.md").read_text()
    kyrgyz = (three.current / "NOTES.ky.md").read_text()
    assert "Которулгандар" in kyrgyz and "| toy-baseline-r01 | a round (кырг.) |" in kyrgyz
    assert "- `looks_odd`: Бул кызыктай. (көрүндү 7, күтүлгөн эң көбү 5)" in kyrgyz


def test_the_first_release_and_one_whose_parent_can_not_be_read_have_notes_too(three: Home) -> None:
    first = (three.releases / "r000001" / "NOTES.md").read_text()
    assert "after nothing (the first release)" in first and "| Displaced |  | 110 |" in first
    (three.current / "mtm.duckdb").chmod(0o644)
    (three.current / "mtm.duckdb").write_bytes(b"no database")
    published(three, {"A": 40, "B": 100})
    assert "could not be read: nothing was compared" in (three.current / "NOTES.md").read_text()


def test_equal_contents_give_equal_notes_but_for_id_and_date(three: Home) -> None:
    texts = []
    for people in (40, 30, 40):
        published(three, {"A": people, "B": 100}, day="2026-02-01")
        texts.append((three.current / "NOTES.md").read_text())
    assert (
        re.sub(r"r00000\d", "r", texts[0]) == re.sub(r"r00000\d", "r", texts[2]) != re.sub(r"r00000\d", "r", texts[1])
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_with_the_same_places_to_fill(language: str) -> None:
    def holes(w: Words) -> dict[str, list[str]]:
        return {k: sorted(re.findall(r"\{(\w+)\}", v)) for k, v in w.model_dump().items() if isinstance(v, str)}

    assert holes(words(language)) == holes(words("en"))
    facts = Facts("r000001", None, "now", "hash", True, [], Verdict("r", "n", None, "passed", [], "0"))
    assert "{" not in markdown(facts, language) and markdown(replace(facts, parent="r0"), language)


def test_words_of_people_and_deliveries_stay_words() -> None:
    assert plain("a|b\n<script>`x`[y](z) *w*") == "a\\|b &lt;script&gt;\\`x\\`\\[y\\](z) \\*w\\*"
