"""Candidates for either engine, over the same normalized rounds of the synthetic operation; and comparing two of them.

Nothing is published here: what the gate and publishing do is the same for both.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.deliveries.vault import Vault
from warehouse.engine.run import run_models
from warehouse.normalize.run import Normalized, normalize
from warehouse.releases.candidate import Candidate, register, version_of
from warehouse.releases.models import DbtOutcome
from warehouse.sample.make import make_round
from warehouse.settings import Home

FIRST = ("kgz-bma-r01", "kgz-rms-r01")
SECOND = ("kgz-bma-r02", "kgz-rms-r02")
MADE_AT = "2026-01-01T00:00:00"


@dataclass
class Rounds:
    """A home with normalized rounds, by key."""

    home: Home
    normalized: dict[str, Normalized] = field(default_factory=dict)

    def take(self, component: str, number: int) -> None:
        """Make a round, receive and normalize it."""
        path = make_round(self.home.root / "sample", component, number, seed=2024)[-1]
        delivery = Vault(self.home).receive(path, source="sample").delivery
        self.normalized[delivery.round_key] = normalize(self.home, delivery)


@dataclass
class Built:
    """A build database, and what dbt said."""

    database: Path
    outcome: DbtOutcome
    engine: str


def built(
    rounds: Rounds,
    folder: Path,
    engine: str,
    keys: Sequence[str],
    base: Built | None = None,
    before: Sequence[str] = (),
) -> Built:
    """Build the rounds `keys`, on a copy of `base` that holds the rounds `before`, or on nothing."""
    folder.mkdir(mode=0o700)
    building = [rounds.normalized[key] for key in keys]
    versions = [version_of(rounds.normalized[key]) for key in (*before, *keys)]
    candidate = Candidate(
        rounds.home, "r000001", None, building[-1], building, versions, MADE_AT, folder, folder / "build.duckdb",
        is_copy=base is not None,
    )  # fmt: skip
    if base is not None:
        shutil.copyfile(base.database, candidate.database)
    register(candidate)
    outcome = run_models(candidate, engine)
    candidate.opened.close()
    return Built(candidate.database, outcome, candidate.engine)


def tables(database: Path) -> dict[str, list[tuple[str, str]]]:
    """`schema.table` of every table that models and seeds make → its columns and types."""
    sql = """SELECT schema_name || '.' || table_name, list({'c': column_name, 't': data_type} ORDER BY column_index)
             FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
             WHERE schema_name IN ('marts', 'intermediate', 'semantic', 'seeds') GROUP BY 1"""
    with duckdb.connect(str(database), read_only=True) as con:
        return {name: [(c["c"], c["t"]) for c in columns] for name, columns in con.execute(sql).fetchall()}


def differences(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """`schema.table` → rows that only the one has, rows that only the other has; equal tables are left out."""
    found = {}
    with duckdb.connect(":memory:") as con:
        con.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        for name in tables(one):
            left, right = f"SELECT * FROM one.{name}", f"SELECT * FROM other.{name}"
            counts = [
                con.execute(f"SELECT count(*) FROM ({a} EXCEPT ALL {b})").fetchall()[0][0]
                for a, b in ((left, right), (right, left))
            ]
            if any(counts):
                found[name] = (counts[0], counts[1])
    return found
