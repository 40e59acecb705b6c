"""The Parquet twins of the marts, and the hash of each mart's rows, which is the same wherever they lie.

Writing twins from the build database belongs here, and taking over those of the base release where the gate found a mart
equal: a release holds files of its own, so that what befalls one does not befall the other.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.disk import file_hash
from warehouse.errors import MtmError
from warehouse.releases.empty import SCHEMA
from warehouse.releases.manifest import FILE, read_manifest
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

    from warehouse.releases.candidate import Candidate
    from warehouse.releases.verdict import Verdict

FOLDER = "parquet"
UNHASHED = {"mart_releases", "mart_release_vintages"}  # carry dates and ids of releases
HASHED_ROWS = {"mart_quality": "quality_type <> 'check'"}  # what the gate said, and when, is no content


@dataclass(frozen=True)
class Standing:
    """Marts whose rows are those of the base release: its folder, their content hashes, the hashes of its files."""

    folder: Path = Path()
    marts: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


def standing(candidate: Candidate, verdict: Verdict) -> Standing:
    """The marts that the gate found equal in the release that the candidate was built on; none where it did not compare."""
    base, diff = candidate.base, verdict.diff
    if base is None or "marts" not in diff or "told" in diff or verdict.base_release != base.release_id:
        return Standing()
    folder = candidate.home.releases / base.release_id
    if not (folder / FILE).is_file() or not _is_as_noted(candidate):
        return Standing()
    out = {*UNHASHED, *HASHED_ROWS, *(mart["mart"] for mart in diff["marts"])}
    marts = {name: str(mart["content_hash"]) for name, mart in base.marts.items() if name not in out}
    return Standing(folder, marts, base.files)


def _is_as_noted(candidate: Candidate) -> bool:
    """Whether the base was made by these models, and its manifest is the one that the index of releases knows."""
    from warehouse.releases.candidate import models_hash
    from warehouse.releases.index import written

    base = candidate.base
    if base is None or base.models_hash != models_hash():
        return False
    known = written(candidate.home).get(base.release_id, {}).get("manifest_sha256")
    path = candidate.home.releases / base.release_id / FILE
    try:
        return file_hash(path) == known and read_manifest(path.parent) == base
    except (OSError, MtmError):
        return False


def write_twin(con: duckdb.DuckDBPyConnection, name: str, folder: Path, scratch: Path, before: Standing) -> str | None:
    """Write `parquet/<name>.parquet` below `folder` from the mart of `build`. Returns the hash of its rows, None where it has none."""
    target, source = folder / FOLDER / f"{name}.parquet", f"build.{SCHEMA}.{name}"
    if name in before.marts and _taken(before, target):
        return before.marts[name]
    con.execute(f"COPY (SELECT * FROM {source} ORDER BY ALL) TO '{escaped(target)}' (FORMAT parquet, COMPRESSION zstd)")
    return None if name in UNHASHED else mart_hash(con, name, source, scratch)


def mart_hash(con: duckdb.DuckDBPyConnection, name: str, source: str, scratch: Path) -> str:
    """The sha256 of a mart's rows that are content, in full order as CSV text; the text lies in `scratch` for a moment."""
    text = scratch / f"{name}.csv"
    ordered = f"SELECT * FROM {source} WHERE {HASHED_ROWS.get(name, 'true')} ORDER BY ALL"
    try:
        con.execute(f"COPY ({ordered}) TO '{escaped(text)}' (FORMAT csv, HEADER)")
        return file_hash(text)
    finally:
        text.unlink(missing_ok=True)


def content_hash(marts: dict[str, dict[str, Any]]) -> str:
    """The hash over the content of all marts but those that carry dates of releases."""
    text = "\n".join(f"{name} {marts[name]['content_hash']}" for name in sorted(set(marts) - UNHASHED))
    return hashlib.sha256(text.encode()).hexdigest()


def _taken(before: Standing, target: Path) -> bool:
    """Copy the base's twin (without its blocks where the disk can share them); False where it is not what was published."""
    noted = before.files.get(f"{FOLDER}/{target.name}")
    source = before.folder / FOLDER / target.name
    if noted is None or not source.is_file() or source.stat().st_size != noted["bytes"]:
        return False
    _copied(source, target, int(noted["bytes"]))
    if file_hash(target) == noted["sha256"]:
        return True
    target.unlink()
    return False


def _copied(source: Path, target: Path, size: int) -> None:
    with source.open("rb") as old, target.open("wb") as new:
        while size > 0:
            try:
                done = os.copy_file_range(old.fileno(), new.fileno(), size)
            except OSError:  # between two disks, or a file system that can't
                shutil.copyfileobj(old, new)
                return
            if not done:
                return
            size -= done


__all__ = ["HASHED_ROWS", "UNHASHED", "Standing", "content_hash", "mart_hash", "standing", "write_twin"]
