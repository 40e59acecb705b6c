"""Normalizing one delivery, from the vault's file to the canonical Parquet of its round.

The order of the steps and the naming of the result belong here; each step has a module of its own.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import polars as pl

from warehouse.codebooks.recognise import Declared, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.gazetteer.store import overlay_hash
from warehouse.normalize.canonical import canonical_tables
from warehouse.normalize.schema import TABLES
from warehouse.operations import Operation, load_operation
from warehouse.settings import PROJECT, Home

CODE = ("warehouse/codebooks", "warehouse/deliveries/readers", "warehouse/gazetteer", "warehouse/normalize")


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


def normalize(home: Home, delivery: Delivery) -> Normalized:
    """The normalized delivery; done again only where delivery, operation files or code are new.

    Raises UnreadableDelivery where the file no longer fits its codebook, MtmError where the vault is damaged.
    """
    operation = load_operation(delivery.operation)
    identity = normalized_id(delivery, operation, home)
    folder = home.normalized / delivery.round_key / identity
    done = Normalized(home, delivery, identity, folder)
    if (folder / "normalized.json").exists():
        return done
    path = Vault(home).path(delivery)
    declared = Declared(delivery.operation, delivery.component, delivery.round_number)
    recognised = recognise(read_file(path, delivery.file_name, keep_errors=True), delivery.file_name, declared)
    _write(done, canonical_tables(recognised, delivery, operation, home))
    return done


def normalized_id(delivery: Delivery, operation: Operation, home: Home) -> str:
    """The hash of (delivery, operation files, common files, imported places, code): 16 hexadecimal digits."""
    digest = hashlib.sha256(delivery.sha256.encode())
    for folder in (operation.folder, PROJECT / "operations" / "common"):
        digest.update(_tree_hash(folder, ("*.yml", "*.csv")).encode())
    digest.update(overlay_hash(home, operation, delivery.component, delivery.round_number).encode())
    digest.update(code_hash().encode())
    return digest.hexdigest()[:16]


@cache
def code_hash() -> str:
    """The hash of the modules that make canonical tables."""
    digest = hashlib.sha256()
    for folder in CODE:
        digest.update(_tree_hash(PROJECT / folder, ("*.py",)).encode())
    return digest.hexdigest()


def _tree_hash(folder: Path, globs: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for glob in globs for p in folder.rglob(glob)):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _write(done: Normalized, tables: dict[str, pl.DataFrame]) -> None:
    """All tables into a temporary folder, then one rename: a folder with its name is whole."""
    temporary = done.folder.with_name(f".{done.folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True, mode=0o700)
    for name in TABLES:
        tables[name].write_parquet(temporary / f"{name}.parquet", compression="zstd")
    note = {"round_key": done.round_key, "normalized_id": done.normalized_id, "delivery": asdict(done.delivery)}
    (temporary / "normalized.json").write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.rmtree(done.folder, ignore_errors=True)
    temporary.rename(done.folder)
