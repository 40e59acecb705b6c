"""The floor as it is measured: its state prepared, a round taken, its marts held against the release's.

Called in a process of its own (`worker.py`). What the marts say of a release (ids, moments, versions) is read from the line's.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bench.floor import DATABASE, Told, take
from bench.floor_compare import compare
from bench.floor_sql import Step, steps
from warehouse.normalize.people import key_of
from warehouse.releases.manifest import read_manifest
from warehouse.settings import Home


def prepare(home: str, folder: str) -> int:
    """Write the floor's SQL into its folder; the number of statements. Nothing of this is timed."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    found = steps(Home(Path(home)))
    (Path(folder) / "steps.json").write_text(json.dumps([asdict(step) for step in found]), encoding="utf-8")
    return len(found)


@cache
def _steps(folder: str) -> list[Step]:
    read = json.loads((Path(folder) / "steps.json").read_text(encoding="utf-8"))
    return [Step(**{**step, "after": tuple(step["after"])}) for step in read]


def told(home: str, release: str, key: str) -> Told:
    """What the marts of a release say beside its figures."""
    manifest = read_manifest(Home(Path(home)).releases / release)
    history = [{**row, "published_at": datetime.fromisoformat(row["published_at"])} for row in manifest.history]
    return Told(key, manifest.rounds, history, key_of(Home(Path(home))))


def round_taken(
    folder: str, home: str, release: str, round_key: str, path: str, *, proofs: bool = True
) -> dict[str, float]:
    """Take a round; seconds by part."""
    return take(Path(folder), Path(path), told(home, release, round_key), _steps(folder), proofs=proofs)


def compared(folder: str, home: str, release: str) -> dict[str, Any]:
    """`floor_compare.compare` with a release of a home."""
    return compare(Path(folder), Home(Path(home)).releases / release)


def keep(folder: str) -> None:
    """Keep the floor's database as the base of every turn."""
    shutil.copyfile(Path(folder) / DATABASE, Path(folder) / f"base.{DATABASE}")


def again(folder: str) -> None:
    """The database as it was kept."""
    shutil.copyfile(Path(folder) / f"base.{DATABASE}", Path(folder) / DATABASE)
