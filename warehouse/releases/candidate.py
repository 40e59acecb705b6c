"""The candidate: a copy of the current release's build database plus the rounds to build, before dbt runs.

Setting the candidate up and throwing it away belong here; running dbt and publishing do not.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.normalize.run import Normalized, normalize
from warehouse.normalize.schema import TABLES
from warehouse.operation_look import one_look
from warehouse.operations import find_round, load_operation
from warehouse.releases import lock
from warehouse.releases.index import next_id
from warehouse.releases.manifest import Manifest, RoundVersion, current_manifest
from warehouse.releases.open_database import OpenDatabase
from warehouse.releases.reference import load_reference
from warehouse.replay import reference_hash
from warehouse.settings import DBT_PROJECT, PROJECT, Home, database_memory, database_threads
from warehouse.sql_text import escaped
from warehouse.survey.stated import takes_stock_of

# The candidate is thrown away where anything fails, and is made to last once, when it becomes a base: no waiting for the disk
# before. A small release has hundreds of short columns, each in blocks of its own: small ones, or most of the file is empty.
BUILDING: dict[str, str | bool | int | float | list[str]] = {"fsync_mode": "NONE", "default_block_size": "16384"}

SQL_TYPES: dict[Any, str] = {
    pl.String: "VARCHAR", pl.Int64: "BIGINT", pl.Float64: "DOUBLE", pl.Date: "DATE", pl.Boolean: "BOOLEAN",
    pl.Datetime("us"): "TIMESTAMP",
}  # fmt: skip


@dataclass
class Candidate:
    """The next release while it is built and audited. `dbt` holds one dict per node once dbt has run."""

    home: Home
    release_id: str
    base: Manifest | None
    normalized: Normalized
    building: list[Normalized]
    versions: list[RoundVersion]
    created_at: str
    folder: Path
    database: Path
    dbt: list[dict[str, Any]] = field(default_factory=list)
    engine: str = "duckdb"  # that ran the models
    is_copy: bool = False  # of a database that these very models built: what does not depend on a round stands in it

    @property
    def base_release(self) -> str | None:
        """The release that it was copied from."""
        return self.base.release_id if self.base else None

    @property
    def synthetic(self) -> bool:
        """Whether any round of it is synthetic."""
        return any(find_round(v.round_key)[1].is_synthetic for v in self.versions)

    @property
    def size_to_build(self) -> int:
        """Bytes of the tables of the rounds to build."""
        return sum(path.stat().st_size for n in self.building for path in n.folder.glob("*.parquet"))

    @property
    def size(self) -> int:
        """Bytes that the models read: the tables of the rounds to build, and what stands in the database."""
        return self.size_to_build + (self.database.stat().st_size if self.database.exists() else 0)

    @cached_property
    def opened(self) -> OpenDatabase:
        """The database while it is filled, with the settings of dbt_project/profiles.yml; where little is read a step has one thread."""
        config = {
            **BUILDING, **database_threads(self.size), "memory_limit": database_memory(), "temp_directory": f"{self.database}.tmp",
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }  # fmt: skip
        return OpenDatabase(self.database, config)

    def history(self) -> list[dict[str, Any]]:
        """The releases up to this one, oldest first (rows of `reference.release`, without is_current)."""
        own = {
            "release_id": self.release_id,
            "parent_release_id": self.base_release,
            "published_at": self.created_at,
            "round_keys": self.normalized.round_key,
        }
        return [*(self.base.history if self.base else []), own]


@one_look()
def build_candidate(home: Home, normalized: Normalized) -> Candidate:
    """A fresh candidate for one round on the current release. Waits for another builder to end.

    Where the base's build database is gone or its models are older, all rounds are built again from the vault; else the
    survey rounds whose weights, as they are used, rest on this round's stock are built again with it.
    """
    _must_be_in_the_vault(home, normalized)
    lock.acquire(builder_lock(home))
    try:
        return _build(home, normalized)
    except BaseException:
        lock.release(builder_lock(home))
        raise


def _build(home: Home, normalized: Normalized) -> Candidate:
    base = current_manifest(home)
    folder = home.build / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    kept = [v for v in base.rounds if v.round_key != normalized.round_key] if base else []
    candidate = Candidate(
        home=home,
        release_id=next_id(home),
        base=base,
        normalized=normalized,
        building=[normalized],
        versions=[*kept, version_of(normalized)],
        created_at=datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        folder=folder,
        database=folder / "build.duckdb",
    )
    stored = database_path(home, base.release_id) if base else None
    if base and stored and stored.exists() and base.models_hash == models_hash():
        shutil.copyfile(stored, candidate.database)
        candidate.is_copy = True
        candidate.building = [*(_standing(home, v) for v in _resting_on(normalized, kept)), normalized]
    else:
        candidate.building = [*(_again(home, v) for v in kept), normalized]
    register(candidate)
    return candidate


def discard(candidate: Candidate) -> None:
    """Throw the candidate away and let the next builder in."""
    with suppress(Exception):  # what could not be written is thrown away
        candidate.opened.close()
    shutil.rmtree(candidate.folder, ignore_errors=True)
    lock.release(builder_lock(candidate.home))


def database_path(home: Home, release_id: str) -> Path:
    """Where the build database of a release is kept."""
    return home.build / "databases" / f"{release_id}.duckdb"


@cache
def models_hash() -> str:
    """The hash of all that makes marts from canonical tables: dbt files and the schemas."""
    digest = hashlib.sha256()
    paths = [
        p for g in ("models/**/*", "macros/**/*", "seeds/**/*", "*.yml", "tests/**/*") for p in DBT_PROJECT.glob(g)
    ]
    paths += [PROJECT / "warehouse/normalize/schema.py", PROJECT / "warehouse/releases/reference_schema.py"]
    for room in ("survey", "counts", "disclosure"):  # what the models that are Python do
        paths += (PROJECT / "warehouse" / room).glob("*.py")
    for path in sorted(p for p in paths if p.is_file()):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def version_of(normalized: Normalized) -> RoundVersion:
    """The version of a round that a normalized delivery is."""
    d = normalized.delivery
    reference = reference_hash(load_operation(d.operation), d)
    return RoundVersion(d.round_key, d.delivery_id, d.delivery_seq, d.sha256, normalized.normalized_id, reference)


def _must_be_in_the_vault(home: Home, normalized: Normalized) -> None:
    """A raw file that is gone or altered is found before the build, also where its tables stand from an earlier run."""
    try:
        Vault(home).path(normalized.delivery)
    except MtmError as error:
        if error.code != "purged":  # taken away on purpose: its tables are kept
            raise


def _again(home: Home, version: RoundVersion) -> Normalized:
    delivery = next(d for d in Vault(home).deliveries(version.round_key) if d.delivery_id == version.delivery_id)
    return normalize(home, delivery)


def _resting_on(normalized: Normalized, kept: list[RoundVersion]) -> list[RoundVersion]:
    """The rounds whose marts are made from this round as well: surveys that are raked to its stock."""
    keys = [normalized.round_key, *(v.round_key for v in kept)]
    found = [(v, *find_round(v.round_key)) for v in kept]
    return [
        v for v, o, r in found if takes_stock_of(o.surveys.get(r.component), v.round_key, normalized.round_key, keys)
    ]


def _standing(home: Home, version: RoundVersion) -> Normalized:
    """The tables that a release was made from, or made again where they are gone."""
    delivery = next(d for d in Vault(home).deliveries(version.round_key) if d.delivery_id == version.delivery_id)
    done = Normalized(
        home, delivery, version.normalized_id, home.normalized / version.round_key / version.normalized_id
    )
    return done if (done.folder / "normalized.json").exists() else normalize(home, delivery)


def register(candidate: Candidate) -> None:
    """Views on the canonical Parquet of the rounds to build, reference tables, and the control table.

    A copy is left open: what was kept of an earlier build runs next.
    """
    releases = candidate.history()
    rows = [
        {**r, "published_at": datetime.fromisoformat(r["published_at"]), "is_current": r is releases[-1]}
        for r in releases
    ]
    con = candidate.opened.con
    con.execute("CREATE SCHEMA IF NOT EXISTS canonical; CREATE SCHEMA IF NOT EXISTS control")
    for table in TABLES:
        con.execute(f"CREATE OR REPLACE VIEW canonical.{table} AS {_select(table, candidate.building)}")
    load_reference(con, candidate.versions, rows, candidate.home)
    keys = [(n.round_key, n.delivery.partial) for n in candidate.building]
    con.execute("CREATE OR REPLACE TABLE control.round_to_build (round_key VARCHAR, is_partial BOOLEAN)")
    con.executemany("INSERT INTO control.round_to_build VALUES (?, ?)", keys)
    if not candidate.is_copy:
        candidate.opened.close()


def _select(table: str, building: list[Normalized]) -> str:
    """Columns with their types, over the rounds' Parquet files; paths are quoted, values never reach SQL."""
    columns = ", ".join(f'CAST("{name}" AS {SQL_TYPES[kind]}) AS "{name}"' for name, kind in TABLES[table].items())
    files = ", ".join(f"'{escaped(n.folder / f'{table}.parquet')}'" for n in building)
    return f"SELECT {columns} FROM read_parquet([{files}])"


def builder_lock(home: Home) -> Path:
    """The lock that one builder at a time holds (`lock.py`), from the copy of the base until the candidate ends."""
    return home.build / "candidate.lock"
