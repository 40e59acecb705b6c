"""A run's stages: timed, and their errors one line without values."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace
from typing import cast

import dagster as dg
import pytest

from orchestration.work import PARTITION, Work
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


def test_a_run_that_is_terminated_leaves_no_candidate_and_lets_the_next_one_in(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown: list[object] = []
    monkeypatch.setattr("warehouse.releases.candidate.discard", thrown.append)
    work.candidate = candidate = object()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt), work.stage("dbt"):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    assert thrown == [candidate] and work.candidate is None and work.error is None


def test_a_run_that_was_terminated_goes_no_further(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing, status=dg.DagsterRunStatus.STARTED, tags={PARTITION: "kgz-bma-r03"})
        context = cast(dg.AssetExecutionContext, SimpleNamespace(run=run, instance=instance))
        assert Work.of(context, home).round_key == "kgz-bma-r03"
        assert str(os.getpid()) in instance.get_run_by_id(run.run_id).tags[".dagster/mtm_process"]  # type: ignore[union-attr]
        instance.report_run_canceling(run)
        with pytest.raises(KeyboardInterrupt):
            Work.of(context, home)


def test_a_step_of_several_rounds_without_the_first_says_what_to_select(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing)
        with pytest.raises(dg.Failure, match="select delivery too"):
            Work.of(cast(dg.AssetExecutionContext, SimpleNamespace(run=run, instance=instance)), home)


@dg.job
def _nothing() -> None:
    """Stands for the line."""
