"""The candidate's marts as the gate reads them: one read-only connection without access to other files.

Reading and the list of allowed marts belong here; measuring does not. Names in SQL come from the project's own files
or the database's catalogue, quoted; values are bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

from expectations.inputs import CandidateLike, RoundInput
from warehouse.operations import Strict, read_yaml
from warehouse.settings import database_memory

MARTS = Path(__file__).with_name("marts.yml")


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
    """A round with the candidate that is to publish it; `con` reads the candidate's database."""

    candidate: CandidateLike | None = None
    con: duckdb.DuckDBPyConnection | None = None

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """The answer of a query."""
        if self.con is None:
            raise ValueError("the candidate's database is not open")
        return self.con.execute(sql, parameters or []).fetchall()

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
        if str(code) in self._known_places:
            return str(code)
        from expectations.measures.measured import first  # the measures themselves import this module

        sql = "SELECT sheet, row_number FROM assessment WHERE place_code = ? ORDER BY row_number NULLS FIRST LIMIT 1"
        return next(iter(first(self.canonical.rows(sql, [str(code)]))), "place")

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
    with duckdb.connect(str(candidate.database), read_only=True, config=config) as con:
        yield CandidateInput(given.normalized, given.operation, given._tables, candidate=candidate, con=con)
