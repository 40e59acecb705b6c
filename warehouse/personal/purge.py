"""Purging deliveries: their raw files and everything that was made of them and holds personal values, for good.

The order of the steps belongs here: a tombstone first and what is searched for last, so that a purge that was interrupted
goes on where it ended. What stays: sidecars, tombstones, canonical tables without personal values, releases.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.deliveries.disk import file_hash, sync
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.normalize.identity import content_hash
from warehouse.normalize.people import key_of
from warehouse.normalize.schema import INTERVIEW
from warehouse.operations import load_operation
from warehouse.personal.hide import hide_personal
from warehouse.personal.scan import search_home
from warehouse.personal.shapes import personal_in
from warehouse.personal.tombstones import Tombstone, bury, is_purged, tombstones
from warehouse.personal.values import nobodys, personal_values_of, remembered, values_path
from warehouse.releases import lock
from warehouse.releases.journal import write_json
from warehouse.settings import Home

# Of a purged round's interviews this stays: marts count them.
INTERVIEWS_KEPT = ("round_key", "interview_key", "row_number", "is_accepted", "reason_code", "kind", "interview_date", "place_code",
                   "place_level")  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A delivery that a purge takes, and by which rule."""

    delivery: Delivery
    rule: str  # expired | asked
    why: str


def due(home: Home, *, round_key: str | None = None, today: date | None = None) -> list[Due]:
    """The deliveries of a round, or without one all whose retention has ended; each file once, purged ones left out."""
    vault = Vault(home)
    if round_key is not None:
        vault.current(round_key)  # raises where the round was never delivered
        found = [Due(d, "asked", "asked for the whole round") for d in vault.deliveries(round_key)]
    else:
        found = [d for key in vault.rounds() for x in vault.deliveries(key) if (d := _expired(x, today))]
    once = {d.delivery.sha256: d for d in found}
    return [d for sha256, d in once.items() if not is_purged(home, sha256)]


def purge(home: Home, chosen: list[Due], why: str = "") -> list[Tombstone]:
    """Remove what is due, after finishing what an interrupted purge began. Returns the tombstones with their proofs."""
    key = home.build / "candidate.lock"
    lock.acquire(key)  # nobody builds from what is taken away
    try:
        for d in chosen:
            personal_values_of(home, d.delivery)  # kept on disk before anything goes: the proof needs them
            bury(home, _stone(home, d, why))
        return _finish(home, [stone for stone in tombstones(home) if not stone.done])
    finally:
        lock.release(key)


def begun(home: Home) -> list[Tombstone]:
    """Purges that began and were interrupted."""
    return [stone for stone in tombstones(home) if not stone.done]


def _expired(delivery: Delivery, today: date | None) -> Due | None:
    days = load_operation(delivery.operation).programme.retention_days
    end = datetime.fromisoformat(delivery.received_at).date() + timedelta(days=days or 0)
    if days is None or (today or datetime.now(UTC).date()) <= end:
        return None
    return Due(delivery, "expired", f"received {delivery.received_at[:10]}, kept {days} days (operation.yml)")


def _stone(home: Home, d: Due, why: str) -> Tombstone:
    same = Vault(home).all_by_hash(d.delivery.sha256)
    return Tombstone(
        sha256=d.delivery.sha256,
        size=d.delivery.size,
        round_keys=sorted({x.round_key for x in same}),
        deliveries=sorted({x.delivery_id for x in same}),
        purged_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rule=d.rule,
        why=why or d.why,
    )


def _finish(home: Home, stones: list[Tombstone]) -> list[Tombstone]:
    """Everything of purged files, and one search for all their values; each step may be done twice."""
    values = {stone.sha256: _values(home, stone) for stone in stones if not stone.proof}
    open_ones = [stone for stone in stones if not stone.proof]
    gone = {
        s.sha256: [*_tables(home, s, values[s.sha256]), *_collected(home, s), *_databases(home), *_raw(home, s)]
        for s in open_ones
    }
    proofs = _proofs(home, values, gone)
    done = []
    for stone in (replace(s, proof=s.proof or proofs[s.sha256]) for s in stones):
        bury(home, stone)
        for path in values_path(home, stone.sha256).parent.glob(f"{stone.sha256}.*"):  # also what a killed run left
            path.unlink(missing_ok=True)
        done.append(replace(stone, done=True))
        bury(home, done[-1])
    return done


def _values(home: Home, stone: Tombstone) -> frozenset[str]:
    values = remembered(home, Vault(home).all_by_hash(stone.sha256)[-1]) or frozenset()
    return values - nobodys(values)


def _tables(home: Home, stone: Tombstone, values: frozenset[str]) -> list[str]:
    """Canonical tables lose their personal values, comparisons and what was half written go."""
    removed = []
    for key in stone.round_keys:
        folder = home.normalized / key
        shutil.rmtree(folder / "compared", ignore_errors=True)
        for note in sorted(folder.glob("*/normalized.json")):
            made = json.loads(note.read_text(encoding="utf-8"))
            if made["delivery"]["sha256"] == stone.sha256:
                if made.get("content_hash") == content_hash(note.parent):  # what was altered before stays altered
                    made["purging"] = True
                    write_json(note, made)
                _clean(note.parent, values)
                if made.pop("purging", False):
                    write_json(note, made | {"content_hash": content_hash(note.parent)})
                removed.append(f"personal values of normalized/{key}/{note.parent.name}")
        for part in folder.glob(".*.part"):
            shutil.rmtree(part)
    return removed


