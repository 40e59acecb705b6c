"""A message as an Adaptive Card, for a Teams workflow "when a webhook request is received".

Only the looks in Teams belong here (https://adaptivecards.io/explorer). The older connectors and their cards are gone.
"""

from __future__ import annotations

from typing import Any

from warehouse.alerts.message import Message, cut

TEXT, BLOCKS = 1500, 14  # a card of more than 28 KB is refused


def body(message: Message) -> dict[str, Any]:
    """The payload of the workflow."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "msteams": {"width": "Full"}, "fallbackText": cut(message.title, TEXT), "body": _blocks(message),
        "actions": [{"type": "Action.OpenUrl", "title": link.label, "url": link.url} for link in message.links],
    }  # fmt: skip
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _blocks(message: Message) -> list[dict[str, Any]]:
    blocks = [_text(message.title, size="Large", weight="Bolder")]
    for paragraph in message.paragraphs[:BLOCKS]:
        first, *rest = cut(paragraph, TEXT).split("\n")
        blocks.append(_text(first, weight="Bolder" if rest else "Default", spacing="Medium"))
        blocks += [_text(line, spacing="None") for line in rest]
    blocks += [_text(command, fontType="Monospace", spacing="Medium") for command in message.commands]
    return [*blocks, _text(message.foot, isSubtle=True, size="Small", spacing="Medium")]


def _text(text: str, spacing: str = "Default", **looks: Any) -> dict[str, Any]:
    """A block whose text is no Markdown: what comes from deliveries can't become a link or a mark."""
    run = {"type": "TextRun", "text": text, **looks}
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": [run]}
