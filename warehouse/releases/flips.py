"""The log of flips: which release was served from when on, one line of JSON for each move of the pointer.

Writing and reading the log, and telling the release of a day, belong here; moving the pointer does not. A line is written
before the move, so none is lost; one whose move did not happen is known by what follows it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.errors import UsageError
from warehouse.releases import journal
from warehouse.releases.index import FLIPS, removed, written
from warehouse.releases.manifest import current_id, load_manifest, read_manifest, release_ids
from warehouse.settings import Home

FILE = FLIPS


@dataclass(frozen=True)
class Flip:
    """One move of the pointer, `at` in UTC."""

    at: str
    release_id: str
    before: str | None


def record(home: Home, release_id: str, before: str | None) -> None:
    """Append a line and make it durable. A line that a crash tore is closed first."""
    flip = Flip(datetime.now(UTC).replace(tzinfo=None).isoformat(), release_id, before)
    journal.append(_path(home), asdict(flip))


def flips(home: Home) -> list[Flip]:
    """The moves that happened, in order; none where there is no log (a home from before it)."""
    found = [flip for line in journal.lines(_path(home)) if (flip := _read(line))]
    after = [*(flip.before for flip in found[1:]), current_id(home)] if found else []
    return [flip for flip, stood in zip(found, after, strict=True) if flip.release_id == stood]


def ever_served(home: Home) -> set[str]:
    """Releases that readers have seen, as far as the logs and the chain of the current release know; all where there are no logs."""
    moved = flips(home)
    if not moved and not written(home):
        return set(release_ids(home))
    served = {release_id for flip in moved for release_id in (flip.release_id, flip.before) if release_id}
    chain = [r["release_id"] for r in _history(home, moved[0].before if moved else current_id(home))]
    return {*served, *chain}


def moment_of(text: str) -> datetime:
    """A day (its end) or a time, in UTC unless it says otherwise. Raises UsageError (exit 2)."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            "the day can't be read", where="--published-on", expected="a day such as 2024-12-31, or a time such as 2024-12-31T14:00Z",
            todo="mtm releases shows when each release was published", code="bad_moment",
        ) from None  # fmt: skip
    if len(text.strip()) <= len("2024-12-31"):
        return moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def served_on(home: Home, moment: datetime) -> str:
    """The release that was current then, rollbacks included. Raises UsageError (exit 2) before the first."""
    load_manifest(home)  # says so where nothing has been published
    served = _served(home)
    before = [release_id for since, release_id in served if since <= moment]
    if not before:
        raise UsageError(
            "nothing had been published then", where="--published-on",
            expected=f"{served[0][0].isoformat(timespec='seconds')} (UTC) or later",
            todo="mtm releases shows when each release was published", code="before_first_release",
        )  # fmt: skip
    return before[-1]


def _served(home: Home) -> list[tuple[datetime, str]]:
    """Since when which release was served, in order: the chain up to the first line of the log, then the log."""
    moved = flips(home)
    first = moved[0].before if moved else current_id(home)
    served = [(_time(r["published_at"]), r["release_id"]) for r in _history(home, first)]
    for flip in moved:
        at, known = _time(flip.at), {release_id for _, release_id in served}
        published = _published(home, flip.release_id) if flip.release_id not in known else None
        # A release bears the date on which it was made; it counts from then on, unless another was served in between.
        earlier = published is not None and published <= at and (not served or published >= served[-1][0])
        served.append((published if published and earlier else at, flip.release_id))
    return served


def _history(home: Home, release_id: str | None) -> list[dict[str, Any]]:
    """A release and those it was built on, oldest first; of one that is gone, as a release built on it remembers."""
    if release_id is None:
        return []
    if release_id in release_ids(home):
        return read_manifest(home.releases / release_id).history
    for kept in release_ids(home):
        chain = read_manifest(home.releases / kept).history
        ids = [r["release_id"] for r in chain]
        if release_id in ids:
            return chain[: ids.index(release_id) + 1]
    return []


def _published(home: Home, release_id: str) -> datetime | None:
    if release_id in release_ids(home):
        return _time(read_manifest(home.releases / release_id).published_at)
    gone = removed(home).get(release_id)
    return _time(gone["published_at"]) if gone else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def _read(line: dict[str, Any]) -> Flip | None:
    """A line as it was written, or None where it is none."""
    try:
        flip = Flip(**line)
        datetime.fromisoformat(flip.at)
    except (ValueError, TypeError):
        return None
    return flip


def _path(home: Home) -> Path:
    return home.published / FILE
