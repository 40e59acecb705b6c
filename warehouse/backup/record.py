"""What a home knows of its backups (`MTM_HOME/backup.json`): the last one, when, where to; for `mtm status` and `mtm doctor`.

Writing and judging this note belongs here. It holds no secret, and no backup holds it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from warehouse.backup.place import SETTING
from warehouse.errors import UsageError
from warehouse.releases.journal import write_json
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.backup.snapshot import Snapshot

FILE = "backup.json"
DAYS_SETTING, DAYS = "MTM_BACKUP_DAYS", 2


def record(home: Home, place: str, snapshot: Snapshot) -> None:
    """Note a backup that was taken."""
    write_json(home.root / FILE, {"place": place, **snapshot.told()})


def last(home: Home) -> dict[str, Any] | None:
    """The last backup that this home knows of."""
    with suppress(OSError, ValueError):
        found = json.loads((home.root / FILE).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and "at" in found else None
    return None


def is_configured() -> bool:
    """Whether backups are meant to be taken by themselves (MTM_BACKUP_URL)."""
    return bool(os.environ.get(SETTING, "").strip())


def most_days() -> int:
    """How old the last backup may be (MTM_BACKUP_DAYS). Raises UsageError where that is no number of days."""
    text = os.environ.get(DAYS_SETTING, "").strip() or str(DAYS)
    if not text.isdecimal() or int(text) < 1:
        raise UsageError("that many days can't be waited for a backup", where=DAYS_SETTING, expected="1 or more", todo=f"leave it out for {DAYS}", code="bad_days")  # fmt: skip
    return int(text)


def warning(home: Home, now: datetime | None = None) -> str | None:
    """What is wrong with the backups of a home, in a line; None where all is well, or where none are configured."""
    if not is_configured():
        return None
    found, now = last(home), now or datetime.now(UTC)
    if found is None:
        return "backup: none was taken yet; mtm backup"
    age = now - datetime.fromisoformat(found["at"])
    if age > timedelta(days=most_days()):
        return f"backup: the last one is of {found['at'][:10]}, {age.days} days ago; mtm backup"
    if found.get("problems"):
        return f"backup: what was backed up is damaged here ({found['problems'][0]}); mtm verify --all"
    return None


__all__ = ["DAYS_SETTING", "FILE", "is_configured", "last", "most_days", "record", "warning"]
