"""What was found the days before, so that a page can say what is new and what is gone: `checks.json` of a round.

Remembering keys of what was found belongs here: codes, pseudonyms and keyed hashes, no sentence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

KEPT = 90  # days


@dataclass(frozen=True)
class Before:
    """What was found on the day before. `day` is None on the first day: then nothing is called new."""

    day: str | None
    keys: frozenset[str]


def key_of(row: dict[str, object]) -> str:
    """What makes two rows of two days the same thing."""
    return f"{row['check_code']}|{row['unit_kind']}|{row['unit']}|{row['item'] or ''}"


def keys_of(checks: pl.DataFrame) -> list[str]:
    """The keys of all that was found."""
    rows = checks.filter(pl.col("outcome") == "found").iter_rows(named=True)
    return sorted({key_of(row) for row in rows})


def remembered(folder: Path, day: str, checks: pl.DataFrame) -> Before:
    """The latest day before this one; this day is added to the file, or takes the place of an earlier page of the same day."""
    from warehouse.releases.journal import write_json

    path = folder / "checks.json"
    days = _read(path)
    earlier = [known for known in days if known < day]
    days[day] = keys_of(checks)
    write_json(path, {"days": dict(sorted(days.items())[-KEPT:])}, private=True)
    return Before(max(earlier), frozenset(days[max(earlier)])) if earlier else Before(None, frozenset())


def _read(path: Path) -> dict[str, list[str]]:
    """Days and their keys; a file that can't be read is as none: it only tells what is new."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["days"]
        return {str(day): [str(key) for key in keys] for day, keys in found.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}
