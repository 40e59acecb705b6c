"""Purges reach backups: a snapshot without what a later one says was purged. What is law for the home is law for its copies.

Working that out belongs here; `prune.py` writes it and removes the objects, `restore.py` restores by it.
"""

from __future__ import annotations

from dataclasses import replace

from warehouse.backup.repository import next_version
from warehouse.backup.snapshot import Buried, Snapshot

STONES = "vault/tombstones/"


def without_purged(snapshot: Snapshot, newest: Snapshot) -> Snapshot:
    """The snapshot as it may still be: raw files that were purged since are gone, tables of their rounds are those of now.

    The same object where nothing was purged since. Tables lose personal values by a purge, so older ones go; where the
    newest snapshot has none, they are made again from the deliveries that are left.
    """
    since = {h: b for h, b in newest.buried.items() if snapshot.buried.get(h) != b}
    if not since:
        return snapshot
    hashes = {h for b in newest.buried.values() for h in b.hashes}
    rounds = {key for b in since.values() for key in b.round_keys}
    files = {p: f for p, f in snapshot.files.items() if f.sha256 not in hashes and not _is_of(p, rounds)}
    files |= {p: f for p, f in newest.files.items() if _is_of(p, rounds) or _is_stone(p, since)}
    return next_version(replace(snapshot, files=files, buried=dict(newest.buried)))


def _is_of(path: str, rounds: set[str]) -> bool:
    """Whether a path lies with what is made of the rounds' rows: tables, comparisons, pages while a round is collected."""
    parts = path.split("/")
    if parts[0] == "collection":
        return True
    return parts[:2] == ["build", "normalized"] and len(parts) > 2 and parts[2] in rounds


def _is_stone(path: str, since: dict[str, Buried]) -> bool:
    return path.startswith(STONES) and path.removeprefix(STONES).removesuffix(".json") in since
