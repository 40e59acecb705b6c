"""The inbox folder: which files stand still, and taking them in or refusing them with a reason beside them.

Files belong here, and nothing of Dagster: the sensor in `sensors.py` asks and tells.
"""

from dataclasses import dataclass
from pathlib import Path

from warehouse.deliveries.vault import Receipt, Vault
from warehouse.errors import MtmError
from warehouse.settings import Home

Seen = dict[str, list[int]]  # name → size in bytes, mtime in ns
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Taken:
    """What became of one file: a receipt, or the reason for refusing it."""

    name: str
    receipt: Receipt | None
    reason: str = ""


def look(inbox: Path) -> Seen:
    """The files that lie in the inbox now; hidden, locked and half-copied ones are left alone."""
    files = [p for p in inbox.iterdir() if p.is_file() and not p.name.startswith((".", "~$"))]
    seen = {p.name: p.stat() for p in files if not p.name.lower().endswith(UNFINISHED)}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in sorted(seen.items())}


def still(before: Seen, now: Seen) -> list[str]:
    """Names of files whose size and time of change are those of the look before, the oldest first."""
    return sorted((name for name in now if before.get(name) == now[name]), key=lambda name: (now[name][1], name))


def take(home: Home, name: str) -> Taken:
    """Receive one file: it moves to `received/`, or to `refused/` with a `.txt` of one line beside it."""
    path = home.inbox / name
    try:
        receipt = Vault(home).receive(path, source="inbox")
    except MtmError as error:
        moved = _move(path, home.inbox / "refused")
        moved.with_name(moved.name + ".txt").write_text(f"{error}\n", encoding="utf-8")
        return Taken(name, None, str(error))
    _move(path, home.inbox / "received")
    return Taken(name, receipt)


def _move(path: Path, folder: Path) -> Path:
    """Move into a folder for the owner only; a file of the same name there is kept."""
    folder.mkdir(mode=0o700, exist_ok=True)
    target, n = folder / path.name, 1
    while target.exists():
        n += 1
        target = folder / f"{path.stem} ({n}){path.suffix}"
    return path.rename(target)