def _clean(folder: Path, values: frozenset[str]) -> None:
    """Write the tables again without cells of rejected rows and without texts that are personal."""
    tables = {p.stem: pl.read_parquet(p, glob=False) for p in sorted(folder.glob("*.parquet"))}
    tables = hide_personal(tables, values)
    tables["rejected"] = tables["rejected"].with_columns(pl.lit(None, pl.String).alias("cells"))
    if "interview" in tables:  # how it was made is of people; that it was made stays
        own = [pl.lit(None, kind).alias(name) for name, kind in INTERVIEW.items() if name not in INTERVIEWS_KEPT]
        tables["interview"] = tables["interview"].with_columns(own)
    for name, table in tables.items():
        if "delivered_value" in table.columns:
            texts = table["delivered_value"].drop_nulls().unique().to_list()
            bad = [t for t in texts if personal_in(t) or t.strip() in values]
            table = table.with_columns(
                pl.when(~pl.col("delivered_value").is_in(bad)).then("delivered_value").alias("delivered_value")
            )
        temporary = folder / f"{name}.part"
        table.write_parquet(temporary, compression="zstd")
        sync(temporary)
        temporary.replace(folder / f"{name}.parquet")
    sync(folder)


def _collected(home: Home, stone: Tombstone) -> list[str]:
    """What the collection tells of a round that is being collected: it holds interviews one by one."""
    from warehouse.collection.keep import leave
    from warehouse.collection.store import kept_rounds

    gone = leave(home, [k.round_key for k in kept_rounds(home) if k.delivery_id in stone.deliveries])
    return [f"collection/{key}" for key in gone]


def _databases(home: Home) -> list[str]:
    """Build databases: what was deleted in them can still be read from their files. They are built again when needed."""
    removed = []
    for path in sorted((home.build / "databases").glob("*")):
        path.unlink()
        removed.append(f"build/databases/{path.name}")
    shutil.rmtree(home.build / "candidate", ignore_errors=True)
    return removed


def _raw(home: Home, stone: Tombstone) -> list[str]:
    """The file itself, reports of corrected rows that were put into it, and copies that were being received."""
    hashes = [stone.sha256]
    for record in sorted((home.vault / "amendments").glob("*.json")):
        told = json.loads(record.read_text(encoding="utf-8"))
        if stone.sha256 == told.get("makes") or told["amends"] in stone.deliveries:
            hashes.append(told["sha256"])
    removed = []
    for sha256 in hashes:
        blob = home.vault / "blobs" / sha256[:2] / sha256
        if blob.exists():
            blob.unlink()
            sync(blob.parent)
            removed.append(f"vault/blobs/{sha256[:2]}/{sha256}")
    for path in [*(home.vault / "incoming").glob("*"), *_copies(home, hashes)]:
        path.unlink()
    return removed


def _copies(home: Home, hashes: list[str]) -> list[Path]:
    """The same files as they came through the inbox."""
    return [p for p in home.received.glob("*") if p.is_file() and file_hash(p) in hashes]


def _proofs(home: Home, values: dict[str, frozenset[str]], gone: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """What was removed, and the search of the whole home for the values that were in the files.

    Values that other deliveries hold too (an enumerator's name) are in their files still, and are counted apart.
    """
    others = _others(home) if values else frozenset()
    found = search_home(home, frozenset().union(*values.values()) - others, whole=True)
    kept = {f"build/personal/{p.name}" for p in (home.build / "personal").glob("*.json")}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        sha256: {
            "values": len(own), "held_by_other_deliveries": len(own & others), "values_hmac": _keyed(home, own),
            "files": found.files, "bytes": found.bytes, "removed": gone[sha256], "searched_at": at,
            "left": {place: n for place, n in found.of(own).items() if place.split(" ")[0] not in kept},
        }
        for sha256, own in values.items()
    }  # fmt: skip


def _keyed(home: Home, values: frozenset[str]) -> str:
    return hmac.new(
        key_of(home), "\0".join(sorted(values)).encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


def _others(home: Home) -> frozenset[str]:
    """The values of all deliveries that are not purged."""
    vault = Vault(home)
    found = {d.sha256: d for key in vault.rounds() for d in vault.deliveries(key) if not is_purged(home, d.sha256)}
    return frozenset(v for d in found.values() for v in personal_values_of(home, d))


def remaining(stones: Iterable[Tombstone]) -> dict[str, int]:
    """Where values of purged files still stand, by the proofs."""
    left: dict[str, int] = {}
    for stone in stones:
        for place, n in stone.proof.get("left", {}).items():
            left[place] = left.get(place, 0) + n
    return left
