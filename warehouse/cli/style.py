"""Colours of the terminal: when they are on, and what each of them means.

Colours are never the only carrier of a meaning: the word stands there too. Layout belongs in `layout.py`, writing in `output.py`.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Literal

import click

Mode = Literal["auto", "always", "never"]
Kind = Literal["good", "bad", "warn", "strong", "faint", "plain"]

STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"}, "bad": {"fg": "red", "bold": True}, "warn": {"fg": "yellow"},
    "strong": {"bold": True}, "faint": {"dim": True}, "plain": {},
}  # fmt: skip
MEANING: dict[Kind, set[str]] = {
    "good": {"published", "passed", "pass", "holds", "served", "active", "applied"},
    "bad": {"refused", "block", "does not hold", "error", "failed", "damaged", "exposed", "stale"},
    "warn": {"review", "provisional", "held", "held back", "waiting", "withdrawn", "withheld", "warn", "expired", "waived", "revoked"},
}  # fmt: skip
TELLING = {
    "state",
    "severity",
    "outcome",
    "verdict",
    "channel",
    "ok",
    "whole",
    "delivery",
}  # columns that hold such words
_mode: Mode = "auto"


def choose(mode: Mode) -> None:
    """What the command line asked for: `--color`."""
    global _mode
    _mode = mode


def coloured(stream: Any = None) -> bool:
    """Whether a stream (standard output) takes colours: as asked for, else by NO_COLOR, TERM and whether a person reads."""
    if _mode != "auto":
        return _mode == "always"
    return not os.environ.get("NO_COLOR") and smart(sys.stdout if stream is None else stream)


def smart(stream: Any) -> bool:
    """Whether a stream is a terminal that understands more than letters."""
    try:
        return bool(stream.isatty()) and os.environ.get("TERM", "") != "dumb"
    except (AttributeError, ValueError):
        return False


def paint(text: str, kind: Kind, stream: Any = None) -> str:
    """The text in the colour of its meaning; as it is where the stream takes none."""
    return click.style(text, **STYLES[kind]) if text and kind != "plain" and coloured(stream) else text


def meaning(column: str, word: str) -> Kind:
    """What a word of a table means: only in the columns that hold states, severities and outcomes."""
    if column not in TELLING:
        return "plain"
    if column in ("ok", "whole"):
        return {"yes": "good", "no": "bad"}.get(word, "plain")  # type: ignore[return-value]
    first = word.lower().replace(",", ":").split(":")[0].strip()
    return next((kind for kind, words in MEANING.items() if first in words or first.split(" ")[0] in words), "plain")


__all__ = ["Kind", "Mode", "choose", "coloured", "meaning", "paint", "smart"]
