"""Text in pictures: how wide it is, where it is broken, and how a number with its unit is written.

Widths are counted from a table, not asked of a font: the same input gives the same picture on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

# Widths in em of a sans face of more than average width (the stack of palette.yml differs by machine), by kind of letter.
NARROW = frozenset("ijlI.,:;'|!()[]/ ·ıІі\u00a0\u202f")
WIDE = frozenset("mwMW%@ЖШЩЮМжшщюмыЫ—…ФфДдQOGӨ")
SMALLEST_SHARE = 1.0  # percent: below it one digit is printed


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a text takes at most."""
    ems = sum(
        0.33 if c in NARROW else 0.88 if c in WIDE else 0.7 if c.isupper() else 0.6 if c.isdigit() else 0.585
        for c in text
    )
    return ems * size * (1.07 if bold else 1.0)


def wrap(text: str, room: float, size: float, *, most: int = 4) -> list[str]:
    """A text in lines that fit into `room` pixels; a word that does not fit is cut with a hyphen, never lost."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size) <= room:
            lines[-1] = joined
            continue
        *whole, rest = _pieces(word, room, size)
        lines += [*whole, rest]
    return lines if len(lines) <= most else [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), room, size)]


def _pieces(word: str, room: float, size: float) -> list[str]:
    """A word as one piece, or, where it is wider than the room, at its hyphens or anywhere."""
    if width(word, size) <= room or len(word) < 4:
        return [word]
    at = max((i for i in range(2, len(word) - 1) if width(word[:i] + "-", size) <= room), default=2)
    hyphen = word.rfind("-", 1, at + 1)
    head, tail = (word[: hyphen + 1], word[hyphen + 1 :]) if hyphen > 0 else (word[:at] + "-", word[at:])
    return [head, *_pieces(tail, room, size)]


def _cut(text: str, room: float, size: float) -> str:
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def written(value: float | None, unit: str | None, t: Tongue, digits: int | None = None) -> str:
    """A figure with its unit: `count` (default), `share` (0 to 1), `percent` (0 to 100) or `number` (one digit after).

    A share below 1 % keeps a digit, so that it does not read as nothing.
    """
    if unit in ("share", "percent"):
        percent = None if value is None else value * 100 if unit == "share" else value
        small = percent is not None and 0 < abs(percent) < SMALLEST_SHARE
        return t.percent(percent, (1 if small else 0) if digits is None else digits)
    return t.number(value, (1 if unit == "number" else 0) if digits is None else digits)
