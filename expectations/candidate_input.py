"""The candidate's marts as the gate reads them: one read-only connection without access to other files.

Reading and the list of allowed marts belong here; measuring does not. Names in SQL come from the project's own files
or the database's catalogue, quoted; values are bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

from expectations.inputs import CandidateLike, RoundInput
from warehouse.operations import Strict, read_yaml
from warehouse.releases.base_diff import Beside
from warehouse.releases.serving import DATABASE
from warehouse.settings import database_memory

MARTS = Path(__file__).with_name("marts.yml")
# Bytes of a candidate: beyond it DuckDB keeps both cores busy by itself, and memory is to be held down.
SMALL = 512 * 2**20
FIRST_ROWS = """
SELECT place_code, sheet, row_number FROM assessment WHERE list_contains(?::VARCHAR[], place_code)
QUALIFY row_number() OVER (PARTITION BY place_code ORDER BY row_number NULLS FIRST) = 1
"""


class Mart(Strict):
    """One allowed relation. `grain`: columns that identify a row; `filled`: never empty; `needs`: see `marts.yml`."""

    grain: tuple[str, ...] = ()
    filled: bool = False
    needs: str | None = None


class AllowedMarts(Strict):
    """The file `marts.yml`."""

    marts: dict[str, Mart]
    optional: dict[str, Mart]
    person_level_columns: tuple[str, ...]


@cache
def allowed_marts() -> AllowedMarts:
    """The validated list."""
    return read_yaml(MARTS, AllowedMarts)


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass
class CandidateInput(RoundInput):
    """A round with the candidate that is to publish it; `con` reads the candidate's database, `beside` the base release's too."""

    candidate: CandidateLike | None = None
    con: duckdb.DuckDBPyConnection | None = None
    beside: Beside | None = None
    lane: ThreadPoolExecutor | None = None  # a second thread; None: one thing after the other

    def beside_it(self, measures: Mapping[str, Any], take: Callable[..., Any]) -> dict[str, Future[Any]]:
        """Measures begun in the second thread, each with a cursor of its own."""
        if self.lane is None or self.con is None:
            return {}
        own = {name: replace(self, con=self.con.cursor()) for name in measures}
        return {name: self.lane.submit(take, name, measure, own[name]) for name, measure in measures.items()}

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """The answer of a query."""
        if self.con is None:
            raise ValueError("the candidate's database is not open")
        return self.con.execute(sql, parameters or []).fetchall()

    def each(self, parts: Sequence[str], parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Name → answer of queries that give one row of both each, asked in one."""
        if self.con is None:
            raise ValueError("the candidate's database is not open")
        sql = " UNION ALL ".join(parts)
        asked = {name: value for name, value in (parameters or {}).items() if f"${name}" in sql}
        return dict(self.con.execute(sql, asked).fetchall()) if parts else {}

    def number(self, sql: str, parameters: list[Any] | None = None) -> float:
        """The one number of a query; null is an error: nothing was measured."""
        ((value,),) = self.rows(sql, parameters)
        return float(value)

    @property
    def key(self) -> str:
        """The round's key."""
        return self.normalized.round_key

    @property
    def kind(self) -> str:
        """Which marts the round fills: survey or counts."""
        return "survey" if self.component == "rms" else "counts"

    def place(self, code: object) -> str:
        """A place for evidence: its code where gazetteer or release have it, else its first row; delivered codes are not repeated."""
        return self.places([code])[0]

    def places(self, codes: Sequence[object]) -> list[str]:
        """The same of several, in their order."""
        from expectations.measures.measured import first  # the measures themselves import this module

        if strange := [str(c) for c in codes if str(c) not in self._known_places]:
            rows = {code: row for code, *row in self.canonical.rows(FIRST_ROWS, [strange])}
            told = {c: next(iter(first([rows[c]])), "place") if c in rows else "place" for c in strange}
            return [told.get(str(c), str(c)) for c in codes]
        return [str(c) for c in codes]

    @cached_property
    def _known_places(self) -> frozenset[str]:
        # where names stand for codes, those that an earlier release has published are known as well
        sql = (
            "SELECT place_code FROM reference.place WHERE operation = ? UNION SELECT p.place_code FROM intermediate.int_place_observed p "
            "JOIN reference.operation o ON p.operation = o.operation AND p.place_level <= o.finest_published_level WHERE p.round_key <> ?"
        )
        return frozenset(str(code) for (code,) in self.rows(sql, [self.operation.code, self.key]))

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """Mart → column → type, of everything that stands in schema `marts`."""
        found: dict[str, dict[str, str]] = {}
        sql = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'marts' ORDER BY ALL"
        for mart, column, kind in self.rows(sql):
            found.setdefault(mart, {})[column] = kind
        return found


@contextmanager
def opened(candidate: CandidateLike, given: RoundInput) -> Iterator[CandidateInput]:
    """The candidate with its database open, read-only; the tables that `given` has read are read no second time."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "threads": "2",
        "memory_limit": database_memory(),
        "temp_directory": f"{candidate.database}.tmp",
    }
    with ExitStack() as stack:
        con = stack.enter_context(duckdb.connect(str(candidate.database), read_only=True, config=config))
        beside = stack.enter_context(_beside(candidate, con))
        lane = stack.enter_context(_lane()) if candidate.database.stat().st_size < SMALL else None
        yield CandidateInput(
            given.normalized, given.operation, given._tables, candidate=candidate, con=con, beside=beside, lane=lane
        )


@contextmanager
def _lane() -> Iterator[ThreadPoolExecutor]:
    """A second thread; what is not begun when the body ends is not begun any more."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="gate")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _beside(candidate: CandidateLike, con: duckdb.DuckDBPyConnection) -> AbstractContextManager[Beside | None]:
    """The base release beside the candidate; None for the first release."""
    home, base = getattr(candidate, "home", None), getattr(candidate, "base_release", None)
    if home is None or base is None:
        return nullcontext()
    return Beside(home.releases / base / DATABASE, candidate.database, con.cursor())
