"""Which rounds are due when, and whether they are there: from the table of rounds, the vault and the served release.

Reckoning belongs here, without a clock of its own where a day is given; showing it is the work of `mtm status`, of
asset checks and of alerts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.ingestion import Ingestion, every_ingestion
from warehouse.operation_look import one_look
from warehouse.operations import Operation, Round
from warehouse.releases.manifest import Manifest, current_manifest
from warehouse.settings import Home

State = Literal["expected", "in_collection", "due", "late", "delivered", "published"]


@dataclass(frozen=True)
class Due:
    """One registered round and its day. `days_late`: after the day when it came, or until today where it is not there.

    `expected` before fieldwork, `in_collection` in it, `due` from its end to the day, `late` after it; `delivered` whole,
    `published` where the release that is served holds it. `text` is a sentence for people.
    """

    round_key: str
    due: date
    state: State
    days_late: int
    text: str

    @property
    def is_there(self) -> bool:
        """Whether a whole delivery came."""
        return self.state in ("delivered", "published")

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "due": self.due.isoformat()}


@one_look()
def due_rounds(home: Home, today: date | None = None) -> list[Due]:
    """Every registered round that has a due date, by date; operations whose files can't be used are left out.

    The date is `due` of rounds.yml, else the end of fieldwork and the operation's `due_days_after_fieldwork`. A synthetic
    round is due only where it says so itself. `today` is the operation's own, where it is not given.
    """
    manifest, found = current_manifest(home), []
    for operation, ingestion, problem in every_ingestion():
        day = today or datetime.now(ZoneInfo(ingestion.timezone)).date()
        try:
            rounds = [] if problem else operation.rounds
        except MtmError:
            continue
        dated = [(r, due) for r in rounds if (due := due_date(r, ingestion))]
        vault = Vault(home) if dated else None  # a vault makes its folders: where nothing is due, nothing is touched
        found += [_due(vault, operation, r, due, day, manifest, ingestion.timezone) for r, due in dated if vault]
    return sorted(found, key=lambda d: (d.due, d.round_key))


def due_date(known: Round, ingestion: Ingestion) -> date | None:
    """The day on which a round should be there; none where nothing says it."""
    days = ingestion.due_days_after_fieldwork
    if known.due or known.is_synthetic or known.fieldwork_end is None or days is None:
        return known.due
    return known.fieldwork_end + timedelta(days=days)


def _due(
    vault: Vault, operation: Operation, known: Round, due: date, today: date, manifest: Manifest | None, timezone: str
) -> Due:
    key = f"{operation.code}-{known.component}-r{known.number:02d}"
    deliveries = vault.deliveries(key)
    whole = [d for d in deliveries if not d.partial]
    came = _day(whole[0], timezone) if whole else None
    days_late = max(0, ((came or today) - due).days)
    if came is None:
        state = _waiting(known, due, today)
    else:
        state = "published" if manifest and manifest.version(key) else "delivered"
    return Due(
        key, due, state, days_late, f"round {known.number} {_told(state, due, came, days_late, bool(deliveries))}"
    )


def _waiting(known: Round, due: date, today: date) -> State:
    """The state of a round of which no whole delivery came."""
    if today > due:
        return "late"
    if known.fieldwork_start and today < known.fieldwork_start:
        return "expected"
    if known.fieldwork_end and today <= known.fieldwork_end:
        return "in_collection"
    return "due" if known.fieldwork_end or today == due else "expected"


def _told(state: State, due: date, came: date | None, days_late: int, is_partial: bool) -> str:
    """`was due on 2026-11-10: delivered 12 days late`."""
    late = f"{days_late} day{'' if days_late == 1 else 's'} late"
    if came is not None:
        when = late if days_late else "in time"
        return f"was due on {due}: delivered {when}, on {came}{' and published' if state == 'published' else ''}"
    part = ", a partial delivery is there" if is_partial else ""
    if state == "late":
        return f"was due on {due}: not there yet, {late}{part}"
    waits = {"expected": "fieldwork has not begun", "in_collection": "it is in the field", "due": "fieldwork has ended"}
    return f"is due on {due}: {waits[state]}{part}"


def _day(delivery: Delivery, timezone: str) -> date:
    """The day on which a delivery came, where the operation is."""
    moment = datetime.fromisoformat(delivery.received_at.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(timezone)).date()
