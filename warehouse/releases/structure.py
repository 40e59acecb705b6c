"""Whether a release's database and Parquet files hold what its manifest says: marts, columns, keys, rows, contents.

Opening published files to compare them with the manifest belongs here; hashes of files do not (`integrity.py`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.releases.contents import checksum, opened, others, parquet, shape, table
from warehouse.releases.manifest import Manifest
from warehouse.releases.serving import DATABASE, content_hash, mart_hash
from warehouse.settings import Home

FULL = "No space left"  # in the text of DuckDB's error


def structure_problems(home: Home, manifest: Manifest) -> list[str]:
    """What database and Parquet hold otherwise than the manifest says; empty where all agree."""
    import duckdb

    folder = home.releases / manifest.release_id
    home.build.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with opened(folder) as con, tempfile.TemporaryDirectory(dir=home.build, prefix="verify-") as scratch:
            return _compared(con, folder, manifest, Path(scratch))
    except duckdb.Error as error:
        if FULL in str(error):  # says nothing of the release
            raise no_room(manifest.release_id) from None
        return [f"{DATABASE} or a Parquet file can't be read ({type(error).__name__})"]


def no_room(release_id: str) -> MtmError:
    """The disk is full: the release could not be looked at."""
    return MtmError(
        f"{release_id} can't be looked at: the disk is full",
        where="build/",
        expected="room for a copy of its largest mart",
        todo="make room (mtm gc), then mtm verify again; nothing was found to be wrong",
        code="disk_full",
    )


def _compared(con: Any, folder: Path, manifest: Manifest, scratch: Path) -> list[str]:
    found = shape(con, "release")
    told = [f"{name} does not belong to the database" for name in others(con, "release")]
    for name in sorted(set(found) | set(manifest.marts)):
        if name not in found or name not in manifest.marts:
            told.append(
                f"{name} is {'missing in the database' if name in manifest.marts else 'no mart of the manifest'}"
            )
            continue
        told += _mart(con, folder, name, manifest.marts[name], found[name], scratch)
    if content_hash(manifest.marts) != manifest.content_hash:
        told.append("the content hash is not that of its marts")
    return told


def _mart(
    con: Any, folder: Path, name: str, expected: dict[str, Any], found: dict[str, Any], scratch: Path
) -> list[str]:
    source, columns = table("release", name), list(found["columns"])
    told = [
        f"{name}: its {part.replace('_', ' ')} are not those of the manifest"
        for part in ("columns", "key", "foreign_keys")  # the last: since releases have them
        if part in expected and (expected[part] != found[part] or list(expected[part]) != list(found[part]))
    ]
    stored = checksum(con, source, columns)
    if stored[0] != expected["rows"]:
        told.append(f"{name}: {stored[0]} rows, {expected['rows']} in the manifest")
    elif expected["content_hash"] and mart_hash(con, name, source, scratch) != expected["content_hash"]:
        told.append(f"{name}: its rows are not those of the manifest")
    twin = parquet(folder, name)
    of_twin = {c: k for c, k, *_ in con.execute(f"DESCRIBE SELECT * FROM {twin}").fetchall()}
    if list(of_twin.items()) != list(found["columns"].items()) or checksum(con, twin, columns) != stored:
        told.append(f"{name}: Parquet and database differ")
    return told
