"""Sending one message on one channel, whatever its kind, within some seconds: it got through, or why not.

Choosing the way belongs here; each way has a module of its own. A failure never holds an address, a password, or what a
server said beyond its code.
"""

from __future__ import annotations

from warehouse.alerts.channels.access import access
from warehouse.alerts.message import Message
from warehouse.alerts.settings import Channel
from warehouse.deliveries.sources.redact import redact
from warehouse.errors import MtmError

SECONDS = 10.0  # for each step of talking to a server


class NotSent(Exception):
    """A message that did not get through. `asked`: seconds that the other side wants to be left alone; `for_good`: it will
    not take this as things stand, somebody must mend something."""

    def __init__(self, why: str, asked: float | None = None, for_good: bool = False) -> None:
        """`why` is shown to people and kept: it goes through the redaction."""
        self.why, self.asked, self.for_good = redact(why), asked, for_good
        super().__init__(self.why)


def send(channel: Channel, message: Message) -> str:
    """Send it; in words what the other side answered. Raises NotSent."""
    from warehouse.alerts.channels import mail, web

    try:
        way = access(channel)
        return mail.send(way, message) if channel.kind == "email" else web.send(way, channel, message)
    except NotSent:
        raise
    except MtmError as error:
        raise NotSent(str(error), for_good=True) from None
    except Exception as error:  # a fault of one channel must not stop the others: its kind, never its text
        raise NotSent(f"unexpected {type(error).__name__}") from None
