"""Telling people: the rules are applied, what is to be sent is kept, and sent where a channel takes it now.

`tell` is for every part of the project that has something to say. It never raises: an alert must not stop the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from warehouse.alerts.channels.access import is_on
from warehouse.alerts.model import Alert, Told
from warehouse.alerts.pace import may_be_told
from warehouse.alerts.post import post
from warehouse.alerts.settings import Channel, read_rules
from warehouse.alerts.state import Once, State, changing, read_state
from warehouse.settings import Home

SETTLED = ("refused", "failed", "late")  # what a publication of the round puts right


def tell(home: Home, alert: Alert, now: float | None = None) -> Told:
    """Tell an alert on all channels that take it, unless the same was told not long ago.

    What a channel does not take now is kept and sent later (`post`). Nothing happens where no channel is on.
    """
    return tell_all(home, [alert], now)[0]


def tell_all(home: Home, alerts: list[Alert], now: float | None = None) -> list[Told]:
    """Tell several at once, as `tell`."""
    try:
        return _told(home, alerts, time.time() if now is None else now)
    except Exception as error:  # no room on the disk, a broken installation: told to who asked, not raised
        why = f"alerts can't be kept: {type(error).__name__}"
        return [Told("waits", {}, why) for _ in alerts]


def has_channels(home: Home) -> bool:
    """Whether anybody would be told."""
    return any(is_on(channel) for channel in read_rules(home).channels)


def _told(home: Home, alerts: list[Alert], now: float) -> list[Told]:
    rules = read_rules(home)
    on = [channel for channel in rules.channels if is_on(channel)]
    if not on or not alerts:
        return [Told("off", {}, "no channel is configured") for _ in alerts]
    with changing(home) as state:
        queued = [_queued(state, alert, on, rules.pauses, now) for alert in alerts]
    if any(queued):
        post(home, now)
    return [_answer(home, ids, alert, on) for ids, alert in zip(queued, alerts, strict=True)]


def _queued(
    state: State, alert: Alert, on: list[Channel], pauses: Callable[[str], list[float]], now: float
) -> dict[str, str]:
    """Channel → id of what was kept for it; none where it was told already."""
    taking = [channel for channel in on if channel.takes(alert)]
    once = state.told.get(alert.same)
    if not taking or not may_be_told(once, pauses(alert.kind), now):
        return {}
    state.told[alert.same] = Once(now, once.times + 1 if once else 1, alert.kind, alert.round_key)
    return {channel.name: state.queue(channel.name, alert, now) for channel in taking}


def _answer(home: Home, ids: dict[str, str], alert: Alert, on: list[Channel]) -> Told:
    if not ids:
        taken = any(channel.takes(alert) for channel in on)
        text = "the same was told not long ago" if taken else "no channel takes this kind"
        return Told("repeated" if taken else "off", {}, text)
    state = read_state(home)
    waiting = {w.id: w for w in state.waiting}
    found = {
        name: "sent"
        if i not in waiting
        else state.line(name).error or ("its hour is full" if waiting[i].held else "soon")
        for name, i in ids.items()
    }
    return Told("sent" if set(found.values()) == {"sent"} else "waits", found)


def new_findings(home: Home, round_key: str, found: list[str]) -> list[str]:
    """Those of the findings (by any stable name) that were not told of the round yet."""
    known = set(read_state(home).known.get(round_key, []))
    return [name for name in dict.fromkeys(found) if name not in known]


def remember_findings(home: Home, round_key: str, found: list[str]) -> None:
    """These were told."""
    with changing(home) as state:
        state.known[round_key] = sorted({*state.known.get(round_key, []), *found})


def settle(home: Home, round_key: str, alert: Callable[[list[str]], Alert], before: float | None = None) -> Told | None:
    """The round is published: where something was told of it, tell that it is settled, and let it be told anew.

    `alert` is made of the kinds that were told; `before`: only what was told before this moment. None where nothing was.
    """
    told = read_state(home).told
    mine = {
        key: once.kind
        for key, once in told.items()
        if once.round_key == round_key and once.kind in SETTLED and (before is None or once.at < before)
    }
    if not mine:
        return None
    answer = tell(home, alert(sorted(set(mine.values()))))
    with changing(home) as state:
        state.told = {key: once for key, once in state.told.items() if key not in mine}
        state.known.pop(round_key, None)
    return answer


__all__ = ["Alert", "Told", "has_channels", "new_findings", "remember_findings", "settle", "tell", "tell_all"]
