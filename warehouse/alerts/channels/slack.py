"""A message as Slack's blocks (https://docs.slack.dev/reference/block-kit), within their limits.

Only the looks in Slack belong here. What comes from deliveries can't become a mention, a link or markup.
"""

from __future__ import annotations

from typing import Any

from warehouse.alerts.message import Message, cut

HEADER, SECTION, BLOCKS = 150, 3000, 48


def body(message: Message) -> dict[str, Any]:
    """The payload: `text` is what a notification shows."""
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": cut(message.title, HEADER), "emoji": False}}]
    blocks += [_section(_paragraph(paragraph)) for paragraph in message.paragraphs]
    blocks += [_section(f"`{_safe(command)}`") for command in message.commands]
    if message.links:
        blocks.append(_section(" · ".join(f"<{_url(link.url)}|{_safe(link.label)}>" for link in message.links)))
    foot = {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(_safe(message.foot), SECTION)}]}
    return {"text": cut(_safe(message.title), SECTION), "blocks": [*blocks[:BLOCKS], foot]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _paragraph(paragraph: str) -> str:
    first, *rest = (_safe(line) for line in cut(paragraph, SECTION - 600).split("\n"))
    return cut("\n".join([f"*{first}*" if rest else first, *rest]), SECTION)


def _safe(text: str) -> str:
    """Text that stays text: Slack's three characters, and its marks for bold, italic, struck and code."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.translate({ord(mark): f"\u200b{mark}\u200b" for mark in "*~"}).replace("`", "'")


def _url(url: str) -> str:
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
