"""The version of a home's state (`MTM_HOME/state.json`), and whether this program may work with it.

Reading, judging and writing the version belong here; what a step changes is in its module (`m0001_….py`).
"""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.releases.journal import write_json

FILE = "state.json"
VERSION = 2  # of the state that this program reads and writes: the number of the last step
RESTORING = ".restore"  # a restore is going on in this folder
SIGNS = (  # of a home that is not new; the last three are where step 1 finds microdata
    "vault/deliveries", "vault/blobs", "published/current", "published/releases", "normalized", "corrections", "inbox/received",
)  # fmt: skip


def program_version() -> str:
    """The version of this software."""
    try:
        return version("mtm-warehouse")
    except PackageNotFoundError:
        return "not installed"


def version_of(root: Path) -> int | None:
    """The version of a home's state: 0 of one from before versions, None of a new one. Raises MtmError where it can't be told."""
    path = root / FILE
    if not path.exists():
        return 0 if any(_is_there(root / sign) for sign in SIGNS) else None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["version"]
        if isinstance(found, int) and found >= 0:
            return found
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise MtmError("the version of the state can't be read", where=str(path), expected='{"version": 1, …}',
                   todo="restore the file from a backup; of an intact home: remove it, then mtm migrate", code="state_damaged")  # fmt: skip


def must_fit(root: Path) -> int | None:
    """The version, where this program may work with it. Raises MtmError for a newer state, and while a restore is unfinished."""
    if (root / RESTORING).is_dir():
        raise MtmError("a restore into this home has begun and not ended", where=str(root), expected="a home that is whole",
                       todo="mtm restore URL takes it up where it ended; or remove the folder", code="restore_unfinished")  # fmt: skip
    found = version_of(root)
    if found is not None and found > VERSION:
        raise MtmError(
            f"this home was written by a newer version of the program: state {found}", where=str(root), expected=f"state {VERSION} or older",
            todo=f"use version {_writer(root)} or later, or mtm restore a backup from before the update (docs/upgrades.md)", code="state_is_newer",
        )  # fmt: skip
    return found


def write(root: Path, number: int) -> None:
    """Note the version, and who wrote it."""
    write_json(root / FILE, {"version": number, "written_by": program_version()})


def _writer(root: Path) -> str:
    found: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        found = json.loads((root / FILE).read_text(encoding="utf-8"))
    return str(found.get("written_by", "unknown"))[:32]


def _is_there(path: Path) -> bool:
    return path.is_symlink() or (path.is_dir() and any(path.iterdir()))
