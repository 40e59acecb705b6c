"""The gate refuses whenever it can't be sure, and never lets a person's value out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations import layer, measures, runner
from expectations.gate import check_candidate, check_normalized
from expectations.measures.measured import Measured
from tests.unit.expectations import samples
from tests.unit.expectations.samples import Normalized, bma, candidate, rms
from warehouse.errors import GateRefused
from warehouse.operations import Operation
from warehouse.releases.admitted import admitted
from warehouse.releases.verdict import Verdict, load_verdict, take_docs, verdict_path
from warehouse.settings import PROJECT

PHONE = "+996555987654"


def _refused(normalized: Normalized, operation: Operation | None, tmp_path: Path) -> str:
    verdict = check_candidate(candidate(normalized, tmp_path), operation)
    assert verdict.outcome == "refused" and verdict.error
    return verdict.error


def test_a_measure_that_breaks_refuses_and_hides_its_message(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> Measured:
        raise ValueError(PHONE)

    monkeypatch.setitem(measures.NORMALIZED, "heaping", broken)
    error = _refused(bma(), operation, tmp_path)
    assert "heaping could not be measured: ValueError" in error and PHONE not in error


@pytest.mark.parametrize("layer_name", ["normalized", "marts"])
def test_a_missing_suite_refuses(
    layer_name: str, operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"expectations.suites.{layer_name}", None)
    assert layer_name in _refused(bma(), operation, tmp_path)


def test_a_suite_without_checks_refuses(operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer, "bounds", lambda *_: [])
    assert "no checks" in _refused(bma(), operation, tmp_path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_measure_without_a_number_refuses(
    value: float, operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(measures.NORMALIZED, "heaping", lambda _: Measured(value, ""))
    assert "nothing was measured for heaping" in _refused(bma(), operation, tmp_path)


def test_fewer_results_than_checks_refuse(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = runner._validate
    monkeypatch.setattr(runner, "_validate", lambda *given: whole(*given)[1:])
    assert "checks were not evaluated: conservation" in _refused(bma(), operation, tmp_path)


def test_an_expectation_that_raises_refuses(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = runner._validate

    def without_a_column(suite: Any, values: dict[str, float]) -> list[Any]:
        return whole(suite, {code: v for code, v in values.items() if code != "conservation"})

    monkeypatch.setattr(runner, "_validate", without_a_column)
    assert "could not evaluate conservation" in _refused(bma(), operation, tmp_path)


def test_a_broken_great_expectations_refuses(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_context", lambda: 1 / 0)
    assert "ZeroDivisionError" in _refused(bma(), operation, tmp_path)


@pytest.mark.parametrize("table", ["conservation", "column_map", "assessment", "population"])
def test_an_empty_table_refuses(table: str, operation: Operation) -> None:
    assert check_normalized(bma().only(table, pl.lit(False)), operation).outcome == "refused"


@pytest.mark.parametrize("table", ["population", "conservation", "finding"])
def test_a_missing_table_refuses(table: str, operation: Operation) -> None:
    given = bma()
    del given.tables[table]
    verdict = check_normalized(given, operation)
    assert verdict.outcome == "refused" and "KeyError" in verdict.error


def test_a_missing_database_refuses(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    given.database.unlink()
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and "marts" in verdict.error
    assert {c.layer for c in verdict.checks} == {"normalized"}


def test_an_unknown_operation_refuses(tmp_path: Path) -> None:
    assert "no operation" in _refused(bma(), None, tmp_path)


@pytest.mark.parametrize("code", ["heapping", "identifiers_kept"])
def test_a_threshold_that_no_check_reads_refuses(code: str, tmp_path: Path) -> None:
    gate = f"thresholds: [{{check: {code}, severity: note, value: 9, since: 2024-01-01, reason: test}}]"
    operation = samples.operation(tmp_path / "own", gate)
    assert code in _refused(bma(), operation, tmp_path)


def test_an_operation_moves_a_bound_and_its_severity(tmp_path: Path) -> None:
    gate = "thresholds: [{check: heaping, severity: block, value: 0.0, since: 2024-01-01, reason: test}]"
    rows = [{**r, "value": 20} for r in bma().table("population").to_dicts()]
    verdict = check_normalized(bma().with_rows("population", rows), samples.operation(tmp_path, gate))
    assert "heaping" in {c.code for c in verdict.blocking}


def test_a_verdict_that_can_not_be_stored_refuses(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = candidate(bma(), tmp_path)
    monkeypatch.setattr("warehouse.releases.verdict.os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and "could not be stored" in str(verdict.error)


def test_an_older_verdict_does_not_stand_in_for_one_that_can_not_be_stored(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = candidate(bma(), tmp_path)
    assert check_candidate(given, operation).outcome == "passed"
    monkeypatch.setattr("warehouse.releases.verdict.os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    assert check_candidate(given, operation).outcome == "refused"
    assert load_verdict(given.home, "xx-bma-r02", "abc123") is None


@pytest.mark.parametrize("broken", ["expectations.docs.page", "expectations.runner._context"])
def test_data_docs_that_fail_refuse(
    broken: str, operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody can look at is not published; and the stored verdict says so."""
    given = candidate(bma(), tmp_path)
    monkeypatch.setattr(broken, lambda *_: 1 / 0)
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and "Data Docs could not be built: ZeroDivisionError" in verdict.error
    assert load_verdict(given.home, "xx-bma-r02", "abc123") == verdict


