"""An installation at a glance: what is served and how old it is, rounds, what waits in the inbox, warnings, what to do next.

Putting together what other modules know belongs here; it changes nothing. How it looks is said in `cli/dashboard.py`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from warehouse.errors import MtmError
from warehouse.operation_look import one_look
from warehouse.releases.listing import held_releases
from warehouse.releases.manifest import Manifest, current_manifest, latest_id
from warehouse.settings import Home
from warehouse.status import RoundState, round_states

STALE = timedelta(days=270)  # rounds come about twice a year: nine months without a release is worth a word
SOON = timedelta(days=14)  # a waiver that ends within two weeks
ROOM = 2 * 2**30  # bytes that a round and its release may take


@dataclass(frozen=True)
class Overview:
    """`latest` is the newest whole release, served or held back; `todo` are commands, the most pressing first."""

    home: Home
    now: datetime
    served: Manifest | None
    latest: str | None
    held: list[str]
    rounds: list[RoundState]
    inbox: list[str]
    warnings: list[str] = field(default_factory=list)
    todo: list[tuple[str, str]] = field(default_factory=list)  # command, why

    @property
    def age(self) -> timedelta | None:
        """How long ago the release that is served was published."""
        return self.now - _moment(self.served.published_at) if self.served else None


@one_look()
def overview(home: Home, now: datetime | None = None) -> Overview:
    """Everything of one home. Raises MtmError where its state can't be read."""
    now = now or datetime.now(UTC)
    served = current_manifest(home)
    found = Overview(home, now, served, latest_id(home), held_releases(home), round_states(home), _inbox(home))
    found.warnings.extend(
        [
            *_age(found),
            *_refused(found),
            *_late(home, now),
            *_disk(home),
            *_waivers(home, now),
            *_retention(home),
            *_server(home),
            *_backup(home, now),
        ]
    )
    found.todo.extend(_todo(found))
    return found


def _inbox(home: Home) -> list[str]:
    """Names of files that lie in the inbox, not yet taken in."""
    if not home.inbox.is_dir():
        return []
    return sorted(p.name for p in home.inbox.iterdir() if p.is_file() and not p.name.startswith("."))


def _age(found: Overview) -> list[str]:
    if found.age is None or found.age < STALE:
        return []
    return [f"stale: {found.served.release_id if found.served else ''} was published {found.age.days} days ago"]


def _refused(found: Overview) -> list[str]:
    keys = [s.round_key for s in found.rounds if s.state == "refused" or _judged_out(s)]
    return [f"refused: {_named(keys)}; what is served stays served"] if keys else []


def _judged_out(state: RoundState) -> bool:
    """Served, and refused by the verdict that was given since."""
    return state.state == "published" and state.verdict is not None and state.verdict.outcome == "refused"


def _late(home: Home, now: datetime) -> list[str]:
    """Rounds that should be there by now, and what is wrong with the files that say so."""
    from warehouse.due import due_rounds
    from warehouse.ingestion import ingestion_problems

    late = [f"late: {d.round_key}, {d.text}" for d in due_rounds(home, now.date()) if d.state == "late"]
    return late + [f"operation: {problem.what}" for problem in ingestion_problems()]


def _disk(home: Home) -> list[str]:
    place = home.root if home.root.exists() else Path(".")
    free = shutil.disk_usage(place).free
    return [f"disk: {free / 2**30:.1f} GiB free; mtm gc makes room"] if free < ROOM else []


def _waivers(home: Home, now: datetime) -> list[str]:
    from warehouse.waivers.ledger import standing

    try:
        holding = [s.waiver for s in standing(home, now.date()) if s.state == "active"]
    except MtmError as error:
        return [f"waivers: {error.what}"]
    soon = [w for w in holding if date.fromisoformat(w.expires) - now.date() <= SOON]
    return [f"waiver {w.id} of {w.round_key} ends on {w.expires} ({w.finding})" for w in soon]


def _retention(home: Home) -> list[str]:
    """Raw files that should be gone by now. A delivery whose operation has no files here is the rounds' own trouble."""
    from warehouse.deliveries.vault import Vault
    from warehouse.operations import load_operation
    from warehouse.personal.tombstones import is_purged, tombstones

    vault, late = Vault(home), 0
    for delivery in (d for key in vault.rounds() for d in vault.deliveries(key)):
        days = load_operation(delivery.operation).programme.retention_days
        end = datetime.fromisoformat(delivery.received_at).date() + timedelta(days=days or 0)
        late += days is not None and datetime.now(UTC).date() > end and not is_purged(home, delivery.sha256)
    open_ones = sum(not stone.done for stone in tombstones(home))
    told = [f"retention: {late} raw files are past their days; mtm purge --expired"] if late else []
    return told + ([f"retention: {open_ones} purges were interrupted; mtm purge"] if open_ones else [])


def _server(home: Home) -> list[str]:
    """The PostgreSQL server of MTM_PUBLISH_TO, where it serves something else."""
    from warehouse.serving.postgres.automatic import standing

    found = standing(home)
    return [f"PostgreSQL: {found.text}; mtm publish-to catches up"] if found and not found.agrees else []


def _backup(home: Home, now: datetime) -> list[str]:
    """The last backup, where backups are configured and it is too old."""
    from warehouse.backup.record import warning

    told = warning(home, now)
    return [told] if told else []


def _todo(found: Overview) -> list[tuple[str, str]]:
    refused = [s.round_key for s in found.rounds if s.state == "refused" or _judged_out(s)]
    todo = [(f"mtm findings {key}", "what is wrong; then deliver a corrected file") for key in refused[:2]]
    todo += [(f"mtm promote {i}", "serves the release that is held back") for i in found.held[-1:]]
    if found.inbox:
        todo.append((f"mtm receive {_short(found.home.inbox)}", f"{len(found.inbox)} files wait in the inbox"))
    waiting = [s for s in found.rounds if s.waits]
    if waiting:
        again = sorted({s.replay.text for s in waiting if s.replay})
        why = ["new"] if any(not s.replay for s in waiting) else []
        todo.append(("mtm run", f"{_rounds(len(waiting))}: {', '.join([*why, *again])}"))
    if not todo and found.served:
        todo.append(("mtm receive FILE", "nothing waits; the next round"))
    return todo


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"


def _named(keys: list[str], most: int = 3) -> str:
    return ", ".join(keys[:most]) + (f" and {len(keys) - most} more" if len(keys) > most else "")


def _short(path: Path) -> str:
    """A path as one would type it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
