"""Checks on what keeps an installation going for years: the version of its state, its backups, its alerts.

What they are is known by `migrations`, `backup` and `alerts`; asking them belongs here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from warehouse.doctor.model import Asked, Found, bad, can_be_entered, ok, warn
from warehouse.errors import MtmError


def state(asked: Asked) -> Found | None:
    """The home is of the version that this program works with."""
    from warehouse.migrations.state import VERSION, must_fit

    found = must_fit(asked.home.root) if asked.home.root.is_dir() else None
    if found is None:
        return None
    if found < VERSION:
        return warn(f"state {found}, this program has {VERSION}", "mtm backup URL, then mtm migrate (docs/upgrades.md)")
    return ok(f"state {found}")


def backup(asked: Asked) -> Found | None:
    """A backup was taken lately, and nothing in it was damaged."""
    from warehouse.backup.record import is_configured, last, warning
    from warehouse.releases.manifest import current_id

    if not asked.home.root.is_dir():
        return None
    taken = last(asked.home)
    if told := warning(asked.home):
        return bad(told.removeprefix("backup: ").rpartition("; ")[0], told.rpartition("; ")[2])
    if not is_configured() and current_id(asked.home):
        seen = f"by hand, the last one on {taken['at'][:10]}" if taken else "none"
        return warn(f"{seen}: MTM_BACKUP_URL is not set", "set MTM_BACKUP_URL: a backup every night (docs/backup.md)")
    if taken is None:
        return ok("nothing to back up yet")
    age = datetime.now(UTC) - datetime.fromisoformat(taken["at"])
    return ok(f"{taken['at'][:16]}, {max(age.total_seconds(), 0) / 3600:.0f} hours ago")


def alerts(asked: Asked) -> Found | None:
    """Somebody is told when a round is refused or a run fails, and the last messages got through."""
    from warehouse.alerts.channels.access import access, is_on
    from warehouse.alerts.settings import read_rules
    from warehouse.alerts.state import read_state

    if not asked.home.root.is_dir():
        return None
    if not can_be_entered(asked.home):
        return None
    rules = read_rules(asked.home)
    if rules.problem:
        return bad(rules.problem, "correct MTM_HOME/alerts.yml (docs/alerts.md)")
    on = [channel for channel in rules.channels if is_on(channel)]
    for channel in on:
        try:
            access(channel)
        except MtmError as error:
            return bad(f"{channel.name}: {error.what}", error.todo or "docs/alerts.md")
    lines = read_state(asked.home).channels
    failing = [
        f"{c.name} ({lines[c.name].failures} times: {lines[c.name].error})"
        for c in on
        if c.name in lines and lines[c.name].failures
    ]
    if failing:
        return bad(
            f"messages do not get through: {', '.join(failing)}",
            "mend the channel (docs/alerts.md): what waits is sent then",
        )
    if not on:
        return warn(
            "no channel is on: nobody is told",
            "set MTM_ALERT_SMTP and MTM_ALERT_EMAIL_TO, or a webhook (docs/alerts.md)",
        )
    return ok(f"{', '.join(c.name for c in on)}")
