"""The inbox folder: which files stand still, and taking them in or refusing them with a reason beside them.

Files belong here, and nothing of Dagster: the sensor in `sensors.py` asks and tells.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from warehouse.corrections.amend import Intake
from warehouse.deliveries.names import clean_name
from warehouse.deliveries.sources.files import is_wanted
from warehouse.deliveries.vault import Receipt
from warehouse.errors import MtmError
from warehouse.settings import Home

Seen = dict[str, list[int]]  # name → size in bytes, mtime in ns
STAYS = {"disk_full", "not_stored"}  # nothing is wrong with the file: it waits in the inbox


@dataclass(frozen=True)
class Taken:
    """What became of one file: a receipt, or the reason for refusing it."""

    name: str
    receipt: Receipt | None
    reason: str = ""


def look(inbox: Path) -> Seen:
    """The files that lie in the inbox now; hidden, locked and half-copied ones are left alone."""
    seen: Seen = {}
    for path in sorted(p for p in inbox.iterdir() if is_wanted(p.name)):
        with suppress(FileNotFoundError):  # taken away since
            stat = path.stat()
            if S_ISREG(stat.st_mode):
                seen[path.name] = [stat.st_size, stat.st_mtime_ns]
    return seen


def still(before: Seen, now: Seen) -> list[str]:
    """Names of files whose size and time of change are those of the look before, the oldest first."""
    return sorted((name for name in now if before.get(name) == now[name]), key=lambda name: (now[name][1], name))


def take(home: Home, name: str) -> Taken:
    """Receive one file: it moves to the vault's `received/`, or to `refused/` here with a `.txt` of one line beside it.

    A file that can't be handled at all (gone, no permission) is told and left where it is; the others go on.
    """
    path, shown = home.inbox / name, clean_name(name)
    try:
        return _taken(home, path, name)
    except OSError as error:
        return Taken(name, None, f"{shown} could not be handled: {error.strerror or type(error).__name__}")


def _taken(home: Home, path: Path, name: str) -> Taken:
    try:
        receipt = Intake(home).receive(path, source="inbox")
    except MtmError as error:
        if error.code in STAYS or not path.exists():
            return Taken(name, None, str(error))
        return _refuse(home, path, name, str(error))
    except OSError:
        raise
    except Exception as error:  # nobody foresaw it: the file must not stop the others at every tick
        return _refuse(home, path, name, f"unexpected {type(error).__name__} · where: {clean_name(name)}")
    _move(path, home.received)
    return Taken(name, receipt)


def _refuse(home: Home, path: Path, name: str, reason: str) -> Taken:
    moved = _move(path, home.inbox / "refused")
    beside = moved.with_name(_fitting(moved.name, ".txt"))
    beside.write_text(f"{reason}\n", encoding="utf-8", errors="replace")
    return Taken(name, None, reason)


def _move(path: Path, folder: Path) -> Path:
    """Move into a folder for the owner only; a file of the same name there is kept."""
    folder.mkdir(mode=0o700, exist_ok=True)
    target, n = folder / path.name, 1
    while target.exists():
        n += 1
        target = folder / _fitting(path.stem, f" ({n}){path.suffix}")
    return Path(shutil.move(path, target))  # the vault may lie on another disk


def _fitting(stem: str, ending: str) -> str:
    """A name that a file system takes: at most 255 bytes."""
    room = 255 - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending
