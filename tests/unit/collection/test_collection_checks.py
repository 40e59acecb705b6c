"""High-frequency checks: a clean round raises next to nothing, planted defects are each found, what is lacking is said."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.unit.collection.made_round import Round, made_round, name
from tests.unit.collection.planted import WHO, planted
from warehouse.collection.checks import run
from warehouse.collection.checks.every import CHECKS
from warehouse.collection.checks.result import CHECK
from warehouse.collection.checks.settings import common, settings_of
from warehouse.errors import MtmError
from warehouse.operations import Operation, load_operation
from warehouse.settings import PROJECT

SURVEY, BASELINE = "kgz-rms-r09", "kgz-bma-r09"


def checked(made: Round, key: str = SURVEY) -> pl.DataFrame:
    return run(made.tables(), load_operation("kgz"), key)


@cache
def clean() -> pl.DataFrame:
    return checked(made_round(1500, 2))


@cache
def defective() -> pl.DataFrame:
    return checked(planted(made_round(1500, 2)))


def found(checks: pl.DataFrame, code: str) -> pl.DataFrame:
    return checks.filter((pl.col("check_code") == code) & (pl.col("outcome") == "found"))


@pytest.mark.parametrize(("informants", "key"), [(False, SURVEY), (True, BASELINE)])
def test_a_clean_round_raises_next_to_nothing(informants: bool, key: str) -> None:
    checks = checked(made_round(1500, 4, True), key) if informants else clean()
    alarms = checks.filter((pl.col("outcome") == "found") & (pl.col("severity") != "note"))
    assert alarms.height <= 2, alarms.select("check_code", "sentence_en").rows()
    assert alarms.filter(pl.col("severity") == "stop").is_empty()
    assert checks.schema == CHECK
    assert set(checks["check_code"]) == set(CHECKS)


@pytest.mark.parametrize("code", sorted(WHO))
def test_a_planted_defect_is_found_in_its_enumerator(code: str) -> None:
    rows = found(defective(), code)
    assert name(WHO[code]) in rows["enumerator"].to_list()
    assert not rows.filter(~pl.col("sentence_ky").str.contains(r"\p{Cyrillic}")).height


INNOCENT = {name(17)}  # single interviews of that one are wrong, no habit


@pytest.mark.parametrize("code", ["heaping", "fast_enumerator", "missing_enumerator", "one_option", "late_submission", "gps_missing",
                                  "refusals_enumerator", "back_check_differs", "gps_inexact", "old_version"])  # fmt: skip
def test_nobody_else_is_blamed(code: str) -> None:
    assert set(found(defective(), code)["enumerator"]) == {name(WHO[code])}


@pytest.mark.parametrize("code", ["duplicate", "end_before_start", "at_night", "duration_short", "duration_long", "test_left",
                                  "sent_before_end"])  # fmt: skip
def test_single_interviews_are_named(code: str) -> None:
    rows = found(defective(), code)
    assert name(17) in rows["enumerator"].to_list()
    assert rows.height <= (1 if code != "duration_short" else 40)
    assert rows["row_number"].null_count() == 0


def test_near_copies_are_the_later_interviews() -> None:
    made = made_round(1500, 2)
    copies = {row["row_number"] for row in made.of(0)[20:30]}
    rows = found(defective(), "near_duplicate")
    assert len(copies & set(rows["row_number"])) >= 9
    assert rows.height <= 11


def test_round_wide_defects_are_told_once() -> None:
    assert found(defective(), "back_check_share")["observed"].item() == pytest.approx(40 / 1470, abs=0.01)
    assert found(defective(), "missing_question")["unit"].to_list() == ["q16"]
    assert {"age"} <= set(found(defective(), "enumerator_effect").filter(pl.col("enumerator") == name(6))["item"])


def test_tables_of_before_say_that_nothing_is_possible() -> None:
    checks = run({}, load_operation("kgz"), SURVEY)
    assert set(checks["outcome"]) == {"too_few"}
    assert checks["sentence_ru"].null_count() == 0


@pytest.mark.parametrize(("columns", "codes"), [
    (["started_at", "ended_at", "minutes"], ["duration_short", "fast_enumerator", "overlapping", "at_night", "sent_before_end"]),
    (["enumerator"], ["too_many_a_day", "heaping", "enumerator_effect", "no_variation", "silent_enumerator", "old_version"]),
    (["gps_km", "gps_accuracy_m"], ["gps_far", "gps_missing", "gps_inexact"]),
    (["form_version", "content_hash"], ["old_version", "duplicate"]),
])  # fmt: skip
def test_what_the_form_lacks_is_said(columns: list[str], codes: list[str]) -> None:
    made = made_round(60, 3)
    for row in made.rows:
        row |= dict.fromkeys(columns)
    checks = checked(made)
    for code in codes:
        rows = checks.filter(pl.col("check_code") == code)
        assert rows["outcome"].to_list() == ["not_possible"], code
        assert rows["sentence_en"].item() and rows["severity"].item() is None


def test_few_interviews_are_no_evidence() -> None:
    made = made_round(40, 5)
    for row in made.of(1):
        made.answers[row["interview_key"]]["age"] = 30
    checks = checked(made)
    assert checks.filter(pl.col("check_code") == "heaping")["outcome"].to_list() == ["too_few"]
    assert checks.filter((pl.col("outcome") == "found") & (pl.col("severity") != "note")).is_empty()


def test_a_question_that_the_team_asks_in_two_ways_depends_on_who_asks() -> None:
    made, rng = made_round(700, 9), np.random.default_rng(9)
    for who in range(0, 18, 2):
        for row in made.of(who):
            if rng.random() < 0.7:
                made.answers[row["interview_key"]]["q03"] = "o0"
    assert found(checked(made), "enumerator_icc")["unit"].to_list() == ["q03"]
    assert found(defective(), "enumerator_icc").is_empty()  # one who stands out is told by name, not as the team's


def test_a_server_in_another_time_zone_blames_nobody() -> None:
    made = made_round(200, 6)
    for row in made.rows:
        row["submitted_at"] = row["ended_at"] + timedelta(minutes=20) - timedelta(hours=6)
    checks = checked(made)
    assert found(checks, "sent_before_end").is_empty() and found(checks, "late_submission").is_empty()


def test_villages_without_any_migrant_are_no_copies() -> None:
    made = made_round(200, 7, informants=True)
    for row in made.rows[:60]:
        made.answers[row["interview_key"]] = dict.fromkeys(made.answers[row["interview_key"]], 0)
        row["content_hash"] = "zeros"
    checks = checked(made, BASELINE)
    assert found(checks, "duplicate").is_empty() and found(checks, "near_duplicate").is_empty()


def test_equal_contents_give_equal_tables() -> None:
    made, seen = made_round(300, 8), []
    for order in (1, -1):
        tables = made.tables()
        tables["interview"] = tables["interview"][::order]
        rng = np.random.default_rng(order + 5)
        tables["answer"] = tables["answer"][rng.permutation(tables["answer"].height)]
        seen.append(run(tables, load_operation("kgz"), SURVEY).sort("check_code", "unit", "item"))
    numbers = [c for c, t in CHECK.items() if t == pl.Float64]
    assert seen[0].drop(numbers).equals(seen[1].drop(numbers))
    assert seen[0]["as_of"].unique().to_list() == [
        max(date.fromisoformat(str(r["submitted_at"])[:10]) for r in made.rows)
    ]


def test_no_enumerator_code_place_or_answer_is_in_a_sentence_of_one_interview() -> None:
    rows = defective().filter(pl.col("unit_kind") == "interview")
    assert rows.height > 20
    assert not [s for s in rows["sentence_en"] if "o0" in s or "k0" in s]


def operation(folder: Path, own: str, beside: str = "") -> Operation:
    (folder / "xyz").mkdir(parents=True)
    (folder / "xyz" / "operation.yml").write_text(
        "{operation: xyz, name: {en: X}, country_iso3: XYZ, programme: p, credit_line: c}"
    )
    (folder / "xyz" / "collection.yml").write_text(own)
    if beside:
        (folder / "common").mkdir()
        (folder / "common" / "collection.yml").write_text(beside)
    return Operation(folder / "xyz")


def test_an_operation_has_its_own_bounds_by_component(tmp_path: Path) -> None:
    own = """
