"""Tombstones: what is left of a purged file in the vault (`vault/tombstones/<sha256>.json`): what it was, when and why.

Their shape, writing and reading belong here; removing is in `purge.py`.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.deliveries.vault import Delivery


@dataclass(frozen=True)
class Tombstone:
    """A purged file. `done` is false while its purge has begun and not ended: it is continued then."""

    sha256: str
    size: int
    round_keys: list[str]
    deliveries: list[str]  # delivery ids
    purged_at: str  # ISO 8601, UTC
    rule: str  # expired | asked
    why: str
    done: bool = False
    proof: dict[str, Any] = field(default_factory=dict)  # what was searched afterwards, and what was found


def folder_of(home: Home) -> Path:
    """Where tombstones lie."""
    return home.vault / "tombstones"


def bury(home: Home, stone: Tombstone) -> None:
    """Write a tombstone, to last."""
    folder = folder_of(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{stone.sha256}.json"
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(stone), ensure_ascii=False, indent=1), encoding="utf-8")
    sync(temporary)
    os.replace(temporary, path)
    sync(folder)


def tombstone(home: Home, sha256: str) -> Tombstone | None:
    """The tombstone of a file, if it was purged."""
    path = folder_of(home) / f"{sha256}.json"
    return Tombstone(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def tombstones(home: Home) -> list[Tombstone]:
    """All of them, oldest first."""
    found = [Tombstone(**json.loads(p.read_text(encoding="utf-8"))) for p in folder_of(home).glob("*.json")]
    return sorted(found, key=lambda t: (t.purged_at, t.sha256))


def purged_error(stone: Tombstone, round_key: str, delivery_id: str) -> MtmError:
    """The error of whoever needs the file of a delivery that was purged."""
    return MtmError(
        f"the file of {round_key} was purged on {stone.purged_at[:10]}: it is neither read nor taken in again",
        where=f"delivery {delivery_id}",
        expected="a delivery whose file is in the vault",
        todo="nothing: what was published stays served; a file of the round without personal data can be received anew",
        code="purged",
    )


def is_purged(home: Home, sha256: str) -> bool:
    """Whether a file was purged, or its purge has begun."""
    return (folder_of(home) / f"{sha256}.json").exists()


def kept_of_purged(home: Home, delivery: Delivery) -> Path | None:
    """The folder of canonical tables that was kept of a purged delivery (the newest); None where it was not purged."""
    if not is_purged(home, delivery.sha256):
        return None
    notes = sorted((home.normalized / delivery.round_key).glob("*/normalized.json"), key=lambda p: p.stat().st_mtime_ns)
    own = [p for p in notes if json.loads(p.read_text(encoding="utf-8"))["delivery"]["sha256"] == delivery.sha256]
    return own[-1].parent if own else None
