"""F11, F12: a rule of the gate does not hold, or the gate itself breaks. The old release stands."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults import toyland
from tests.faults.lab import Lab
from tests.faults.tally import Tries, trying
from warehouse.operations import load_operation

BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
NOT_ASKED = 75  # `steps.publish_judged`: the rule does not apply to this round
FIRST = {toyland.round_key(1): toyland.people(1)}

BROKEN: dict[str, dict[str, list[object]]] = {
    "a suite is missing": {"raise_in": ["expectations.layer", "_suite_module"]},
    "the catalogue can't be read": {"raise_in": ["expectations.checks", "catalogue"]},
    "Great Expectations breaks": {"raise_in": ["expectations.layer", "run_suite"]},
    "nothing was evaluated": {"returns": ["expectations.layer", "run_suite", {}]},
    "no rule applies": {"returns": ["expectations.layer", "bounds", []]},
    "the round can't be read": {"raise_in": ["expectations.gate", "_given"]},
    "a layer breaks": {"raise_in": ["expectations.gate", "judge"]},
    "the gate is killed": {"crash_at": ["expectations.gate", "judge", "kill", 2]},
    "the disk is full at the verdict": {"at_move": [".json", "before", "ENOSPC"]},
    "a mart is empty": {"empty": ["mart_population"]},
    "a mart is gone": {"gone": ["mart_population"]},
    "all marts are empty": {"empty": ["%"]},
}


def blocking() -> list[str]:
    """Codes of all rules that can stop a publication in Toyland."""
    from expectations.checks import catalogue

    thresholds = load_operation("toy").thresholds
    return [c.code for c in catalogue().checks if (c.severity or thresholds[c.code].severity) == "block"]


def test_a_few_rules(ready: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", str(ready.operations))
    codes = blocking()
    random.Random(time.time_ns()).shuffle(codes)
    with trying("F11") as tries:
        for code in codes:
            _rule(ready, code, tries)
            if tries.tries == 3:
                break


@pytest.mark.faults
@pytest.mark.slow
def test_every_rule(ready: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", str(ready.operations))
    codes = blocking()
    with trying("F11") as tries:
        for code in codes:
            _rule(ready, code, tries)
        assert tries.tries > len(codes) / 3, "most rules do not apply to the round: it tries nothing"


def test_a_round_that_holds_everything_is_published(ready: Lab) -> None:
    """The counter-test: without a doctored number the same steps publish."""
    ready.mtm("@publish_judged")
    assert ready.served().people == BOTH


@pytest.mark.parametrize("what", [*list(BROKEN)[3:5], "the gate is killed", "a mart is empty"])
def test_the_gate_breaks(ready: Lab, what: str) -> None:
    _broken(ready, what)


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("what", BROKEN)
def test_the_gate_breaks_in_every_way(ready: Lab, what: str) -> None:
    _broken(ready, what)
    ready.mtm("run", toyland.round_key(2))
    assert ready.served().people == BOTH


def _broken(lab: Lab, what: str) -> None:
    with trying("F12") as tries, tries.one(what):
        process = lab.start("@publish_judged", hooks=BROKEN[what])
        assert process.wait() not in (0, NOT_ASKED), process.said
        assert lab.served().people == FIRST


def _rule(lab: Lab, code: str, tries: Tries) -> None:
    lab.put_back("ready")
    process = lab.start("@publish_judged", hooks={"doctored": [code]})
    seen = process.wait()
    if seen == NOT_ASKED:
        assert lab.served().people == BOTH
        return
    with tries.one(code):
        assert seen == 3, f"exit code {seen}: {process.said[-500:]}"
        assert lab.served().people == FIRST
