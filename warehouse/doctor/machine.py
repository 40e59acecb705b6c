"""Checks on the machine: Python and packages against the lock file, disk, clock, core dumps.

What lies in MTM_HOME does not belong here.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import subprocess
import time
import tomllib
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from warehouse.doctor.model import Asked, Found, bad, ok, warn
from warehouse.releases.journal import lines
from warehouse.releases.manifest import current_id
from warehouse.settings import PROJECT, Home

LOCK = PROJECT / "uv.lock"
OURS = "mtm-warehouse"  # runs from its folder: what was noted when it was installed says nothing
ROOM = 2 * 2**30  # bytes: less is not enough for any round
INODES = 20_000
AHEAD = 120.0  # seconds by which a clock may be behind what was written


def python(asked: Asked) -> Found:
    """The interpreter is one that the project is tried on."""
    seen = platform.python_version()
    good = (3, 11) <= tuple(map(int, seen.split(".")[:2])) <= (3, 13)
    return ok(seen) if good else bad(f"{seen}, expected 3.11 to 3.13", "make setup with another PYTHON")


def packages(asked: Asked) -> Found:
    """Every installed package has the version of uv.lock, and what the project needs is there."""
    if not LOCK.is_file():
        return warn("there is no uv.lock to compare with", "install from the project's folder: uv sync --locked")
    locked, needed = _locked()
    installed = {_plain(d.metadata["Name"]): d.version for d in distributions() if d.metadata["Name"]}
    other = sorted(n for n, v in installed.items() if n in locked and v not in locked[n] and n != OURS)
    wrong = [f"{n} {installed[n]} (locked: {', '.join(sorted(locked[n]))})" for n in other]
    missing = sorted(needed - installed.keys())
    if wrong or missing:
        told = [
            *wrong[:5],
            *([f"and {len(wrong) - 5} more"] if len(wrong) > 5 else []),
            *(f"{n} is missing" for n in missing),
        ]
        return bad("; ".join(told), "uv sync --locked in the project's folder (make setup), then restart the services")
    main = ("dagster", "dbt-duckdb", "duckdb", "polars", "great-expectations")
    return ok(
        f"{len(installed.keys() & locked.keys())} as in uv.lock; " + ", ".join(f"{n} {installed[n]}" for n in main)
    )


def _locked() -> tuple[dict[str, set[str]], set[str]]:
    """Name → its versions in the lock file; and the names that the project itself asks for."""
    data = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    versions: dict[str, set[str]] = {}
    for package in data["package"]:
        versions.setdefault(_plain(package["name"]), set()).add(package.get("version", ""))
    ours = next(p for p in data["package"] if p["name"] == OURS)
    return versions, {_plain(d["name"]) for d in ours["dependencies"]} | {OURS}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def disk(asked: Asked) -> Found:
    """There is room for the next release: the copy of the build database, the release, and what is sorted meanwhile."""
    place, one = _existing(asked.home.root), _release_size(asked.home)
    room, stat = shutil.disk_usage(place).free, os.statvfs(place)
    needed = max(ROOM, 3 * one)
    seen = f"{_size(room)} free, a release takes {_size(one)}" if one else f"{_size(room)} free"
    if stat.f_files and stat.f_favail < INODES:
        seen += f"; {stat.f_favail:,} more files can be made"
        return bad(seen, "remove small files on this disk, or move MTM_HOME; mtm gc removes old releases")
    if room < needed:
        return bad(
            f"{seen}; the next one needs {_size(needed)}", "mtm gc makes room; or a larger disk (docs/deployment.md)"
        )
    return warn(seen, "mtm gc makes room; a round more may not fit") if room < 2 * needed else ok(seen)


def _release_size(home: Home) -> int:
    """Bytes of the served release with its build database; 0 before the first."""
    served = current_id(home)
    paths = [*(home.releases / served).rglob("*"), home.build / "databases" / f"{served}.duckdb"] if served else []
    return sum(p.stat().st_size for p in paths if p.is_file())


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())


def _size(number: float) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"


def clock(asked: Asked) -> Found:
    """The clock is not behind what was written before, and is kept by a time server where that can be known."""
    now = time.time()
    newest, what = max(_moments(asked.home), default=(0.0, ""))
    seen = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC, time zone {time.strftime('%Z')}"
    if newest > now + AHEAD:
        behind = f"{(newest - now) / 3600:.1f} hours" if newest - now > 3600 else f"{(newest - now) / 60:.0f} minutes"
        return bad(
            f"{seen}; {what} was written {behind} from now",
            "set the clock (timedatectl set-ntp true); nothing is lost: releases go by number",
        )
    if _is_synchronised() is False:
        return warn(
            f"{seen}, not synchronised",
            "timedatectl set-ntp true, or install chrony: due dates and alerts go by the clock",
        )
    return ok(seen)


def _moments(home: Home) -> list[tuple[float, str]]:
    """When the state was written, as it says itself: moves of the pointer, releases, deliveries."""
    found = []
    for name in ("flips.jsonl", "index.jsonl"):
        for line in lines(home.published / name)[-1:]:
            found.append((datetime.fromisoformat(str(line["at"])).replace(tzinfo=UTC).timestamp(), f"published/{name}"))
    sidecars = [p for p in (home.vault / "deliveries").glob("*/*.json")] if os.access(home.vault, os.X_OK) else []
    return found + [(p.stat().st_mtime, "the vault") for p in sidecars]


def _is_synchronised() -> bool | None:
    """What timedatectl says; None where there is none, or where it knows nothing (containers)."""
    if not (program := shutil.which("timedatectl")):
        return None
    try:
        asked = [program, "show", "-p", "NTPSynchronized", "--value"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(said.stdout.strip()) if said.returncode == 0 else None


def dumps(asked: Asked) -> Found:
    """A process that dies leaves no copy of its memory, which holds microdata, on the disk."""
    soft, _ = resource.getrlimit(resource.RLIMIT_CORE)
    swaps = Path("/proc/swaps")
    swapped = swaps.is_file() and len(swaps.read_text(encoding="utf-8").splitlines()) > 1
    seen = f"core dumps {'off' if soft == 0 else 'on'}, swap {'on (it should be encrypted)' if swapped else 'off'}"
    if soft == 0:
        return ok(seen)
    return warn(seen, "ulimit -c 0 for the user of the services (LimitCORE=0 in a unit): a dump would hold microdata")
