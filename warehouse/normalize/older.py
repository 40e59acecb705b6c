"""Tables that an older version made and that can't be made again, in the shape of this version: those of purged deliveries.

Adding the tables and columns that are new since, on disk or for a question, belongs here: empty, null, that is "not known", never a made-up value.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from warehouse.deliveries.disk import sync
from warehouse.normalize.identity import content_hash
from warehouse.normalize.schema import TABLES, empty
from warehouse.releases.journal import write_json
from warehouse.sql_text import escaped


def completed(folder: Path) -> Path:
    """The folder of normalized tables, with every table and column of today. It may be killed at any point and called again."""
    lacking = [name for name in TABLES if _lacks(folder / f"{name}.parquet", name)]
    note = json.loads((folder / "normalized.json").read_text(encoding="utf-8"))
    if not lacking and not note.get("completing"):
        return folder
    if not note.get("completing") and note.get("content_hash") == content_hash(
        folder
    ):  # what was altered before stays altered
        note["completing"] = True
        write_json(folder / "normalized.json", note)
    for name in lacking:
        _complete(folder / f"{name}.parquet", name)
    sync(folder)
    if note.pop("completing", False):
        write_json(folder / "normalized.json", note | {"content_hash": content_hash(folder)})
    return folder


def as_of_today(table: str, folder: Path) -> str:
    """A query on a canonical table of a folder, whichever version wrote it: what it lacks is null, or no row at all."""
    types = {
        pl.String: "VARCHAR",
        pl.Int64: "BIGINT",
        pl.Float64: "DOUBLE",
        pl.Date: "DATE",
        pl.Boolean: "BOOLEAN",
        pl.Datetime("us"): "TIMESTAMP",
    }
    nothing = ", ".join(f'CAST(NULL AS {types[kind]}) AS "{name}"' for name, kind in TABLES[table].items())
    path = folder / f"{table}.parquet"
    found = f"FROM read_parquet('{escaped(path)}') UNION ALL BY NAME " if path.exists() else ""
    return f"{found}SELECT {nothing} WHERE false"


def table_of_today(path: Path, name: str) -> pl.DataFrame:
    """A canonical table of a file, whichever version wrote it: columns that it lacks are null."""
    return pl.concat([empty(name), pl.read_parquet(path, glob=False)], how="diagonal_relaxed")


def _lacks(path: Path, name: str) -> bool:
    return not path.exists() or any(column not in pl.read_parquet_schema(path) for column in TABLES[name])


def _complete(path: Path, name: str) -> None:
    table = table_of_today(path, name) if path.exists() else empty(name)
    temporary = path.with_suffix(".part")
    table.write_parquet(temporary, compression="zstd")
    sync(temporary)
    temporary.replace(path)
