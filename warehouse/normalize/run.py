"""Normalizing one delivery, from the vault's file to the canonical Parquet of its round.

The order of the steps and the naming of the result belong here; each step has a module of its own.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.deliveries.disk import sync
from warehouse.deliveries.readers.memory import without_collection
from warehouse.deliveries.vault import Delivery
from warehouse.normalize.canonical import make_tables
from warehouse.normalize.identity import content_hash, made_of, name_of, normalized_id
from warehouse.normalize.older import completed
from warehouse.normalize.output import Output
from warehouse.normalize.reopen import reopen
from warehouse.operation_look import one_look
from warehouse.operations import load_operation
from warehouse.personal.hide import hidden, names_among
from warehouse.personal.tombstones import kept_of_purged
from warehouse.personal.values import remember
from warehouse.settings import Home

__all__ = ["Normalized", "normalize", "normalized_id"]


@dataclass(frozen=True)
class Normalized:
    """A normalized delivery: the Parquet tables of `schema.py` in `folder`, named by what made them."""

    home: Home
    delivery: Delivery
    normalized_id: str
    folder: Path

    @property
    def round_key(self) -> str:
        """`kgz-bma-r03`."""
        return self.delivery.round_key

    def table(self, name: str) -> pl.DataFrame:
        """One canonical table."""
        return pl.read_parquet(self.folder / f"{name}.parquet", glob=False)

    def counts(self) -> dict[str, int]:
        """Rows and people (individuals of all totals) delivered, accepted, rejected."""
        table = self.table("conservation")
        rows = table.filter(pl.col("measure") == "rows")
        people = table.filter(pl.col("measure").str.ends_with(".individuals"))
        columns = {"in": "delivered", "accepted": "accepted", "rejected": "rejected"}
        return {
            f"{unit}_{name}": int(part[column].sum())
            for unit, part in (("rows", rows), ("people", people))
            for name, column in columns.items()
        }


@one_look()
def normalize(home: Home, delivery: Delivery) -> Normalized:
    """The normalized delivery; done again only where delivery, operation files or code are new.

    Of a delivery that was purged: its tables as they were made last. Raises UnreadableDelivery where the file no longer
    fits its codebook, MtmError where the vault is damaged.
    """
    if kept := kept_of_purged(home, delivery):
        return Normalized(home, delivery, kept.name, completed(kept))
    operation = load_operation(delivery.operation)
    parts = made_of(delivery, operation, home)
    folder = home.normalized / delivery.round_key / name_of(parts)
    done = Normalized(home, delivery, name_of(parts), folder)
    if (folder / "normalized.json").exists():
        return done
    with without_collection():
        recognised = reopen(home, delivery, operation)
        if (now := made_of(delivery, operation, home)) != parts:  # another codebook reads it now: another name
            parts, done = now, Normalized(home, delivery, name_of(now), folder.with_name(name_of(now)))
        names = names_among(remember(home, delivery, recognised))
        temporary = _temporary(done)
        out = Output(temporary, lambda name, table: hidden(name, table, names))
        make_tables(recognised, delivery, operation, home, out)
        _write(done, out, temporary, parts)
    return done


def _temporary(done: Normalized) -> Path:
    """A new folder for the owner only, which gets the name of the result when it is whole."""
    temporary = done.folder.with_name(f".{done.folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True, mode=0o700)
    return temporary


def _write(done: Normalized, out: Output, temporary: Path, parts: dict[str, str]) -> None:
    """All tables into the temporary folder, then one rename: a folder with its name is whole."""
    out.write(temporary)
    note: dict[str, Any] = {
        "round_key": done.round_key,
        "normalized_id": done.normalized_id,
        "delivery": asdict(done.delivery),
    }
    note |= {"made_of": parts, "content_hash": content_hash(temporary)}
    (temporary / "normalized.json").write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")
    for path in (*temporary.iterdir(), temporary):
        sync(path)  # before it has its name: a power loss must not leave whole names on empty files
    shutil.rmtree(done.folder, ignore_errors=True)
    temporary.rename(done.folder)
