"""What no kept release and no standing delivery rests on: normalized tables, verdicts, Data Docs, comparisons, scratch.

Telling what may go belongs here; removing it does not. All of it can be made again from the vault.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from warehouse.deliveries.vault import Vault
from warehouse.releases.manifest import Manifest
from warehouse.settings import Home

UNFINISHED = 24 * 3600  # seconds after which a temporary folder is nobody's
SCRATCH = ("rebuild-*", "verify-*")


def unneeded(home: Home, kept: Iterable[Manifest]) -> list[Path]:
    """Files and folders that may go; the builder's lock is held, so that a candidate here is of a run that died."""
    needed = {(v.round_key, v.normalized_id) for m in kept for v in m.rounds}
    deliveries = _deliveries(home)
    found: list[Path] = []
    for folder in sorted(p for p in home.normalized.glob("*/*") if p.is_dir() and p.name != "compared"):
        if folder.name.startswith("."):
            found += [folder] if _is_old(folder) else []
        elif _delivery_of(folder) in deliveries.get(folder.parent.name, set()):
            needed.add((folder.parent.name, folder.name))
        elif (folder.parent.name, folder.name) not in needed:
            found.append(folder)
    found += [p for p in home.normalized.glob("*/compared/*-*-*.json") if _is_of_gone(p, needed)]
    for place in (home.verdicts, home.gate_docs):
        found += [p for p in place.glob("*/*") if (p.parent.name, p.name.split(".")[0]) not in needed]
    found += [p for p in home.collection.glob(".*.duckdb.*") if _is_old(p)]
    found += [p for name in SCRATCH for p in home.build.glob(name) if _is_old(p)]
    return sorted([*found, *home.build.glob("candidate")])


def _deliveries(home: Home) -> dict[str, set[str]]:
    """Round → its standing delivery and the one that this took the place of: the gate compares them."""
    vault = Vault(home)
    standing = {key: vault.deliveries(key)[-1] for key in vault.rounds()}
    return {key: {d.delivery_id, d.supersedes or d.delivery_id} for key, d in standing.items()}


def _delivery_of(folder: Path) -> str | None:
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads((folder / "normalized.json").read_text(encoding="utf-8"))["delivery"]["delivery_id"])
    return None


def _is_of_gone(path: Path, needed: set[tuple[str, str]]) -> bool:
    """Whether a comparison is of tables that are not kept."""
    round_key = path.parent.parent.name
    return any((round_key, name) not in needed for name in path.stem.split("-")[:2])


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > UNFINISHED
