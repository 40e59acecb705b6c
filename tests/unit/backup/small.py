"""A home of a dozen small files that are as a home's are: quick to back up, to break and to compare. Its numbers are SYNTHETIC."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from warehouse.releases import journal
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.releases.pointer import freeze
from warehouse.settings import Home

ROUND = "toy-baseline-r01"
PERSONAL = b"u1,North,+996555010203\n" * 40


def small_home(folder: Path) -> Home:
    """One delivery, its tables and verdict, one release that is served, a waiver, a key."""
    home = Home(folder).ensure()
    sha256 = deliver(home, PERSONAL, 1)
    put(home, f"build/verdicts/{ROUND}/abc.json", b'{"outcome": "passed"}')
    put(home, "vault/pseudonym.key", b"k" * 32)
    put(home, "waivers/waivers.jsonl", b'{"id": "w1"}\n')
    put(home, "build/databases/r000001.duckdb", b"can be built again")
    put(home, "inbox/waits.xlsx", b"not yet received")
    publish(home, 1, sha256)
    return home


def put(home: Home, name: str, data: bytes) -> Path:
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def deliver(home: Home, data: bytes, number: int) -> str:
    """A delivery: blob, the copy of the inbox, sidecar, tables that hold a value of it."""
    sha256 = hashlib.sha256(data).hexdigest()
    put(home, f"vault/blobs/{sha256[:2]}/{sha256}", data)
    put(home, f"vault/received/round{number}.csv", data)
    put(
        home,
        f"vault/deliveries/{ROUND}/{number:04d}-{sha256[:12]}.json",
        json.dumps({"sha256": sha256, "round_key": ROUND}).encode(),
    )
    put(home, f"build/normalized/{ROUND}/n{number}/rejected.parquet", b"tables with +996555010203 " + sha256.encode())
    put(
        home,
        f"build/normalized/{ROUND}/n{number}/normalized.json",
        json.dumps({"delivery": {"sha256": sha256}}).encode(),
    )
    return sha256


def publish(home: Home, number: int, sha256: str, *, served: bool = True) -> str:
    """A release of one file, with its manifest, its lines in the logs, and the pointers."""
    identity = f"r{number:06d}"
    data = f"figures of {identity}".encode() * 200
    put(home, f"published/releases/{identity}/mart.parquet", data)
    files = {"mart.parquet": {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}}
    version = RoundVersion(ROUND, sha256[:12], 1, sha256, "n1")
    m = Manifest(identity, None, "2026-01-01T00:00:00Z", "c" * 64, "0", "m", [version], [ROUND], files)
    put(home, f"published/releases/{identity}/manifest.json", json.dumps(asdict(m)).encode())
    freeze(home.releases / identity)
    journal.append(home.published / "index.jsonl", {"do": "written", "release_id": identity, "held": False,
                   "manifest_sha256": hashlib.sha256((home.releases / identity / "manifest.json").read_bytes()).hexdigest()})  # fmt: skip
    for link in (home.current, home.latest_candidate) if served else ():
        link.unlink(missing_ok=True)
        link.symlink_to(f"releases/{identity}")
    return identity


def told(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Contents, permissions and time of change of everything that a backup holds."""
    from warehouse.backup.contents import held

    names = [n for n in held(Home(root)) if n != "state.json"]
    return {n: ((root / n).read_bytes(), (root / n).stat().st_mode, (root / n).stat().st_mtime_ns) for n in names}
