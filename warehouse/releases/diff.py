"""What changed between two releases: rounds, and for each mart rows and values; people moved.

Choosing the databases and telling the rounds belong here; comparing is done in `compare.py`, explaining a change
(coverage, window) is the marts' work.
"""

from __future__ import annotations

from typing import Any

from warehouse.releases.compare import MartDiff, PeopleMoved, diff_databases, people_moved
from warehouse.releases.contents import attach
from warehouse.releases.manifest import Manifest, load_manifest
from warehouse.releases.serving import DATABASE
from warehouse.settings import Home

__all__ = ["MartDiff", "PeopleMoved", "diff_databases", "diff_releases", "people_moved", "rounds_changed"]


def diff_releases(home: Home, before: str, after: str) -> dict[str, Any]:
    """Rounds, marts and people that differ. Raises UsageError where a release is not kept."""
    import duckdb

    a, b = load_manifest(home, before), load_manifest(home, after)
    with duckdb.connect(":memory:") as con:
        for alias, manifest in (("a", a), ("b", b)):
            attach(con, home.releases / manifest.release_id / DATABASE, alias)
        compared = diff_databases(con, "a", "b")
    return {"before": a.release_id, "after": b.release_id, "rounds": rounds_changed(a, b), **compared}


def rounds_changed(before: Manifest | None, after: Manifest) -> list[dict[str, str | None]]:
    """Rounds that came, went, were delivered again or read anew."""
    found: list[dict[str, str | None]] = []
    for key in sorted({v.round_key for m in (before, after) if m for v in m.rounds}):
        old, new = before.version(key) if before else None, after.version(key)
        if old != new:
            what = "added" if old is None else "removed" if new is None else "redelivered"
            if old and new and old.delivery_id == new.delivery_id:
                what = "read anew"
            ids = {"before": old.delivery_id if old else None, "after": new.delivery_id if new else None}
            found.append({"round_key": key, "change": what, **ids})
    return found