def test_inputs_that_can_not_be_told_refuse(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expectations.made_from.inputs_of", lambda *_: 1 / 0)
    assert "what was judged could not be told" in _refused(bma(), operation, tmp_path)


def test_a_damaged_ledger_of_waivers_refuses(operation: Operation, tmp_path: Path) -> None:
    given = candidate(bma(), tmp_path)
    (given.home.waivers / "waivers.jsonl").write_text("{")
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused" and "ledger of waivers is damaged" in verdict.error


def test_a_difference_that_breaks_refuses(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expectations.gate.base_diff", lambda *_: 1 / 0)
    assert "the change against the base release" in _refused(bma(), operation, tmp_path)


def _passed(operation: Operation, tmp_path: Path) -> tuple[Any, Verdict, Path]:
    given = candidate(bma(), tmp_path)
    verdict = check_candidate(given, operation)
    assert admitted(given, verdict) == verdict
    return given, verdict, verdict_path(given.home, verdict.round_key, verdict.normalized_id)


def test_publishing_refuses_what_the_gate_did_not_store(operation: Operation, tmp_path: Path) -> None:
    given, verdict, path = _passed(operation, tmp_path)
    for altered in (replace(verdict, checks=verdict.checks[1:]), replace(verdict, base_release="r9")):
        with pytest.raises(GateRefused, match="not the one that the gate stored"):
            admitted(given, altered)
    path.unlink()
    with pytest.raises(GateRefused, match="no verdict"):
        admitted(given, verdict)


TAMPERED: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "torn": lambda text: text[: len(text) // 2],
    "no object": lambda text: "[]",
    "not text": lambda text: "\x00\xff",
    "another outcome": lambda text: text.replace('"outcome": "passed"', '"outcome": "provisional"', 1),
    "a check turned": lambda text: text.replace('"severity": "block"', '"severity": "note"', 1),
    "an unknown key": lambda text: text.replace("{", '{"more": 1,', 1),
    "no seal": lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "seal"}),
    "no checks": lambda text: json.dumps({**json.loads(text), "checks": []}),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_stored_verdict_that_was_altered_publishes_nothing(how: str, operation: Operation, tmp_path: Path) -> None:
    given, verdict, path = _passed(operation, tmp_path)
    path.write_text(TAMPERED[how](path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(GateRefused) as error:
        admitted(given, verdict)
    assert error.value.exit_code == 3 and "mtm run xx-bma-r02" in str(error.value)


WRONG: dict[str, dict[str, Any]] = {
    "another version": {"code_version": "0.0.0"},
    "an error": {"error": "something broke"},
    "refused": {"outcome": "refused"},
    "provisional": {"outcome": "provisional"},
    "another candidate": {"base_release": "r7"},
    "no check at all": {"checks": []},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_sealed_verdict_must_hold_in_itself(what: str, operation: Operation, tmp_path: Path) -> None:
    """Also one that was written with a right seal: the outcome is worked out again from what it says."""
    given, verdict, _ = _passed(operation, tmp_path)
    wrong = replace(verdict, **WRONG[what])
    wrong.save(given.home)
    with pytest.raises(GateRefused):
        admitted(given, wrong)


@pytest.mark.parametrize("layer_name", ["normalized", "marts"])
def test_a_verdict_on_one_layer_alone_publishes_nothing(layer_name: str, operation: Operation, tmp_path: Path) -> None:
    given, verdict, _ = _passed(operation, tmp_path)
    part = replace(verdict, checks=[c for c in verdict.checks if c.layer == layer_name])
    part.save(given.home)
    with pytest.raises(GateRefused, match="its checks do not"):
        admitted(given, part)


def test_a_check_that_fails_stops_a_verdict_that_says_passed(operation: Operation, tmp_path: Path) -> None:
    given, verdict, _ = _passed(operation, tmp_path)
    first = next(c for c in verdict.checks if c.severity == "block")
    checks = [replace(c, passed=False) if c is first else c for c in verdict.checks]
    for waiver in ("", "w0001"):  # a waiver that nobody gave lets nothing through
        wrong = replace(verdict, checks=[replace(c, waiver=waiver) if c.code == first.code else c for c in checks])
        wrong.save(given.home)
        with pytest.raises(GateRefused):
            admitted(given, wrong)


def test_a_partial_delivery_is_published_by_no_verdict(operation: Operation, tmp_path: Path) -> None:
    given, verdict, _ = _passed(operation, tmp_path)
    given.normalized = given.normalized.declared_partial()
    with pytest.raises(GateRefused, match="partial"):
        admitted(given, verdict)


def test_a_release_takes_the_data_docs_or_is_not_written(operation: Operation, tmp_path: Path) -> None:
    given, verdict, _ = _passed(operation, tmp_path)
    (tmp_path / "staging").mkdir()
    take_docs(given.home, verdict, tmp_path / "staging")
    assert "xx-bma-r02" in (tmp_path / "staging" / "gate" / "index.html").read_text(encoding="utf-8")
    with pytest.raises(Exception, match="are gone"):
        take_docs(given.home, replace(verdict, normalized_id="other"), tmp_path / "staging")


def test_a_partial_delivery_is_provisional_and_never_passes(operation: Operation, tmp_path: Path) -> None:
    assert check_candidate(candidate(bma().declared_partial(), tmp_path), operation).outcome == "provisional"


def test_a_partial_delivery_may_lack_units(operation: Operation) -> None:
    missing = bma().only("place", pl.col("place_code") != "XX21").only("assessment", pl.col("place_code") != "XX21")
    part = missing.only("population", pl.col("place_code") != "XX21")
    assert check_normalized(part, operation).outcome == "refused"
    verdict = check_normalized(part.declared_partial(), operation)
    assert verdict.outcome == "provisional"
    assert "the delivery is partial" in next(c for c in verdict.checks if c.code == "missing_level_2").observed


def test_a_partial_delivery_may_not_be_wrong(operation: Operation) -> None:
    assert check_normalized(bma().spoil("population", value=-1).declared_partial(), operation).outcome == "refused"


def _everywhere(n: Normalized) -> Normalized:
    """A phone number in every text cell that a delivery fills."""
    cells = {
        "what": PHONE,
        "expected": PHONE,
        "todo": PHONE,
        "code": PHONE,
        "severity": "block",
        "sheet": PHONE,
        "column_label": PHONE,
    }
    n = n.more("finding", cells).more(
        "rejected", {"reason_code": PHONE, "sheet": PHONE, "detail": PHONE, "cells": PHONE}
    )
    n = n.spoil("column_map", column_label=PHONE, sheet=PHONE, mapping="unknown").spoil(
        "conservation", measure=PHONE, delivered=9
    )
    n = n.more("place", {"place_code": PHONE, "place_level": 1, "parent_code": PHONE, "place_name_en": PHONE})
    if n.delivery.component == "rms":
        return n.spoil("answer", option_code=PHONE, response_key=PHONE).spoil("response", age_years=3, sheet=PHONE)
    return n.spoil("population", value=-1, delivered_value=PHONE, population_category=PHONE).spoil(
        "assessment", sheet=PHONE
    )


@pytest.mark.parametrize("good", [bma, rms])
def test_no_personal_value_leaves_the_gate(
    good: Callable[[], Normalized], operation: Operation, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = candidate(_everywhere(good()), tmp_path)
    given.dbt = [{"unique_id": "model.x", "status": "error", "message": PHONE}]
    given.sql(f"UPDATE marts.mart_headlines SET headline_code = '{PHONE}'")
    before = {p for p in tmp_path.rglob("*") if p.is_file()}
    verdict = check_candidate(given, operation)
    assert verdict.outcome == "refused"
    written = {p for p in tmp_path.rglob("*") if p.is_file()} - before
    texts = [json.dumps(verdict.as_dict()), *(p.read_text(errors="replace") for p in written), *capfd.readouterr()]
    digits = PHONE.removeprefix("+")
    assert written and not [text for text in texts if digits in text or "987654" in text]


@pytest.mark.parametrize(
    "module",
    ["expectations.gate", "expectations.suites.normalized", "expectations.suites.marts", "expectations.runner"],
)
def test_importing_the_gate_imports_nothing_heavy(module: str) -> None:
    heavy = "{'great_expectations', 'pandas', 'dagster', 'dbt'} & set(sys.modules)"
    code = f"import sys, {module}; print(sorted({heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_gate_knows_nothing_of_dagster() -> None:
    files = list((PROJECT / "expectations").rglob("*.py"))
    assert files and not [f for f in files if "dagster" in f.read_text(encoding="utf-8").split('"""', 2)[-1]]


def test_running_leaves_nothing_outside_the_state(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    runner._context.cache_clear()
    assert check_normalized(replace(bma()), operation).outcome == "passed"
    assert list(elsewhere.iterdir()) == []
