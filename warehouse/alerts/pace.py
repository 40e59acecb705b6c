"""How often: when the same thing may be told again, what a channel sends next, how long one that fails is left alone.

Reckoning with moments belongs here; nothing is read, written or sent. Moments are seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.alerts.model import Alert
from warehouse.alerts.settings import Channel
from warehouse.alerts.state import Line, Once, State, Waiting

HOUR = 3600.0
FIRST_PAUSE, LONGEST_PAUSE = 60.0, HOUR
FOR_GOOD = 900.0  # the first pause where the other side says that it will never take it: somebody must mend it
LEASE = 90.0  # longer than any sending takes
AHEAD = 60.0  # a moment further ahead than this was written before the clock stepped back: it counts no more


@dataclass(frozen=True)
class Batch:
    """What is sent next on a channel: one alert, or several as a digest."""

    ids: list[str]
    alerts: list[Alert]


def may_be_told(once: Once | None, pauses: list[float], now: float) -> bool:
    """Whether a thing is told: the first time, and again after its pause, which grows by turn."""
    if once is None or once.at > now + AHEAD:
        return True
    return bool(pauses) and now - once.at >= pauses[min(once.times, len(pauses)) - 1]


def pause(failures: int, asked: float | None = None, for_good: bool = False) -> float:
    """Seconds to leave a channel alone after failures in a row: from a minute to an hour, or what it asked for (a day at most)."""
    first = FOR_GOOD if for_good else FIRST_PAUSE
    grown = min(first * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
    return max(grown, min(asked or 0.0, 24 * HOUR))


def next_batch(state: State, channel: Channel, now: float) -> Batch | None:
    """What may be sent on a channel now; it is marked as being sent. None where nothing waits, or it must wait.

    Beyond the cap of an hour alerts are held; they go out as one digest when there is room again.
    """
    line = state.line(channel.name)
    mine = [w for w in state.waiting if w.channel == channel.name]
    if not mine or now < line.next < now + 25 * HOUR or now < line.lease < now + LEASE + AHEAD:
        return None
    line.sent = [moment for moment in line.sent if now - HOUR < moment <= now + AHEAD]
    room = channel.per_hour - len(line.sent)
    if room <= 0:
        for waiting in mine:
            waiting.held = True
        return None
    line.lease = now + LEASE
    return _batch(mine if len(mine) > room or mine[0].held else mine[:1])


def _batch(waiting: list[Waiting]) -> Batch:
    return Batch([w.id for w in waiting], [Alert.of(w.alert) for w in waiting])


def was_sent(state: State, channel: Channel, batch: Batch, now: float) -> None:
    """Write down that a batch got through."""
    line = state.line(channel.name)
    line.sent.append(now)
    line.failures, line.next, line.error, line.lease, line.lost = 0, 0.0, "", 0.0, 0
    state.waiting = [w for w in state.waiting if w.id not in batch.ids]
    for alert in batch.alerts:
        state.note(channel.name, alert, "digest" if len(batch.ids) > 1 else "sent", now)


def has_failed(line: Line, error: str, asked: float | None, for_good: bool, now: float) -> None:
    """Write down that a channel failed, and when it is tried again."""
    line.failures += 1
    line.error, line.lease = error, 0.0
    line.next = now + pause(line.failures, asked, for_good)


def give_up(state: State, seconds: float, now: float) -> None:
    """Let go of what waited too long: it is counted and noted."""
    for waiting in [w for w in state.waiting if now - w.at > seconds]:
        state.waiting.remove(waiting)
        state.line(waiting.channel).lost += 1
        state.note(waiting.channel, Alert.of(waiting.alert), "given up", now)
