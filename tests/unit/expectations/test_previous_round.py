"""A round against the round before and the base release: layouts, countries, rounds that must stand as they were."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from expectations.gate import check_candidate
from tests.unit.expectations.samples import Candidate, Delivery, Normalized, bma, candidate, rms, stored
from warehouse.normalize.schema import TABLES
from warehouse.operations import Operation
from warehouse.releases.candidate import models_hash
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.survey.stated import Margin, Raking, StatedSurvey


def version(round_key: str, normalized_id: str = "before") -> RoundVersion:
    return RoundVersion(round_key, "d", 1, "f" * 64, normalized_id)


def manifest(*versions: RoundVersion, models: str = "") -> Manifest:
    return Manifest("r1", None, "2024-01-01Z", "c", "0", models or models_hash(), list(versions), [])


def earlier(given: Candidate, before: Normalized) -> Candidate:
    """The candidate with a round before it in the base release."""
    number = 1 if before.delivery.component == "bma" else 0
    before = replace(before, normalized_id="before", delivery=replace(before.delivery, round_number=number))
    stored(before, given.home)
    kept = version(before.round_key)
    given.base, given.versions = manifest(kept), [kept, version(given.normalized.round_key, "abc123")]
    published(given)
    return given


def published(given: Candidate) -> None:
    """The base release shows what the candidate shows now."""
    folder = given.home.releases / "r1"
    folder.mkdir(parents=True)
    shutil.copyfile(given.database, folder / "mtm.duckdb")


def failed(verdict: Verdict) -> dict[str, CheckResult]:
    assert verdict.error == ""
    return {c.code: c for c in verdict.checks if not c.passed}


def judged(given: Candidate, operation: Operation) -> dict[str, CheckResult]:
    return failed(check_candidate(given, operation))


def test_the_same_layout_as_the_round_before_is_silent(operation: Operation, tmp_path: Path) -> None:
    assert judged(earlier(candidate(bma(), tmp_path), bma()), operation) == {}


def test_what_the_round_before_counted_and_this_one_does_not_is_told(operation: Operation, tmp_path: Path) -> None:
    before = bma().more("population", {"population_category": "internal", "dimension": "reason", "item": "work"})
    assert judged(earlier(candidate(bma(), tmp_path), before), operation)["columns_gone"].evidence == [
        "internal individuals reason"
    ]


def test_new_labels_are_recorded_and_nothing_more(operation: Operation, tmp_path: Path) -> None:
    before = bma().spoil("column_map", column_label="All returned of +996 555 123456")
    found = judged(earlier(candidate(bma(), tmp_path), before), operation)
    assert set(found) == {"headers_changed"} and found["headers_changed"].severity == "note"
    assert found["headers_changed"].evidence == ["returned_total"]


@pytest.mark.parametrize(("label", "fails"), [("2)2015", True), ("2. 2014", False), ("in 2015", False)])
def test_a_number_that_means_another_answer_is_told(
    label: str, fails: bool, operation: Operation, tmp_path: Path
) -> None:
    def asked(text: str) -> Normalized:
        one = {"response_key": "a1", "question_code": "year", "option_code": "y", "value_status": "reported"}
        return bma().more("answer", one | {"delivered_value": text})

    found = judged(earlier(candidate(asked(label), tmp_path), asked("2)2014")), operation)
    assert set(found) == ({"options_relabelled"} if fails else set())
    assert not fails or found["options_relabelled"].evidence == ["year 2"]


def test_unknown_countries_of_many_people_are_told(operation: Operation, tmp_path: Path) -> None:
    unknown = [{**r, "item": "UNKNOWN"} if r["item"] else r for r in bma().table("population").to_dicts()]
    known = [r | {"item": "2023"} if r["dimension"] == "year" else r for r in unknown]
    given = candidate(bma().with_rows("population", known), tmp_path)
    given.sql("INSERT INTO reference.country BY NAME SELECT 'UNKNOWN' country_iso3")
    assert set(judged(given, operation)) == {"countries_unknown_share"}


def test_the_first_round_and_a_gap_compare_with_nothing(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.sql(
        "DELETE FROM intermediate.int_community_population WHERE place_code = 'XX21' AND round_key = 'xx-bma-r02'"
    )
    given.sql(
        "UPDATE intermediate.int_round_pair SET previous_round_key = 'xx-bma-r00'; "
        "UPDATE intermediate.int_community_population SET round_key = 'xx-bma-r00' WHERE round_key = 'xx-bma-r01'"
    )
    assert "far_fewer_communities" not in judged(given, operation)
    given.sql("DELETE FROM intermediate.int_round_pair; DELETE FROM intermediate.int_pair_community")
    assert judged(given, operation) == {}


LOST: dict[str, Callable[[Candidate], Any]] = {
    "gone": lambda c: setattr(c, "versions", c.versions[1:]),
    "another delivery": lambda c: setattr(c, "versions", [replace(c.versions[0], sha256="0" * 64), c.versions[1]]),
    "other tables": lambda c: setattr(c, "versions", [replace(c.versions[0], normalized_id="x"), c.versions[1]]),
}


@pytest.mark.parametrize("how", LOST)
def test_another_round_that_does_not_stand_as_it_was_pinned_refuses(
    how: str, operation: Operation, tmp_path: Path
) -> None:
    given = earlier(candidate(bma(), tmp_path), bma())
    LOST[how](given)
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and failed(verdict)["other_rounds_changed"].evidence == ["xx-bma-r01"]


def test_stored_tables_that_were_altered_refuse(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    pl.DataFrame(schema=TABLES["rejected"]).write_parquet(given.normalized.folder / "share.parquet")
    assert judged(given, operation)["stored_tables_changed"].evidence == ["xx-bma-r02"]
    (given.normalized.folder / "normalized.json").unlink()
    assert check_candidate(given, operation).outcome == "refused"


def test_a_figure_of_another_round_that_moved_refuses(operation: Operation, tmp_path: Path) -> None:
    given = earlier(candidate(bma(), tmp_path), bma())
    given.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-bma-r01'")
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused"
    assert failed(verdict)["other_rounds_moved"].evidence == ["mart_round_coverage xx-bma-r01"]


MAY_MOVE: dict[str, Callable[[Candidate], Any]] = {
    "the round itself": lambda c: c.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-bma-r02'"),
    "a newer report": lambda c: c.sql("UPDATE marts.mart_quality SET severity = 'note' WHERE round_key = 'xx-bma-r01'"),
    "other models": lambda c: (
        setattr(c, "base", manifest(*c.base.rounds, models="older") if c.base else None),
        c.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-bma-r01'"),
    ),
    "a round built with it": lambda c: (
        c.building.append(stored(replace(rms(), normalized_id="again"), c.home)),
        setattr(c, "base", manifest(*c.versions, version("xx-rms-r01")) if c.base else None),
        c.versions.append(version("xx-rms-r01")),
        c.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-rms-r01'"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MAY_MOVE)
def test_what_may_move_is_no_failure(what: str, operation: Operation, tmp_path: Path) -> None:
    given = earlier(candidate(bma(), tmp_path), bma())
    MAY_MOVE[what](given)
    assert judged(given, operation) == {}


def test_a_redelivered_earlier_round_may_move_later_ones_of_its_component(operation: Operation, tmp_path: Path) -> None:
    old = replace(bma(), delivery=Delivery(round_number=1))
    given = candidate(old, tmp_path)
    given.base = manifest(version("xx-bma-r02"), version("xx-rms-r01"))
    given.versions = [version("xx-bma-r01"), *given.base.rounds]
    published(given)
    given.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-bma-r02'")
    assert "other_rounds_moved" not in failed(check_candidate(given, operation))
    given.sql("UPDATE marts.mart_round_coverage SET place_level = 1 WHERE round_key = 'xx-rms-r01'")
    assert "other_rounds_moved" in failed(check_candidate(given, operation))


def test_a_stock_may_move_the_weights_that_are_raked_to_it_and_nothing_else_of_a_survey(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raking = Raking(margins=[Margin(by=["oblast"], category="returned")])
    stated = {"rms": StatedSurvey(component="rms", weights="none", raking=raking)}
    given = earlier(candidate(bma(), tmp_path), bma())
    given.sql("UPDATE marts.mart_survey_weights SET round_key = 'xx-rms-r02'")
    given.base = manifest(*given.versions[:1], version("xx-rms-r02"))
    given.versions.append(version("xx-rms-r02"))
    shutil.rmtree(given.home.releases / "r1")
    published(given)
    assert "other_rounds_moved" not in judged(given, operation)

    given.sql("UPDATE marts.mart_survey_weights SET respondents = 2")
    assert judged(given, operation)["other_rounds_moved"].evidence == ["mart_survey_weights xx-rms-r02"]
    monkeypatch.setattr(Operation, "surveys", property(lambda _: stated))
    assert "other_rounds_moved" not in judged(given, operation)
    given.sql("UPDATE marts.mart_round_coverage SET round_key = 'xx-rms-r02' WHERE round_key = 'xx-bma-r01'")
    assert "mart_round_coverage xx-rms-r02" in judged(given, operation)["other_rounds_moved"].evidence


def test_a_base_release_that_can_not_be_read_is_an_error_of_the_gate(operation: Operation, tmp_path: Path) -> None:
    given = earlier(candidate(bma(), tmp_path), bma())
    (given.home.releases / "r1" / "mtm.duckdb").unlink()
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and "other_rounds_moved could not be measured" in verdict.error


def test_no_evidence_names_what_only_the_delivery_knows(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.sql("DELETE FROM reference.place; DELETE FROM intermediate.int_place_observed")
    given.sql("UPDATE intermediate.int_pair_community SET individuals = 2000 WHERE place_code = 'XX21'")
    found = judged(given, operation)["community_outliers"]
    assert found.evidence == ["data!4 returned"]
    with duckdb.connect(str(given.database), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM reference.place").fetchall() == [(0,)]
