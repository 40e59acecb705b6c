"""Dagster's own launcher, which also knows runs that it did not launch: whether they live, and how they are ended.

Only that belongs here; `instance.py` names the class. Without it a run whose process and code server were killed together,
or an `mtm run` that was killed, would stay "started" for ever and keep its place in the pool.
"""

from typing import TYPE_CHECKING

from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from orchestration.process import Process

if TYPE_CHECKING:
    from dagster._grpc.client import DagsterGrpcClient

PART_OF = "mtm/part_of"  # on the run of a round that a run on several rounds works on
ENDING = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]
GONE = "the process of the run is gone: it was killed, or the machine was. What is served is as it was; run again"
ALIVE = CheckRunHealthResult(WorkerStatus.RUNNING)


class Launcher(DefaultRunLauncher):
    """Runs by the code server; health and end by the process that the run names."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring asks after every run that is started."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether somebody works on a run. What can't be known is left to the timeouts."""
        process = Process.of(run)
        lives = process.lives if process else None
        if lives is None:
            lives = self._is_known(run)
        return ALIVE if lives is not False else CheckRunHealthResult(WorkerStatus.FAILED, GONE)

    def terminate(self, run_id: str) -> bool:
        """End a run and the rounds that it works on, as Ctrl-C would."""
        for part in self._instance.get_runs(RunsFilter(tags={PART_OF: run_id}, statuses=ENDING)):
            self._instance.report_run_canceling(part)
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if self._client(run_id) is not None and self._by_its_server(run_id):
            return True
        self._instance.report_run_canceling(run)
        process = Process.of(run)
        if process is not None and process.interrupt():
            return True
        if process is not None and process.lives is False:
            self._instance.report_run_canceled(run, GONE)
            return True
        self._instance.report_engine_event("The process of this run can't be reached from here.", run, cls=type(self))
        return False

    def _by_its_server(self, run_id: str) -> bool:
        """Whether the code server that launched the run ends it; not where it is gone or no longer has the run."""
        from dagster._core.errors import DagsterUserCodeUnreachableError

        try:
            return bool(super().terminate(run_id))
        except DagsterUserCodeUnreachableError:
            return False

    def _is_known(self, run: DagsterRun) -> bool | None:
        """Whether the code server that launched a run still has it; None where it does not answer."""
        from dagster._core.errors import DagsterUserCodeUnreachableError
        from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
        from dagster._serdes import deserialize_value

        client = self._client(run.run_id)
        if client is None:
            return None
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=10)
        except DagsterUserCodeUnreachableError:
            return None
        return bool(deserialize_value(answer, CanCancelExecutionResult).can_cancel)

    def _client(self, run_id: str) -> "DagsterGrpcClient | None":
        client: DagsterGrpcClient | None = self._get_grpc_client_for_termination(run_id)
        return client
