"""The tables of a round are judged once in a run, and again wherever anything that was looked at may have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import first_layer
from expectations.inputs import RoundInput
from expectations.layer import Judged
from expectations.measures import NORMALIZED
from tests.unit.expectations.samples import bma, candidate
from warehouse.operations import Operation
from warehouse.releases.verdict import CheckResult

RESULT = CheckResult("c", "normalized", "block", True, "s", "s", "0", "at most 0", "do")
JUDGED = Judged([RESULT])


@pytest.fixture
def given(operation: Operation, tmp_path: Path) -> RoundInput:
    return RoundInput(candidate(bma(), tmp_path).normalized, operation)


def test_what_was_found_is_given_once(given: RoundInput) -> None:
    first_layer.keep(given, JUDGED)
    assert first_layer.taken(RoundInput(given.normalized, given.operation)) is JUDGED
    assert first_layer.taken(given) is None


def test_an_error_is_not_kept(given: RoundInput) -> None:
    first_layer.keep(given, Judged([RESULT], ["it broke"]))
    assert first_layer.taken(given) is None


def test_changed_tables_and_other_measures_are_judged_again(given: RoundInput, monkeypatch: pytest.MonkeyPatch) -> None:
    first_layer.keep(given, JUDGED)
    table = next(given.normalized.folder.glob("*.parquet"))
    table.write_bytes(table.read_bytes() + b"\0")
    assert first_layer.taken(given) is None
    first_layer.keep(given, JUDGED)
    monkeypatch.setitem(NORMALIZED, "rows_present", NORMALIZED["conservation"])
    assert first_layer.taken(given) is None


def test_another_round_takes_nothing(given: RoundInput, operation: Operation, tmp_path: Path) -> None:
    first_layer.keep(given, JUDGED)
    assert first_layer.taken(RoundInput(candidate(bma(), tmp_path / "other").normalized, operation)) is None
