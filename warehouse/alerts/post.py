"""Sending what waits: each channel by itself, so that one that fails stops no other; and a test of a channel.

The order of steps belongs here: what is sent is marked before and noted after, so that a process that dies in between
sends it once more rather than never.
"""

from __future__ import annotations

import threading
import time

from warehouse.alerts.channels.access import is_on
from warehouse.alerts.channels.sending import NotSent, send
from warehouse.alerts.message import message
from warehouse.alerts.model import Alert, Said
from warehouse.alerts.pace import Batch, give_up, has_failed, next_batch, was_sent
from warehouse.alerts.settings import Channel, read_rules
from warehouse.alerts.state import changing
from warehouse.alerts.words import word
from warehouse.settings import Home

SECONDS = 45.0  # for all channels together: a sensor's tick has a minute


def post(home: Home, now: float | None = None) -> None:
    """Send on every channel what may be sent now. Raises nothing for a channel that fails: it is noted."""
    at = time.time() if now is None else now
    rules = read_rules(home)
    with changing(home) as state:
        give_up(state, rules.give_up_seconds, at)
        busy = {waiting.channel for waiting in state.waiting}
    going = [
        threading.Thread(target=_channel, args=(home, channel, at), daemon=True)
        for channel in rules.channels
        if channel.name in busy and is_on(channel)
    ]
    for thread in going:
        thread.start()
    deadline = time.monotonic() + SECONDS
    for thread in going:
        thread.join(max(0.0, deadline - time.monotonic()))


def _channel(home: Home, channel: Channel, now: float) -> None:
    """Send batch after batch, until nothing may be sent or one fails."""
    while batch := _next(home, channel, now):
        try:
            send(channel, message(batch.alerts, channel.language, now))
        except NotSent as failure:
            with changing(home) as state:
                has_failed(state.line(channel.name), failure.why, failure.asked, failure.for_good, now)
            return
        with changing(home) as state:
            was_sent(state, channel, batch, now)


def _next(home: Home, channel: Channel, now: float) -> Batch | None:
    with changing(home) as state:
        return next_batch(state, channel, now)


def test(home: Home, channel: Channel, now: float | None = None) -> str:
    """Send a test message, past all limits; what the other side answered. Raises NotSent.

    Where it gets through, what waits for the channel is tried at once.
    """
    at = time.time() if now is None else now
    said = {
        lang: Said(word("test", lang, channel=channel.name), [word("test_line", lang)]) for lang in ("en", "ru", "ky")
    }
    alert = Alert("test", "", said["en"].title, said["en"].lines, command="mtm alerts", others=said)
    answer = send(channel, message([alert], channel.language, at))
    with changing(home) as state:
        line = state.line(channel.name)
        line.failures, line.next, line.error = 0, 0.0, ""
        state.note(channel.name, alert, "test", at)
    post(home, at)
    return answer