overrides:
  - {check: duration_short, values: {least_minutes: 7}, reason: r}
  - {check: duration_short, component: bma, values: {least_minutes: 12}, severity: stop, reason: r}
  - {check: at_night, severity: 'off', reason: r}
back_checks: [{component: rms, type_1: [sex]}]
"""
    made = operation(tmp_path, own)
    rms, bma = settings_of(made, "rms"), settings_of(made, "bma")
    assert [s.checks["duration_short"].values for s in (rms, bma)] == [
        {"least_minutes": 7, "of_median": 0.33},
        {"least_minutes": 12, "of_median": 0.33},
    ]
    assert (rms.checks["duration_short"].severity, bma.checks["duration_short"].severity) == ("look", "stop")
    assert "at_night" not in rms.checks and "at_night" not in set(run({}, made, "xyz-rms-r01")["check_code"])
    assert (rms.question_types, bma.question_types) == ({"sex": 1}, {})


@pytest.mark.parametrize(
    "own",
    ["overrides: [{check: nope, reason: r}]", "overrides: [{check: heaping, values: {nope: 1}, reason: r}]", "nope: 1"],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, own: str) -> None:
    with pytest.raises(MtmError) as caught:
        settings_of(operation(tmp_path, own), "rms")
    assert caught.value.code in ("unknown_collection_check", "bad_operation_file") and "nope" in str(caught.value)


def test_an_older_common_file_beside_an_operation_lacks_nothing(tmp_path: Path) -> None:
    text = (PROJECT / "operations" / "common" / "collection.yml").read_text(encoding="utf-8")
    older = text.replace("most: 0.1, least_places: 5, difference: 0.2, rank_difference: 0.2", "most: 0.12")
    values = settings_of(operation(tmp_path, "{}", older), "rms").checks["enumerator_icc"].values
    assert older != text and values["most"] == 0.12 and values["least_places"] == 5


def test_every_check_has_its_words_and_every_bound_its_reason() -> None:
    assert set(common().checks) == set(CHECKS)
    manual = (PROJECT / "docs" / "high-frequency-checks.md").read_text(encoding="utf-8")
    for code, check in common().checks.items():
        line = next(line for line in manual.splitlines() if line.startswith(f"| `{code}`"))
        assert (
            all(f"`{value}`" in manual for value in check.values) and f"({check.severity})" in line
        ) or code == "gps_same_point", code
    for code, check in common().checks.items():
        assert check.reason, code
        for said in (check.name, check.finds, check.todo):
            assert all((said.en, said.ru, said.ky)), code
