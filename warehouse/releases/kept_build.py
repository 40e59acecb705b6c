"""What dbt ran on a copy of a release, statement by statement: kept beside its parsed project, run again on the next copy.

Keeping dbt's statements and running them belongs here; dbt itself is called in `models.py`. On a copy that these very models
built, dbt would render, describe and check the same text anew for every round, which takes longer than the statements. So the
first copy is built by dbt, which is listened to, and later ones by what was heard. Whatever is not as it was then (an error, a
test that fails) is left to dbt, which builds the copy over again and says what is wrong.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError

if TYPE_CHECKING:
    import duckdb

COMMENT = re.compile(r"^\s*/\*.*?\*/\s*", re.DOTALL)  # dbt's own, at the head of each statement
ASKED = ("describe", "select", "begin", "commit", "rollback")  # of a model: what only looked, and its transaction
GOOD = {"success", "pass", "warn"}


class NotAsKept(Exception):
    """Something went another way than when dbt was listened to: dbt shall build, and tell."""


@dataclass
class Step:
    """One model or test. `after`: the steps that it reads from. `code`: of a model in Python, as dbt compiled it."""

    unique_id: str
    after: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    code: str = ""
    severity: str = ""  # of a test: ERROR or WARN
    seconds: float = 0.0  # that it took dbt

    @property
    def is_test(self) -> bool:
        """Whether its statement asks for failures."""
        return bool(self.severity)


def path_of(target: Path) -> Path:
    """The file, in the folder of dbt's parsed project: other versions of what wrote the statements keep another one."""
    return target / f"kept_build-{_versions()}.json"


