"""Keeping what a partial delivery tells: the collection's database and the round's page, and taking a round out again.

When a round is kept and when it leaves belongs here; the database is in `store.py`, what is missing in `missing.py`, checks and
page have rooms of their own. Nothing here touches a release.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from warehouse.collection.missing import missing_places
from warehouse.collection.store import KeptRound, kept_rounds, replace_round, without_rounds
from warehouse.errors import MtmError
from warehouse.normalize.schema import TABLES
from warehouse.operations import load_operation
from warehouse.personal.tombstones import is_purged
from warehouse.releases.manifest import Manifest, current_manifest
from warehouse.settings import Home, private_folder

if TYPE_CHECKING:
    from warehouse.deliveries.vault import Delivery
    from warehouse.releases.candidate import Candidate

MARTS = {"mart_collection_progress": "int_collection_progress", "mart_collection_day": "int_collection_line"}


@dataclass(frozen=True)
class Kept:
    """What was kept of a round: the last day with data, how far it is, what the checks found, where the page is."""

    round_key: str
    as_of: date | None
    progress_percent: float | None
    collection_status: str
    findings: int
    page: Path


def keep(home: Home, candidate: Candidate) -> Kept:
    """Keep what a candidate with a provisional verdict tells. Its marts must be built; it is read, never changed.

    The database is replaced whole; after a crash it is the one before, and the next delivery brings it up to date.
    """
    from warehouse.collection import checks
    from warehouse.collection.page.write import write

    normalized, key = candidate.normalized, candidate.normalized.round_key
    operation = load_operation(normalized.delivery.operation)
    tables = {name: normalized.table(name) for name in TABLES}
    frames = _marts(candidate, key)
    as_of = frames["mart_collection_day"]["collection_day"].max() if frames["mart_collection_day"].height else None
    found = checks.run(tables, operation, key, as_of)  # type: ignore[arg-type]
    progress = frames["mart_collection_progress"]
    frames |= {
        "mart_collection_check": found,
        "collection_missing": missing_places(home, normalized, progress),
    }
    folder = private_folder(private_folder(home.collection) / key)
    page = write(
        folder, key, tables=tables, checks=found, progress=progress, days=frames["mart_collection_day"]
    )  # before the database: whoever finds a round in it finds its page
    replace_round(home, KeptRound.of(normalized, as_of), frames)  # type: ignore[arg-type]
    settle(home)
    whole = next(progress.filter(pl.col("place_level") == 0).iter_rows(named=True), {})
    return Kept(
        key, as_of, whole.get("progress_percent"), whole.get("collection_status", "not_started"),  # type: ignore[arg-type]
        found.filter(pl.col("outcome") == "found").height, page,
    )  # fmt: skip


def settle(home: Home) -> list[str]:
    """Take the rounds out whose whole delivery, or a later one, is published by now; their keys. Their final progress is there.

    Nothing where the database can't be read: what is published stands, and `mtm collection` says what to do.
    """
    served = current_manifest(home)
    try:
        gone = [kept.round_key for kept in kept_rounds(home) if _is_whole(served, kept)]
    except MtmError:
        return []
    return leave(home, gone)


def is_missing(home: Home, delivery: Delivery) -> bool:
    """Whether a partial delivery was judged and not kept: its run died in between, or it was only checked.

    What was purged is not missed; nor is anything where the database can't be read, which `mtm collection` tells.
    """
    if not delivery.partial or is_purged(home, delivery.sha256):
        return False
    try:
        return delivery.delivery_id not in {kept.delivery_id for kept in kept_rounds(home)}
    except MtmError:
        return False


def leave(home: Home, round_keys: Iterable[str]) -> list[str]:
    """Take rounds out of the collection, with their pages; the keys of those that were in it."""
    known = {kept.round_key for kept in kept_rounds(home)}
    gone = [key for key in round_keys if key in known or (home.collection / key).is_dir()]
    for key in gone:  # pages first: where this dies, the database still names the round, and the next one goes on
        shutil.rmtree(home.collection / key, ignore_errors=True)
    without_rounds(home, [key for key in gone if key in known])
    return gone


def _is_whole(served: Manifest | None, kept: KeptRound) -> bool:
    version = served.version(kept.round_key) if served else None
    return version is not None and version.delivery_seq >= kept.delivery_seq


def _marts(candidate: Candidate, round_key: str) -> dict[str, pl.DataFrame]:
    """The round's rows of both marts with nothing withheld: they stay inside."""
    import duckdb

    with duckdb.connect(str(candidate.database), read_only=True) as con:
        return {
            mart: pl.DataFrame(
                con.sql(
                    f"SELECT * FROM intermediate.{table} WHERE round_key = ? ORDER BY ALL", params=[round_key]
                ).to_arrow_table()
            )
            for mart, table in MARTS.items()
        }


__all__ = ["Kept", "is_missing", "keep", "leave", "settle"]
