"""How alerts stand: channels and their trouble, rules, what was sent lately, what waits. For `mtm alerts` and `mtm doctor`.

Putting together what is shown belongs here. Variables are named, what they hold is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse.alerts.channels.access import access, is_on, variables
from warehouse.alerts.settings import Channel, Rules, read_rules
from warehouse.alerts.state import State, read_state
from warehouse.errors import MtmError
from warehouse.settings import Home

LATELY = 10


@dataclass(frozen=True)
class Standing:
    """One channel. `state`: off (no variable is set, or not enabled), ready, wrong (set up wrongly), failing."""

    name: str
    kind: str
    state: str
    language: str
    takes: str
    last_sent: str
    waiting: int
    lost: int
    trouble: str


@dataclass(frozen=True)
class Listing:
    """All of it; `problem`: why the installation's own alerts.yml is not used."""

    channels: list[Standing]
    rules: list[tuple[str, str]]
    sent: list[dict[str, Any]]
    problem: str

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        rules = [{"kind": kind, "again": again} for kind, again in self.rules]
        return {**asdict(self), "rules": rules}


def listing(home: Home) -> Listing:
    """How alerts stand now."""
    rules, state = read_rules(home), read_state(home)
    sent = [{**entry, "at": moment(entry["at"])} for entry in reversed(state.sent[-LATELY:])]
    again = [(kind, _again(rule.again_after_hours)) for kind, rule in rules.kinds.items()]
    return Listing([_standing(c, state) for c in rules.channels], again, sent, rules.problem)


def troubles(home: Home) -> list[str]:
    """What an operator must see to, a line each: for `mtm doctor`. None where nothing is configured or all is well."""
    found = listing(home)
    own = [found.problem] if found.problem else []
    return own + [
        f"{c.name}: {c.trouble}{_unsent(c)}" for c in found.channels if c.state in ("wrong", "failing") or c.lost
    ]


def named(home: Home, name: str | None) -> list[Channel]:
    """The channels to be tried: those that are on, or the one that is named. Raises MtmError where there is none."""
    rules = read_rules(home)
    found = [c for c in rules.channels if (c.name == name if name else is_on(c))]
    if found:
        return found
    raise MtmError(
        f"there is no channel {name}" if name else "no channel is on",
        expected=f"one of {', '.join(c.name for c in rules.channels)}" if name else _needed(rules),
        todo="set the variables of a channel (docs/alerts.md)", code="no_channel",
    )  # fmt: skip


def moment(at: float) -> str:
    """A moment for people."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _needed(rules: Rules) -> str:
    return "; or ".join(" and ".join(variables(c)) for c in rules.channels)


def _standing(channel: Channel, state: State) -> Standing:
    line, trouble = state.line(channel.name), ""
    waiting = sum(w.channel == channel.name for w in state.waiting)
    how = "ready" if is_on(channel) else "off"
    if how == "ready":
        try:
            access(channel)
        except MtmError as error:
            how, trouble = "wrong", str(error)
    if how == "ready" and line.failures:
        how, trouble = "failing", f"{line.error}; failed {line.failures} times, again at {moment(line.next)}"
    if how == "off":
        trouble = "" if channel.enabled is False else f"set {' and '.join(variables(channel))}"
    sent = [e["at"] for e in state.sent if e["channel"] == channel.name and e["how"] != "given up"]
    last = moment(sent[-1]) if sent else ""
    return Standing(
        channel.name, channel.kind or "", how, channel.language, _takes(channel), last, waiting, line.lost, trouble
    )


def _takes(channel: Channel) -> str:
    kinds = ", ".join(channel.kinds) if channel.kinds is not None else "all kinds"
    return f"{kinds} of {', '.join(channel.operations)}" if channel.operations else kinds


def _again(hours: Iterable[float]) -> str:
    told = [f"{h:g} h" for h in hours]
    return f"again after {', then '.join(told)}" if told else "once"


def _unsent(c: Standing) -> str:
    parts = [f"{c.waiting} wait"] * bool(c.waiting) + [f"{c.lost} were given up"] * bool(c.lost)
    return f" ({', '.join(parts)})" if parts else ""
