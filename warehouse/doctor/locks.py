"""Checks on locks and leftovers: who holds a lock and since when, what killed runs left lying.

Looking belongs here (Linux, `/proc`); removing is done by `mtm gc` and by the next run.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from warehouse.doctor.model import Asked, Found, bad, ok, warn
from warehouse.releases.candidate import builder_lock
from warehouse.releases.leftovers import SCRATCH, UNFINISHED
from warehouse.releases.lock import is_held
from warehouse.releases.staging import PREFIX, TRASH
from warehouse.settings import Home

LONG = 2 * 3600.0  # seconds: no round takes that long
PROCESSES = Path("/proc")
STANDS = {"T": "stopped", "t": "stopped", "Z": "ended, and not taken away by the process that started it"}


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock. `pid` is 0 where it can't be seen from here (another container)."""

    name: str
    pid: int
    what: str = ""
    state: str = ""
    seconds: float = 0.0


def held(asked: Asked) -> Found | None:
    """Who holds the locks of this home. A lock ends with its process: one that stands still holds it for good."""
    if not asked.home.root.is_dir():
        return None
    holders = [h for path in _lock_files(asked.home) if is_held(path) for h in _holders(asked.home, path)]
    told = "; ".join(_told(h) for h in holders)
    if stuck := next((h for h in holders if h.state), None):
        return bad(told, f"kill -CONT {stuck.pid} lets it go on, kill {stuck.pid} ends it; the next run cleans up")
    if old := next((h for h in holders if h.seconds > LONG), None):
        return warn(
            told, f"look at it in the Dagster UI or with ps {old.pid}; kill {old.pid} ends it, the next run cleans up"
        )
    return ok(told or "none is held")


def _lock_files(home: Home) -> list[Path]:
    known = (
        builder_lock(home),
        home.build / "dbt.lock",
        home.vault / ".lock",
        home.published / ".lock",
        home.dagster / "start.lock",
        home.collection / ".lock",
    )
    return [*(p for p in known if p.is_file()), *home.waivers.glob("*.lock"), *home.releases.glob(f"{PREFIX}*")]


def _holders(home: Home, path: Path) -> list[Holder]:
    """The processes that the kernel names for a lock; one without a process where it names none that can be seen."""
    name, inode = path.relative_to(home.root).as_posix(), str(path.stat().st_ino)
    lines = (PROCESSES / "locks").read_text(encoding="utf-8").splitlines() if (PROCESSES / "locks").is_file() else []
    fields = [line.split() for line in lines if " FLOCK " in line and " -> " not in line]
    pids = {int(f[4]) for f in fields if len(f) > 5 and f[5].rpartition(":")[2] == inode}
    return [_holder(name, pid) for pid in sorted(pids)] or [Holder(name, 0)]


def _holder(name: str, pid: int) -> Holder:
    process = PROCESSES / str(pid)
    try:
        stat = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        words = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        uptime = float((PROCESSES / "uptime").read_text().split()[0])
    except OSError:
        return Holder(name, 0)
    what = " ".join(os.path.basename(w) for w in words[:3] if w and not w.startswith("-"))
    return Holder(name, pid, what, STANDS.get(stat[0], ""), uptime - int(stat[19]) / os.sysconf("SC_CLK_TCK"))


def _told(holder: Holder) -> str:
    if not holder.pid:
        return f"{holder.name}: held by a process that can't be seen from here"
    minutes = f"{holder.seconds / 60:.0f} min old"
    return f"{holder.name}: process {holder.pid} ({holder.what}, {holder.state or minutes})"


def leftovers(asked: Asked) -> Found | None:
    """What runs that were killed left: candidates, releases that were being written, scratch folders, half downloads."""
    home = asked.home
    if not home.root.is_dir():
        return None
    builds = builder_lock(home)
    left = [*home.build.glob("candidate")] if not (builds.is_file() and is_held(builds)) else []
    left += [p for p in home.releases.glob(f"{PREFIX}*") if not is_held(p)] + [*home.releases.glob(f"{TRASH}*")]
    scratch = [p for name in SCRATCH for p in home.build.glob(name)]
    scratch += [*(home.build / "pulls").glob("*.part"), *(home.vault / "incoming").glob("*")]
    left += [p for p in scratch if time.time() - p.stat().st_mtime > UNFINISHED]
    if not left:
        return ok("none")
    size = sum(f.stat().st_size for p in left for f in (p, *p.rglob("*")) if f.is_file())
    names = ", ".join(p.relative_to(home.root).as_posix() for p in left[:3]) + (
        f" and {len(left) - 3} more" if len(left) > 3 else ""
    )
    return warn(
        f"{names}: {size / 2**20:.0f} MiB of runs that were stopped", "mtm gc removes them; so does the next run"
    )