@cache
def _versions() -> str:
    return "-".join(version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb", "mtm-warehouse"))


def read(target: Path) -> list[Step]:
    """The kept steps, in an order in which they can run; none where nothing was kept."""
    try:
        return [Step(**step) for step in json.loads(path_of(target).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


@contextmanager
def listening() -> Iterator[dict[str, Step]]:
    """What dbt runs in the body, by node. Its connections bear the names of the nodes they work for."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager as Manager
    from dbt.adapters.duckdb.environments.local import LocalEnvironment

    heard: dict[str, Step] = {}
    add_query, submit = Manager.add_query, LocalEnvironment.submit_python_job

    def listened(self: Any, sql: str, *args: Any, **more: Any) -> Any:
        name = str(self.get_thread_connection().name)
        heard.setdefault(name, Step(name)).statements.append(COMMENT.sub("", sql))
        return add_query(self, sql, *args, **more)

    def submitted(self: Any, handle: Any, parsed_model: dict[str, Any], compiled_code: str) -> Any:
        name = parsed_model["unique_id"]
        heard.setdefault(name, Step(name)).code = compiled_code
        return submit(self, handle, parsed_model, compiled_code)

    Manager.add_query, LocalEnvironment.submit_python_job = listened, submitted
    try:
        yield heard
    finally:
        del Manager.add_query
        LocalEnvironment.submit_python_job = submit


def keep(target: Path, heard: Mapping[str, Step], results: list[Any], manifest: Any) -> None:
    """Keep what was heard, where every node of the build came out well; else nothing, and dbt builds the next copy too."""
    from warehouse.releases.journal import write_json

    ran = {r.node.unique_id: r for r in results if str(r.status) != "no-op"}  # exposures: told, and nothing done
    if not all(str(r.status) in {*GOOD, "no-op"} for r in results) or not set(ran) <= set(heard):
        return
    steps = [_step(r, heard[name], _before(name, set(ran), manifest)) for name, r in ran.items()]
    if all(step.statements or step.code for step in steps):
        with suppress(OSError, MtmError):  # a disk that is full: dbt builds the next one as well
            write_json(path_of(target), [asdict(step) for step in steps])


def _step(result: Any, heard: Step, after: list[str]) -> Step:
    node, seconds = result.node, round(float(result.execution_time), 3)
    if node.resource_type == "test":
        severity = str(node.config.severity).upper()
        asked = [s for s in heard.statements if _first(s) == "select"][-1:]
        return Step(heard.unique_id, after, asked, "", severity, seconds)
    statements = [s for s in heard.statements if _first(s) not in ASKED]
    return Step(heard.unique_id, after, statements, heard.code, "", seconds)


def _first(statement: str) -> str:
    found = re.search(r"\w+", statement[:200])
    return found[0].lower() if found else ""


def _before(name: str, ran: set[str], manifest: Any) -> list[str]:
    """What was built of all that a node reads from, also by way of views, which stand."""
    found: set[str] = set()
    looked: set[str] = set()
    waiting = [name]
    while waiting:
        node = manifest.nodes.get(waiting.pop())
        for parent in set(getattr(node and node.depends_on, "nodes", ())) - looked:  # seeds read from nothing
            looked.add(parent)
            (found.add if parent in ran else waiting.append)(parent)
    return sorted(found)


def run(con: duckdb.DuckDBPyConnection, steps: list[Step], at_once: int = 2) -> list[dict[str, Any]]:
    """Run the steps in an open database, so many side by side. One result a step, as dbt would give it. Raises NotAsKept; then it is half built."""
    import duckdb

    runner = _Runner(con, at_once)
    try:
        return runner.run(steps)
    except duckdb.Error as error:
        raise NotAsKept(type(error).__name__) from error
    finally:
        runner.close()


class _Runner:
    """Some threads with a cursor each, and what runs next: what most has to wait for."""

    def __init__(self, con: duckdb.DuckDBPyConnection, at_once: int) -> None:
        self._at_once = at_once
        self._con, self._own, self._cursors = con, threading.local(), []  # type: ignore[var-annotated]

    def run(self, steps: list[Step]) -> list[dict[str, Any]]:
        by_id, until_end = {step.unique_id: step for step in steps}, _until_end(steps)
        waiting = TopologicalSorter({step.unique_id: step.after for step in steps})
        waiting.prepare()
        ready: list[str] = []
        results: list[dict[str, Any]] = []
        with ThreadPoolExecutor(self._at_once) as pool:
            running: set[Future[dict[str, Any]]] = set()
            try:
                while waiting.is_active():
                    ready = sorted([*ready, *waiting.get_ready()], key=lambda name: -until_end[name])
                    free = self._at_once - len(running)
                    now, ready = ready[:free], ready[free:]
                    running |= {pool.submit(self._step, by_id[name]) for name in now}
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        results.append(future.result())
                        waiting.done(results[-1]["unique_id"])
            except BaseException:  # an error, or somebody ends the run: nothing more begins, what runs is stopped
                pool.shutdown(wait=False, cancel_futures=True)
                for cursor in self._cursors:
                    cursor.interrupt()
                raise
        return results

    def close(self) -> None:
        """Close the cursors."""
        for cursor in self._cursors:
            cursor.close()

    def _step(self, step: Step) -> dict[str, Any]:
        started = time.perf_counter()
        failures: int | None = None
        if step.is_test:
            failures = _asked(self._cursor(), step)
        else:
            _built(self._cursor(), step)
        status = "success" if failures is None else "warn" if failures else "pass"
        seconds = round(time.perf_counter() - started, 3)
        return {
            "unique_id": step.unique_id, "status": status, "message": "", "rows": None, "seconds": seconds,
            "failures": failures,
        }  # fmt: skip

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._own, "cursor"):
            self._own.cursor = self._con.cursor()
            self._cursors.append(self._own.cursor)
        cursor: duckdb.DuckDBPyConnection = self._own.cursor
        return cursor


def _until_end(steps: list[Step]) -> dict[str, float]:
    """Seconds from the beginning of each step to the end of the longest chain of steps that it begins."""
    rest = {step.unique_id: 0.0 for step in steps}  # of what stands on it
    found: dict[str, float] = {}
    by_id = {step.unique_id: step for step in steps}
    for name in reversed([*TopologicalSorter({s.unique_id: s.after for s in steps}).static_order()]):
        found[name] = by_id[name].seconds + rest[name]
        for before in by_id[name].after:
            rest[before] = max(rest[before], found[name])
    return found


def _built(cursor: duckdb.DuckDBPyConnection, step: Step) -> None:
    """A model, in one transaction; one in Python writes by a cursor of its own, after what was before is gone."""
    cursor.execute("BEGIN")
    for statement in step.statements:
        cursor.execute(statement)
    cursor.execute("COMMIT")
    if step.code:
        _made_in_python(cursor, step)


def _made_in_python(cursor: duckdb.DuckDBPyConnection, step: Step) -> None:
    module = ModuleType(step.unique_id.rsplit(".", 1)[-1])
    try:
        exec(compile(step.code.lstrip(), f"<{step.unique_id}>", "exec"), module.__dict__)
        made = module.model(module.dbtObj(lambda table: cursor.query(f"select * from {table}")), cursor)
        with cursor.cursor() as writer:
            module.materialize(made, writer)
    except Exception as error:
        raise NotAsKept(type(error).__name__) from error


def _asked(cursor: duckdb.DuckDBPyConnection, step: Step) -> int:
    """The failures of a test that may warn. Raises NotAsKept where one fails."""
    failures, warns, errs = cursor.execute(step.statements[0]).fetchall()[0]
    if errs and step.severity == "ERROR":
        raise NotAsKept("a test fails")
    return int(failures) if warns else 0


__all__ = ["NotAsKept", "Step", "keep", "listening", "path_of", "read", "run"]
