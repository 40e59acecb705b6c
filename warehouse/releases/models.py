"""Running dbt on a candidate, in this process, with its connections closed afterwards.

Calling dbt and translating its results belong here; the models are in `dbt_project/`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.releases.candidate import Candidate, models_hash
from warehouse.settings import DBT_PROJECT, Home, models_at_once

# Results come back as objects: dbt need not log, print or write them again (a fifth of its time).
LEAN = ["--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none"]

# In a copy, views and seeds stand as the same models made them; building them again would change nothing.
STANDING = ["--selector", "a_round_on_a_copy"]


@dataclass(frozen=True)
class DbtOutcome:
    """`nodes`: unique_id, status, message, rows, seconds for each model, seed and test that ran."""

    nodes: list[dict[str, Any]]

    @property
    def failed(self) -> list[dict[str, Any]]:
        """Nodes that did not succeed (warnings are no failures)."""
        return [n for n in self.nodes if n["status"] not in ("success", "pass", "warn", "skipped", "no-op")]


def run_dbt(candidate: Candidate) -> DbtOutcome:
    """Build all models of the candidate and test them. Test failures are results; a broken project is an MtmError.

    On a copy, what dbt ran on an earlier copy is run again, without dbt (`kept_build.py`).
    """
    candidate.dbt = _as_kept(candidate) if candidate.is_copy else []
    candidate.dbt = candidate.dbt or _by_dbt(candidate)
    return DbtOutcome(candidate.dbt)


def _as_kept(candidate: Candidate) -> list[dict[str, Any]]:
    """The results of the kept build; none where dbt has to build."""
    from warehouse.releases import kept_build

    steps = kept_build.read(target_path(candidate.home))
    try:
        return kept_build.run(candidate.opened.con, steps, models_at_once(candidate.size_to_build)) if steps else []
    except kept_build.NotAsKept:
        return []


def _by_dbt(candidate: Candidate) -> list[dict[str, Any]]:
    from warehouse.releases import kept_build

    candidate.opened.close()  # dbt opens it itself
    manifest, standing = parsed(candidate.home), STANDING if candidate.is_copy else []
    at_once = ["--threads", str(models_at_once(candidate.size_to_build))]
    with dbt_environment(candidate.home, candidate.database), quiet(), kept_build.listening() as heard:
        result = invoke(["build", "--no-write-json", *at_once, *standing], manifest)
    results = results_of(result)
    if candidate.is_copy:
        kept_build.keep(target_path(candidate.home), heard, results, manifest)
    return [node_result(r) for r in results]


def results_of(result: Any) -> list[Any]:
    """What dbt answered, one result per node. Raises what ended the run, or MtmError where dbt did not run."""
    if isinstance(result.exception, BaseException) and not isinstance(result.exception, Exception):
        raise result.exception  # dbt keeps interrupts for itself: somebody ends the run
    if result.exception is not None or result.result is None:
        raise did_not_run(result.exception)
    return list(result.result.results)


def manifest_path(home: Home) -> Path:
    """dbt's parsed project as JSON; made where it is missing (Dagster reads it)."""
    path = target_path(home) / "manifest.json"
    if not path.exists():
        with dbt_environment(home, home.build / "candidate" / "build.duckdb"), quiet():
            invoke(["parse"])
    return path


def compiled_models(home: Home) -> dict[str, str]:
    """The SQL of every model that is not in Python, by unique id, as it would run in a database without tables.

    Nothing is read and nothing is built. Raises MtmError where the project can't be compiled.
    """
    folder = home.build / f"compile.{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with dbt_environment(home, folder / "build.duckdb"), quiet():
            result = invoke(["compile", "--no-write-json", "--select", "resource_type:model"], parsed(home))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if result.exception is not None or result.result is None:
        raise did_not_run(result.exception)
    nodes = [r.node for r in result.result.results]
    return {n.unique_id: n.compiled_code for n in nodes if n.language == "sql" and n.compiled_code}


def target_path(home: Home) -> Path:
    """Where dbt keeps what it parsed, by the hash of the project: a changed project is parsed anew.

    Several homes may share it (`MTM_DBT_TARGET`): it holds the project's own text, no data and no paths of data.
    """
    shared = os.environ.get("MTM_DBT_TARGET")
    return (Path(shared) if shared else home.build / "dbt") / models_hash()


def parsed(home: Home) -> Any:
    """The parsed project, so that dbt need not parse it (its own check would, for another path of the database)."""
    from dbt.contracts.graph.manifest import Manifest

    manifest_path(home)
    manifest = Manifest.from_msgpack((target_path(home) / "partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()  # what macros read as `graph`; dbt's own loading makes it
    return manifest


@contextlib.contextmanager
def dbt_environment(home: Home, database: Path) -> Iterator[None]:
    """The environment that `profiles.yml` and dbt read."""
    values = {
        "MTM_BUILD_DB": str(database),
        "DBT_TARGET_PATH": str(target_path(home)),
        "DBT_LOG_PATH": str(home.build / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    with environment(values):
        yield


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process's environment with these variables, and as it was afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def invoke(command: list[str], manifest: Any = None) -> Any:
    """One command of dbt on the project, in this process; its connections are closed afterwards. `manifest`: the parsed project."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = str(DBT_PROJECT)
    arguments = [*command, "--project-dir", folder, "--profiles-dir", folder, *LEAN]
    gc.collect()
    gc.freeze()  # dbt makes many small objects; collecting the older ones again and again costs a tenth of its time
    try:
        return dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        gc.unfreeze()
        DuckDBConnectionManager.close_all_connections()


def did_not_run(error: object) -> MtmError:
    """The error of a project or a candidate that dbt could not work with."""
    return MtmError(
        f"dbt did not run: {_first_line(error)}",
        where="dbt_project/",
        expected="a project that parses and a candidate that opens",
        todo="mtm run --debug shows the whole message",
        code="dbt_failed",
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """dbt prints to standard output even when told to be quiet; results are returned, so it is left out."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def node_result(result: Any) -> dict[str, Any]:
    """What became of a node, as `DbtOutcome` holds it."""
    rows = (result.adapter_response or {}).get("rows_affected")
    return {
        "unique_id": result.node.unique_id,
        "status": str(result.status),
        "message": _first_line(result.message) if str(result.status) not in ("success", "pass") else "",
        "rows": rows,
        "seconds": round(result.execution_time, 3),
        "failures": result.failures,
    }


def _first_line(error: object) -> str:
    lines = [line.strip() for line in str(error or "no result").splitlines() if line.strip()]
    return lines[0][:300] if lines else ""
