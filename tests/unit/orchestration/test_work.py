"""A run's stages: timed, and their errors one line without values."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.work import Work
from warehouse.errors import MtmError, UnreadableDelivery
from warehouse.settings import Home

SECRET = "+996 555 010203"


@pytest.fixture
def work(home: Home, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.delenv("MTM_DEBUG", raising=False)
    return Work(home, "kgz-bma-r03")


def test_stages_are_timed_and_added_up(work: Work) -> None:
    for _ in range(2):
        with work.stage("normalize"):
            pass
    assert list(work.seconds) == ["normalize"] and work.seconds["normalize"] >= 0


def test_an_error_of_ours_is_kept_and_shown_as_it_is(work: Work) -> None:
    with pytest.raises(dg.Failure) as failure, work.stage("normalize"):
        raise UnreadableDelivery("the sheet has two header rows", where="a.xlsx, sheet 1", todo="remove one")
    assert isinstance(work.error, UnreadableDelivery)
    assert failure.value.description == str(work.error)
    assert failure.value.allow_retries is False


def test_an_error_nobody_foresaw_is_told_without_its_text(work: Work) -> None:
    with pytest.raises(dg.Failure) as failure, work.stage("normalize"):
        raise ValueError(f"could not convert {SECRET}")
    assert work.error is not None and "ValueError" in str(work.error)
    shown = f"{failure.value.description} {failure.value.metadata} {failure.value.__cause__} {failure.value.__suppress_context__}"
    assert SECRET not in shown and shown.endswith("None True")


def test_a_step_without_the_ones_before_it_says_what_to_launch(work: Work) -> None:
    with pytest.raises(MtmError, match="publish_round"):
        work.built_candidate()
