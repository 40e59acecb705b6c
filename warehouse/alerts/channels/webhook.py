"""A message as plain JSON, for whatever else takes a webhook: a chat of another kind, a ticket system, a script.

Only its keys belong here; they stay as they are, docs/alerts.md lists them.
"""

from __future__ import annotations

from typing import Any

from warehouse.alerts.message import Message


def body(message: Message) -> dict[str, Any]:
    """One object. `text` is the whole message; the other keys are for programs."""
    return {
        "from": "mtm-warehouse", "kind": message.kind, "round_key": message.round_key or None, "title": message.title,
        "text": message.text, "lines": message.paragraphs, "commands": message.commands,
        "links": [{"label": link.label, "url": link.url} for link in message.links], "language": message.language,
        "sent_at": message.at, "alerts": message.alerts,
    }  # fmt: skip
