"""What one run holds in memory from step to step, its times and its errors.

Candidates hold a lock and an open end: they can't go through a file between processes, so the line runs in one process
and hands them on here. What is done with them does not belong here.
"""

import atexit
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, cast

import dagster as dg
from dagster._utils.interrupts import raise_interrupts_as

from orchestration.process import mark
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.normalize.run import Normalized, normalize
from warehouse.progress import tell
from warehouse.releases.manifest import Manifest
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.releases.candidate import Candidate

PARTITION = "dagster/partition"  # the tag of a run on one round
Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext

TOLD = {
    "receive": "looking up the delivery", "normalize": "normalizing", "gate normalized": "judging the round's tables",
    "build candidate": "copying the current release", "dbt": "building the marts", "gate marts": "judging the marts",
    "publish": "writing the release",
}  # fmt: skip

_works: dict[str, "Work"] = {}


@dataclass
class Work:
    """One run on one round. `seconds` by stage; `error` is what stopped it."""

    home: Home
    round_key: str
    delivery: Delivery | None = None
    normalized: Normalized | None = None
    candidate: "Candidate | None" = None
    verdict: Verdict | None = None
    manifest: Manifest | None = None
    was_published: bool = False  # the current release held exactly this already
    is_held: bool = False  # the release was written and is not served
    error: MtmError | None = None
    server_error: MtmError | None = None  # the release is published, and the configured server does not have it
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Context, home: Home) -> Self:
        """The work of the run that a step belongs to. The first step says which process works on it.

        Raises KeyboardInterrupt where the run was terminated meanwhile.
        """
        run = context.run
        must_go_on(context)
        if run.run_id not in _works:
            if PARTITION not in run.tags:
                raise _not_one_round()
            mark(context.instance, run.run_id)
            _works[run.run_id] = cls(home, run.tags[PARTITION])
        return cast(Self, _works[run.run_id])

    def standing_delivery(self) -> Delivery:
        """The delivery that this run is about: the same for all its steps, also when a newer one arrives meanwhile."""
        self.delivery = self.delivery or Vault(self.home).current(self.round_key)
        return self.delivery

    def normalized_delivery(self) -> Normalized:
        """The delivery, normalized (read from disk where that was done before)."""
        self.normalized = self.normalized or normalize(self.home, self.standing_delivery())
        return self.normalized

    def built_candidate(self) -> "Candidate":
        """The candidate of this run. Raises MtmError where a step is launched without the ones before it."""
        if self.candidate is None:
            raise MtmError(
                "this run has built no candidate",
                where=self.round_key,
                expected="candidate, models, verdict and release in one run",
                todo="launch the job publish_round for this round, not a part of it",
                code="no_candidate",
            )
        return self.candidate

    def discard(self) -> None:
        """Throw the candidate away, if there is one, and let the next builder in."""
        from warehouse.releases.candidate import discard

        if self.candidate is not None:
            discard(self.candidate)
            self.candidate = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage. An error throws the candidate away and becomes a Failure of one line, without values."""
        tell(TOLD.get(name, name), self.round_key)
        started = time.perf_counter()
        try:
            with raise_interrupts_as(
                KeyboardInterrupt
            ):  # dbt ends its threads for this one, and waits for all at others
                yield
        except dg.Failure:
            self.discard()
            raise
        except Exception as error:
            self.discard()
            self.error = error if isinstance(error, MtmError) else unexpected(type(error).__name__, name)
            if os.environ.get("MTM_DEBUG"):
                raise
            raise _failure(self.error, error) from None
        except BaseException:  # the run was terminated: nothing of it is left, and the next one gets in
            self.discard()
            raise
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def end(run_id: str) -> Work | None:
    """Take the work of a run out of memory; its candidate is thrown away if it still stands."""
    work = _works.pop(run_id, None)
    if work is not None:
        work.discard()
    return work


def must_go_on(context: Context) -> None:
    """End here where the run was terminated: an interrupt may reach code of others that keeps it for itself."""
    run = context.instance.get_run_by_id(context.run.run_id)
    if run is not None and run.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED):
        end(context.run.run_id)
        raise KeyboardInterrupt


@atexit.register
def end_all() -> None:
    """Throw away what is left when the process ends: a run that was terminated between two steps is no stage's error."""
    for run_id in list(_works):
        end(run_id)


def _not_one_round() -> dg.Failure:
    told = MtmError(
        "this run is on several rounds and has no first step",
        expected="the whole line, from delivery on, or one round",
        todo="select delivery too (Materialize all), or launch the rounds one by one",
        code="not_one_round",
    )
    return dg.Failure(str(told), metadata={"code": told.code}, allow_retries=False)


def unexpected(kind: str, where: str) -> MtmError:
    """An error nobody foresaw: its kind, never its text (which may hold values)."""
    return MtmError(
        f"unexpected {kind}",
        where=where,
        todo="run again with mtm --debug and report it",
        code="unexpected",
    )


def _failure(told: MtmError, error: Exception) -> dg.Failure:
    """Shown in the UI: the line, and where in the code it arose (frames only, no values)."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    metadata = {"code": told.code or "error", "raised at": dg.MetadataValue.md(f"```\n{frames}```")}
    return dg.Failure(str(told), metadata=metadata, allow_retries=False)
