"""The catalogue of checks: every family has one, every check its words, every bound its date and reason, no law moves."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from expectations.checks import CATALOGUE, Catalogue, catalogue
from expectations.gate import check_normalized
from expectations.manual import PAGE, page
from expectations.measures import MARTS, NORMALIZED
from expectations.measures.named import MEASURED
from tests.unit.expectations import samples
from warehouse.normalize.reasons import reasons
from warehouse.operations import Gate, all_operations, read_yaml
from warehouse.serving.field_report.report import REPEATING
from warehouse.settings import PROJECT

COMMON = PROJECT / "operations" / "common" / "gate.yml"
CATCH_ALL = {"blocking_findings", "review_findings"}


def test_every_family_has_checks_with_words_in_both_languages() -> None:
    assert set(catalogue().families) == set(range(1, 19))
    for number in catalogue().families:
        checks = [c for c in catalogue().checks if c.family == number]
        assert checks, f"family {number} has no check"
        for check in checks:
            assert check.todo and check.sentence.en.endswith(".") and check.sentence.ru.endswith("."), check.code
            assert any("а" <= letter.lower() <= "я" for letter in check.sentence.ru), check.code


@pytest.mark.parametrize("number", [0, 19, None])
def test_a_check_without_a_family_is_refused(number: int | None) -> None:
    data = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    data["checks"][0]["family"] = number
    with pytest.raises(ValueError, match="family"):
        Catalogue.model_validate(data)


def test_a_family_without_a_check_is_refused() -> None:
    data = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    data["checks"] = [c for c in data["checks"] if c["family"] != 15]
    with pytest.raises(ValueError, match="family"):
        Catalogue.model_validate(data)


def test_two_checks_of_one_severity_may_not_count_one_finding() -> None:
    data = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    named = [c for c in data["checks"] if c.get("findings") and c["severity"] == "block"]
    named[0]["findings"] = [*named[0]["findings"], named[1]["findings"][0]]
    with pytest.raises(ValueError, match="same finding"):
        Catalogue.model_validate(data)


def test_every_check_has_its_measure_and_every_measure_its_check() -> None:
    used = {(c.layer, c.measured_by) for c in catalogue().checks}
    assert used == {("normalized", name) for name in NORMALIZED} | {("marts", name) for name in MARTS}


def test_the_laws_of_people_rows_and_the_release_are_never_waived() -> None:
    never = {c.code for c in catalogue().checks if not c.waivable}
    assert {"conservation", "identifiers_kept", "personal_texts", "personal_data_found", "small_cells", "small_samples",
            "fine_places", "recount_differs", "other_rounds_moved", "trend_told_over_break"} <= never  # fmt: skip
    assert all(c.law is not None for c in catalogue().checks if not c.waivable)
    assert not {c.code for c in catalogue().checks if c.family == 17 and c.severity == "block"} - never


def test_every_threshold_has_a_check_a_date_and_a_reason() -> None:
    common = read_yaml(COMMON, Gate).thresholds
    assert len({t.check for t in common}) == len(common)
    needed = {c.code for c in catalogue().checks if c.law is None} | set(catalogue().parameters)
    assert {t.check for t in common} == needed
    own = [t for o in all_operations() for t in read_yaml(o.folder / "gate.yml", Gate).thresholds]
    for t in [*common, *own]:
        assert len(t.reason) >= 20 and date(2026, 1, 1) <= t.since <= date(2026, 12, 31), t.check


def test_an_operation_may_not_turn_a_law_off(tmp_path: Path) -> None:
    gate = "thresholds: [{check: conservation, severity: note, value: 9, since: 2026-11-25, reason: we would like to}]"
    verdict = check_normalized(samples.bma(), samples.operation(tmp_path, gate))
    assert verdict.outcome == "refused" and "conservation" in verdict.error


def test_a_result_carries_its_family_its_number_and_its_bound(tmp_path: Path) -> None:
    verdict = check_normalized(samples.bma(), samples.operation(tmp_path))
    found = {c.code: (c.family, c.value, c.bound) for c in verdict.checks}
    assert found["conservation"] == (3, 0.0, 0.0) and found["rows_present"] == (1, 3.0, 1.0)
    assert {family for family, _, _ in found.values()} >= {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 17}


def test_the_report_to_the_field_tells_no_finding_twice() -> None:
    assert {c.code for c in catalogue().checks if c.findings} | CATCH_ALL == REPEATING


def test_the_manual_shows_the_checks_as_they_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m expectations.manual"


def test_every_finding_that_stops_or_is_looked_at_belongs_to_a_family() -> None:
    made = re.compile(r'"([a-z]+_[a-z_]+)",\s*"(?:block|review)"')
    rooms = ("normalize", "deliveries", "corrections")
    paths = [path for room in rooms for path in (PROJECT / "warehouse" / room).rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    found = set(made.findall(source)) | {code for code, reason in reasons().items() if not reason.by_rule}
    assert {"units_swapped", "skip_logic", "hidden_rows", "unknown_place"} <= found
    named = {code for check in catalogue().checks for code in check.findings} | set(MEASURED)
    # corrections and decisions are about the ledger, not about the delivery: the catch-all checks count them
    rest = {code for code in found - named if not code.startswith(("correction_", "decision_"))}
    told_by_codes_moved, no_code = {"place_code_moved", "place_code_renamed"}, {"as_yaml"}
    assert rest - told_by_codes_moved - no_code == set(), "name them at a check of their family"
